/**
 * `burnwatch backfill` as a user runs it, against a real Prometheus: how long it takes, and how much
 * memory. Run `npm run bench:backfill [small|large]` (small by default; large makes its metrics first,
 * which takes longer than the backfill, and some GB of disk).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { createBlocks } from '../demo/blocks.ts';
import { startPrometheus } from '../demo/prometheusServer.ts';
import { DAY_MS, floorTo, formatTime } from '../src/model/time.ts';
import { plainCluster } from '../test/support/plainCluster.ts';

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

const name = process.argv[2] ?? 'small';
const size = SIZES[name];
if (size === undefined) throw new Error(`${name} is none of ${Object.keys(SIZES).join(', ')}`);
const folder = await mkdtemp(join(tmpdir(), 'burnwatch-bench-'));
try {
  await bench(size);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench({ containers, days, spacingMs, limitSeconds }: Size): Promise<void> {
  const end = floorTo(Date.now(), DAY_MS);
  const start = end - days * DAY_MS;
  const source = plainCluster({
    containers,
    spacingMs,
    bornAt: start - 30 * DAY_MS,
    rolloutAt: start + DAY_MS,
    minerFrom: end - DAY_MS,
  });
  const dataDir = join(folder, 'prometheus');
  const began = performance.now();
  await createBlocks({ source, start, end, dataDir, onProgress: showProgress });
  print('metrics made in', `${((performance.now() - began) / 1000).toFixed(0)} s`);
  const prometheus = await startPrometheus({ dataDir });
  try {
    const config = { cluster: 'bench', prometheus: { url: prometheus.url } };
    await writeFile(join(folder, 'burnwatch.yaml'), stringify(config));
    print('machine', `${cpus().length} cores, ${cpus()[0]?.model ?? ''}`);
    print(
      'cluster',
      `${containers} containers × ${days} days, scrapes ${spacingMs / 1000} s apart`,
    );
    const first = await backfill(start, end);
    print('backfill', `${first.seconds.toFixed(1)} s (to stay under ${limitSeconds} s)`);
    print('  memory, highest', `${(first.peakBytes / 2 ** 20).toFixed(0)} MiB`);
    print(
      '  Prometheus, highest',
      `${((await peakBytes(prometheus.pid)) / 2 ** 20).toFixed(0)} MiB`,
    );
    const { size: bytes } = await stat(join(folder, 'burnwatch.db'));
    const rows = containers * days * 288;
    print('  history', `${(bytes / 1e6).toFixed(0)} MB, ${(bytes / rows).toFixed(1)} bytes a row`);
    const again = await backfill(start, end);
    print('again, nothing to do', `${again.seconds.toFixed(1)} s`);
    if (first.seconds > limitSeconds) process.exitCode = 1;
  } finally {
    await prometheus.stop();
  }
}

async function backfill(
  from: number,
  to: number,
): Promise<{ readonly seconds: number; readonly peakBytes: number }> {
  const program = resolve(import.meta.dirname, '../bin/burnwatch.mjs');
  const span = ['--from', formatTime(from), '--to', formatTime(to), '--no-notify'];
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'backfill', ...span], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    if (child.pid !== undefined) void peakBytes(child.pid).then((bytes) => (peak = bytes || peak));
  }, 500);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`burnwatch backfill ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, peakBytes: peak };
}

/** The most memory that a process has had at once (Linux); 0 when it has ended. */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rmaking metrics: ${done}/${total} blocks`);
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(24)}${value}\n`);
}
