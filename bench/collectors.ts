/**
 * What it costs the process that leads to observe windows, alone and with others: `node bench/collectors.ts
 * [CONTAINERS:WINDOWS [HELPERS]]` (10000:6 and 2 by default; needs PostgreSQL). The metrics are those of `npm run bench`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../demo/postgresServer.ts';
import { startPrometheus } from '../demo/prometheusServer.ts';
import { createPrometheusCollector } from '../src/collect/prometheusCollector.ts';
import { SYSTEM_DEPS } from '../src/collect/systemDeps.ts';
import { configSchema } from '../src/daemon/config/schema.ts';
import { openExchange, openHistoryWriter } from '../src/engines/openHistory.ts';
import { MINUTE_MS, SECOND_MS } from '../src/model/time.ts';
import { postgresLocation } from '../src/store/historyLocation.ts';
import { buildStore, FIRST_WINDOW, WINDOW_MS } from './live/store.ts';

const WAY = 'bench';
const [first = '10000:6', second = '2', third = ''] = process.argv.slice(2);
const fail = (problem: string): never => {
  throw new Error(problem);
};

async function collectorOf(prometheusUrl: string, location: string) {
  const config = configSchema.parse({
    cluster: 'bench',
    prometheus: { url: prometheusUrl },
    schedule: { settle: '2m' },
  });
  const exchange = (await openExchange(location, WAY, fail))!;
  return { exchange, collector: await createPrometheusCollector(config, SYSTEM_DEPS, exchange) };
}

if (first === 'help') {
  const { exchange, collector } = await collectorOf(second, third);
  const { signal } = new AbortController();
  for (;;) {
    const asked = await exchange.next(signal);
    await collector.help(asked, signal);
  }
}

const [containers = 10_000, windows = 6] = first.split(':').map(Number);
const folder =
  process.env['BURNWATCH_BENCH'] ?? join(tmpdir(), `burnwatch-bench-${userInfo().uid}`);
await mkdir(folder, { recursive: true });
const dataDir = join(folder, `prometheus-${containers}-${windows}`);
const scrapeMs = (containers > 5_000 ? 60 : 30) * SECOND_MS;
await buildStore({ containers, windows, scrapeMs, beforeMs: 75 * MINUTE_MS }, dataDir);
const prometheus = await startPrometheus({ dataDir });
const server = await startPostgres();
const location = postgresLocation(await server.database(), 'bench');
const identity = { cluster: 'bench', currency: 'USD', windowMs: WINDOW_MS };
const writer = await openHistoryWriter({
  path: location,
  ...identity,
  command: 'bench',
  clock: Date.now,
});
const { collector } = await collectorOf(prometheus.url, location);
const helpers: ReturnType<typeof fork>[] = [];
try {
  for (let count = 0; count <= Number(second); count += 1) {
    const { signal } = new AbortController();
    let known = {};
    const times: string[] = [];
    for (let window = 1; window <= windows; window += 1) {
      const start = FIRST_WINDOW + (window - 1) * WINDOW_MS;
      const [cpu, at] = [process.cpuUsage(), performance.now()];
      const [seen] = await collector.collect([{ start, end: start + WINDOW_MS }], known, signal);
      known = seen!.expectedSamples;
      const { user, system } = process.cpuUsage(cpu);
      const wall = (performance.now() - at) / SECOND_MS;
      const { helpers: helped } = collector.takeWork();
      times.push(`${((user + system) / 1e6).toFixed(1)} (${wall.toFixed(1)}; ${helped})`);
    }
    const rss = (process.memoryUsage().rss / 1e6).toFixed(0);
    process.stdout.write(
      `${containers} containers, ${count} helpers: CPU s (wall s; helped) ${times.join(', ')}; ${rss} MB\n`,
    );
    if (count === Number(second)) break;
    helpers.push(fork(import.meta.filename, ['help', prometheus.url, location]));
    await new Promise((resolve) => setTimeout(resolve, 3 * SECOND_MS));
  }
} finally {
  for (const helper of helpers) {
    helper.kill('SIGKILL');
    await once(helper, 'exit');
  }
  await collector.close();
  await writer.close();
  await server[Symbol.asyncDispose]();
  await prometheus.stop();
}
