/**
 * What live windows cost Burnwatch and its store, beside what the store costs alone: `npm run bench [-- SIZE…]`, with
 * `--write` into docs/benchmarks.md and `--program PATH` for another `burnwatch`. A size is CONTAINERS or
 * CONTAINERS:WINDOWS; 1000:26 and 10000:26 by default. Metrics are made once and kept in BURNWATCH_BENCH (a folder of
 * this user's temporary folder by default).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPrometheus } from '../demo/prometheusServer.ts';
import { MINUTE_MS, SECOND_MS } from '../src/model/time.ts';
import { replayRecorded, type StoreAlone } from './live/replay.ts';
import { runDaemon, type LiveRun } from './live/runDaemon.ts';
import { buildStore } from './live/store.ts';
import { startStoreProxy } from './live/storeProxy.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, program: { type: 'string' } },
});
const folder =
  process.env['BURNWATCH_BENCH'] ?? join(tmpdir(), `burnwatch-bench-${userInfo().uid}`);
const DOCUMENT = resolve(import.meta.dirname, '../docs/benchmarks.md');

const BEFORE_MS = 75 * MINUTE_MS;
/** The first windows of a process compile code and fill caches. */
const WARM_UP = 2;
const REPLAYED = 5;

interface Size {
  readonly containers: number;
  readonly windows: number;
}

interface Measured extends Size {
  readonly alone: StoreAlone;
  readonly run: LiveRun;
}

const sizes = (positionals.length === 0 ? ['1000:26', '10000:26'] : positionals).map(sizeOf);
await mkdir(folder, { recursive: true });
const measured: Measured[] = [];
for (const size of sizes) measured.push(await measure(size));
const lines = report(measured);
process.stdout.write(`${lines}\n`);
if (values.write === true) {
  const text = await readFile(DOCUMENT, 'utf8');
  const block = /(<!-- live -->\n)[\s\S]*?(\n<!-- \/live -->)/;
  await writeFile(DOCUMENT, text.replace(block, `$1\n${lines}\n$2`));
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
  const dataDir = join(folder, `prometheus-${containers}-${windows}`);
  await buildStore({ containers, windows, scrapeMs, beforeMs: BEFORE_MS }, dataDir);
  const prometheus = await startPrometheus({ dataDir });
  const proxy = await startStoreProxy(prometheus.url);
  try {
    const { url, pid: storePid } = prometheus;
    const alone = await replayRecorded(url, storePid, Math.min(REPLAYED, windows - 1));
    const { program } = values;
    const run = await runDaemon({
      folder: join(folder, `run-${containers}`),
      proxy,
      storePid,
      windows,
      ...(program === undefined ? {} : { program }),
    });
    return { containers, windows, alone, run };
  } finally {
    await proxy.close();
    await prometheus.stop();
  }
}

interface Row {
  readonly what: string;
  /** In the unit that `what` names. */
  value(one: Measured): number;
  readonly digits: number;
}

function perWindow(pick: (window: LiveRun['windows'][number]) => number) {
  return ({ run }: Measured): number => {
    const warm = run.windows.slice(WARM_UP);
    return warm.reduce((sum, window) => sum + pick(window), 0) / warm.length;
  };
}

function report(all: readonly Measured[]): string {
  const storeCpu = perWindow(({ storeCpuMs }) => storeCpuMs / SECOND_MS);
  const rows: readonly Row[] = [
    { what: 'store alone, CPU s', value: ({ alone }) => alone.cpuMs / SECOND_MS, digits: 2 },
    { what: 'store under Burnwatch, CPU s', value: storeCpu, digits: 2 },
    {
      what: 'its ratio to the store alone',
      value: (one) => storeCpu(one) / (one.alone.cpuMs / SECOND_MS),
      digits: 2,
    },
    { what: 'Burnwatch, CPU s', value: perWindow(({ cpuMs }) => cpuMs / SECOND_MS), digits: 2 },
    { what: 'Burnwatch, peak RSS MB', value: ({ run }) => run.peakRssBytes / 1e6, digits: 0 },
    {
      what: 'Burnwatch, last RSS MB',
      value: ({ run }) => (run.windows.at(-1)?.rssBytes ?? 0) / 1e6,
      digits: 0,
    },
    { what: 'queries', value: perWindow(({ store }) => store.queries), digits: 0 },
    { what: 'queries, alone', value: ({ alone }) => alone.queries, digits: 0 },
    {
      what: 'samples loaded, thousands',
      value: perWindow(({ store }) => store.samples / 1e3),
      digits: 0,
    },
    {
      what: 'samples loaded, alone, thousands',
      value: ({ alone }) => alone.samples / 1e3,
      digits: 0,
    },
    { what: 'answers, MB', value: perWindow(({ store }) => store.bytes / 1e6), digits: 1 },
    { what: 'answers, alone, MB', value: ({ alone }) => alone.bytes / 1e6, digits: 1 },
    { what: 'refused queries', value: perWindow(({ store }) => store.refused), digits: 0 },
    {
      what: 'written to disk, MB',
      value: perWindow(({ writtenBytes }) => writtenBytes / 1e6),
      digits: 2,
    },
    {
      what: 'history, bytes a container and window',
      value: ({ run, containers, windows }) => run.historyBytes / containers / (windows + 1),
      digits: 0,
    },
  ];
  const head = ['a window', ...all.map(({ containers }) => `${containers} containers`)];
  const grows = all.length > 1 ? ['growth'] : [];
  const body = rows.map(({ what, value, digits }) => {
    const figures = all.map(value);
    const [first = 0, last = 0] = [figures[0], figures.at(-1)];
    const growth = grows.map(() => (first === 0 ? '' : `× ${(last / first).toFixed(1)}`));
    return [what, ...figures.map((figure) => figure.toFixed(digits)), ...growth];
  });
  const table = [[...head, ...grows], head.concat(grows).map(() => '---'), ...body];
  const day = new Date().toISOString().slice(0, 10);
  const { model = 'unknown' } = cpus()[0] ?? {};
  const spans = all.map(({ containers, windows }) => `${windows} windows of ${containers}`);
  return `${day}, ${cpus().length} cores of ${model}, Node ${process.versions.node}; ${spans.join(', ')} containers.\n\n${table
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')}`;
}
