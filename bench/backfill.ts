/**
 * `burnwatch backfill` as a user runs it, against a real Prometheus: how long it takes, how much CPU and how much
 * memory. Run `npm run bench:backfill [small|large|CONTAINERS:DAYS:SECONDS]` (small by default; SECONDS are between two
 * scrapes; the metrics of large take longer to make than the backfill, and some GB of disk). With BURNWATCH_BENCH the
 * metrics of a day and the last history are kept in that folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { createBlocks } from '../demo/blocks.ts';
import { startPrometheus } from '../demo/prometheusServer.ts';
import { DAY_MS, floorTo, formatTime, SECOND_MS } from '../src/model/time.ts';
import { plainCluster } from '../test/support/plainCluster.ts';
import { figuresOf, type ProcessFigures } from './live/processFigures.ts';

interface Size {
  readonly containers: number;
  readonly days: number;
  readonly spacingMs: number;
  /** What the backfill is to stay under. */
  readonly limitSeconds: number;
}

const SIZES: Readonly<Record<string, Size>> = {
  small: { containers: 150, days: 3, spacingMs: 30_000, limitSeconds: 60 },
  large: { containers: 1_000, days: 14, spacingMs: 120_000, limitSeconds: 900 },
};
/** Ticks of a process's CPU time are 10 ms; what it did after the last look is not counted. */
const LOOK_MS = 50;

const [name = 'small'] = process.argv.slice(2);
const size = SIZES[name] ?? sizeOf(name);
const kept = process.env['BURNWATCH_BENCH'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'burnwatch-bench-')));
try {
  await bench(size);
} finally {
  if (kept === undefined) await rm(folder, { recursive: true, force: true });
}

function sizeOf(text: string): Size {
  const [containers, days, seconds] = text.split(':').map(Number);
  if (!(containers! > 0) || !(days! > 0) || !(seconds! > 0))
    throw new Error(`${text} is no size: give small, large or CONTAINERS:DAYS:SECONDS`);
  return {
    containers: containers!,
    days: days!,
    spacingMs: seconds! * SECOND_MS,
    limitSeconds: Infinity,
  };
}

async function bench(size: Size): Promise<void> {
  const { containers, days, spacingMs, limitSeconds } = size;
  const end = floorTo(Date.now(), DAY_MS);
  const start = end - days * DAY_MS;
  const dataDir = join(
    folder,
    `backfill-${containers}-${days}-${spacingMs}-${formatTime(end).slice(0, 10)}`,
  );
  await makeMetrics(size, { start, end }, dataDir);
  const prometheus = await startPrometheus({ dataDir });
  try {
    const run = join(folder, `backfilled-${containers}-${days}`);
    await rm(run, { recursive: true, force: true });
    await mkdir(run, { recursive: true });
    const config = { cluster: 'bench', prometheus: { url: prometheus.url } };
    await writeFile(join(run, 'burnwatch.yaml'), stringify(config));
    print('machine', `${cpus().length} cores, ${cpus()[0]?.model ?? ''}`);
    print(
      'cluster',
      `${containers} containers × ${days} days, scrapes ${spacingMs / 1000} s apart`,
    );
    const storeBefore = await figuresOf(prometheus.pid);
    const first = await backfill(run, start, end);
    const store = await figuresOf(prometheus.pid);
    print('backfill', `${first.seconds.toFixed(1)} s (to stay under ${limitSeconds} s)`);
    print('  CPU', `${(first.cpuMs / SECOND_MS).toFixed(1)} s`);
    print('  CPU of Prometheus', `${((store.cpuMs - storeBefore.cpuMs) / SECOND_MS).toFixed(1)} s`);
    print('  memory, highest', `${(first.peakRssBytes / 2 ** 20).toFixed(0)} MiB`);
    print('  Prometheus, highest', `${(store.peakRssBytes / 2 ** 20).toFixed(0)} MiB`);
    print('  written', `${(first.writtenBytes / 1e6).toFixed(0)} MB`);
    const { size: bytes } = await stat(join(run, 'burnwatch.db'));
    const rows = containers * days * 288;
    print('  history', `${(bytes / 1e6).toFixed(0)} MB, ${(bytes / rows).toFixed(1)} bytes a row`);
    const again = await backfill(run, start, end);
    print('again, nothing to do', `${again.seconds.toFixed(1)} s`);
    if (first.seconds > limitSeconds) process.exitCode = 1;
  } finally {
    await prometheus.stop();
  }
}

async function makeMetrics(
  { containers, spacingMs }: Size,
  { start, end }: { readonly start: number; readonly end: number },
  dataDir: string,
): Promise<void> {
  if (existsSync(dataDir)) return;
  const source = plainCluster({
    containers,
    spacingMs,
    bornAt: start - 30 * DAY_MS,
    rolloutAt: start + DAY_MS,
    minerFrom: end - DAY_MS,
  });
  const began = performance.now();
  const unfinished = `${dataDir}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await createBlocks({ source, start, end, dataDir: unfinished, onProgress: showProgress });
  await rename(unfinished, dataDir);
  print('metrics made in', `${((performance.now() - began) / 1000).toFixed(0)} s`);
}

interface Backfilled extends ProcessFigures {
  readonly seconds: number;
}

async function backfill(cwd: string, from: number, to: number): Promise<Backfilled> {
  const program = resolve(import.meta.dirname, '../bin/burnwatch.mjs');
  const span = ['--from', formatTime(from), '--to', formatTime(to), '--no-notify'];
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'backfill', ...span], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let figures = await figuresOf(child.pid!);
  const look = async (): Promise<void> => {
    const now = await figuresOf(child.pid!).catch(() => null);
    // A process that has ended has no figures of its memory.
    if (now !== null && now.peakRssBytes > 0) figures = now;
  };
  const watch = setInterval(() => void look(), LOOK_MS);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(watch);
  if (code !== 0) throw new Error(`burnwatch backfill ended with ${code}`);
  return { ...figures, seconds: (performance.now() - began) / SECOND_MS };
}

function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rmaking metrics: ${done}/${total} blocks`);
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(24)}${value}\n`);
}
