/**
 * What live windows cost Burnwatch, built as the image holds it, and its store, beside what the store costs alone:
 * `npm run bench [-- SIZE…]`, with `--write` into docs/benchmarks.md. `--postgres` keeps the history in a PostgreSQL of its own. `--program PATH` measures
 * another `burnwatch`, `--before PATH` compares with one in the same run. A size is CONTAINERS or CONTAINERS:WINDOWS; 78:26,
 * 1000:26 and 10000:26 by default. The store is Prometheus, and VictoriaMetrics with `--victoria` and beyond 50,000
 * containers. Metrics are made once and kept in BURNWATCH_BENCH (a folder of this user's temporary folder by default).
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { startPostgres } from '../demo/postgresServer.ts';
import { MINUTE_MS, SECOND_MS } from '../src/model/time.ts';
import { replayRecorded } from './live/replay.ts';
import { report, WARM_UP, type Measured, type Size } from './live/report.ts';
import { runDaemon, type LiveRun } from './live/runDaemon.ts';
import { startFilledPrometheus, startFilledVictoriaMetrics } from './live/store.ts';
import { startStoreProxy } from './live/storeProxy.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    program: { type: 'string' },
    before: { type: 'string' },
    postgres: { type: 'boolean' },
    victoria: { type: 'boolean' },
  },
});
const folder =
  process.env['BURNWATCH_BENCH'] ?? join(tmpdir(), `burnwatch-bench-${userInfo().uid}`);
const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENT = join(ROOT, 'docs/benchmarks.md');

/** A counter that stands is looked at an hour back. */
const BEFORE_MS = 75 * MINUTE_MS;
/** More would make a quarter of a billion samples: what is looked at an hour back finds nothing there. */
const BEFORE_LARGEST_MS = 15 * MINUTE_MS;
/** What one block of Prometheus is made of in memory. */
const LARGEST_PROMETHEUS = 50_000;
const REPLAYED = 5;

const sizes = (positionals.length === 0 ? ['78:26', '1000:26', '10000:26'] : positionals).map(
  sizeOf,
);
await mkdir(folder, { recursive: true });
const program = values.program === undefined ? await build() : resolve(values.program);
const measured: Measured[] = [];
for (const size of sizes) measured.push(await measure(size));
const lines = report(measured);
process.stdout.write(`${lines}\n`);
if (values.write === true) {
  const text = await readFile(DOCUMENT, 'utf8');
  const block = /(<!-- live -->\n)[\s\S]*?(\n<!-- \/live -->)/;
  await writeFile(DOCUMENT, text.replace(block, `$1\n${lines}\n$2`));
}

/** Builds what users run; returns its `burnwatch`. */
async function build(): Promise<string> {
  const image = join(folder, 'image');
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/buildPackage.ts'), image]);
  await symlink(join(ROOT, 'node_modules'), join(image, 'node_modules'));
  return join(image, 'bin/burnwatch.mjs');
}

function sizeOf(text: string): Size {
  const [containers, windows = 26] = text.split(':').map(Number);
  if (containers === undefined || !(containers > 0) || !(windows > WARM_UP))
    throw new Error(`${text} is no size: give CONTAINERS or CONTAINERS:WINDOWS, such as 1000:26`);
  return { containers, windows };
}

async function measure({ containers, windows }: Size): Promise<Measured> {
  // Twice the usual interval: the largest cluster's metrics would take hours to make.
  const scrapeMs = (containers > 5_000 ? 60 : 30) * SECOND_MS;
  const isLargest = containers > LARGEST_PROMETHEUS;
  const beforeMs = isLargest ? BEFORE_LARGEST_MS : BEFORE_MS;
  const [kind, start] =
    isLargest || values.victoria === true
      ? (['victoria', startFilledVictoriaMetrics] as const)
      : (['prometheus', startFilledPrometheus] as const);
  const dataDir = join(folder, `${kind}-${containers}-${windows}`);
  const store = await start({ containers, windows, scrapeMs, beforeMs }, dataDir);
  const proxy = await startStoreProxy(store.url);
  const server = values.postgres === true ? await startPostgres() : null;
  try {
    const { url, pid: storePid } = store;
    const alone = await replayRecorded(url, storePid, Math.min(REPLAYED, windows - 1));
    const runOf = async (name: string, path: string): Promise<LiveRun> =>
      runDaemon({
        ...(server !== null && { database: await server.database() }),
        folder: join(folder, `run-${containers}-${name}`),
        proxy,
        storePid,
        windows,
        program: path,
      });
    const before =
      values.before === undefined ? null : await runOf('before', resolve(values.before));
    return { containers, windows, alone, before, run: await runOf('after', program) };
  } finally {
    await server?.[Symbol.asyncDispose]();
    await proxy.close();
    await store.stop();
  }
}
