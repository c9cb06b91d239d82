import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { HOUR_MS } from '../src/model/time.ts';
import { openMetricsText } from './openMetrics.ts';
import type { SampleSource } from './samples.ts';
import { findTool } from './tools.ts';

const run = promisify(execFile);

/** The span of one Prometheus block, and of one file: a longer file takes promtool far longer. */
const BLOCK_MS = 2 * HOUR_MS;

/** A promtool lives for half a second: a sixth of it went into collecting garbage that its end collects. */
const RARE_COLLECTION = '400';

export interface CreateBlocksOptions {
  readonly source: SampleSource;
  /** Samples with start ≤ time < end (Unix milliseconds) are written. */
  readonly start: number;
  readonly end: number;
  /** Prometheus' data directory; made when missing. */
  readonly dataDir: string;
  /** promtool's path; found by itself when absent. */
  readonly promtool?: string;
  /** How many promtools work at once. */
  readonly parallel?: number;
  /** Called after each block. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes samples of the past into a Prometheus data directory, as blocks of two hours: OpenMetrics
 * text, one file a block, each handed to `promtool tsdb create-blocks-from openmetrics`. Only a
 * chunk of text is in memory at any time. Throws promtool's own message when it refuses a file.
 * Prometheus must not run over the directory meanwhile.
 */
export async function createBlocks(options: CreateBlocksOptions): Promise<void> {
  const { source, start, end, dataDir, signal } = options;
  const promtool = options.promtool ?? (await findTool('promtool'));
  await mkdir(dataDir, { recursive: true });
  const scratch = await mkdtemp(join(dataDir, 'openmetrics-'));
  const spans = blockSpans(start, end);
  const total = spans.length;
  let done = 0;
  async function work(): Promise<void> {
    for (let span = spans.shift(); span !== undefined; span = spans.shift()) {
      signal?.throwIfAborted();
      const file = join(scratch, `${span.start}.txt`);
      await writeText(file, openMetricsText(source.families(span.start, span.end)));
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataDir];
      const running = run(promtool, args, {
        env: { GOGC: RARE_COLLECTION, ...process.env },
        signal,
      });
      try {
        await running;
      } finally {
        await ended(running.child);
      }
      await rm(file);
      done += 1;
      options.onProgress?.(done, total);
    }
  }
  try {
    const workers = await Promise.allSettled(
      Array.from({ length: options.parallel ?? 2 }, () => work()),
    );
    const failure = workers.find((worker) => worker.status === 'rejected');
    if (failure) throw failure.reason;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Waits for a program's end; an abort ends the program first. */
async function ended(child: ChildProcess): Promise<void> {
  const isRunning = child.exitCode === null && child.signalCode === null;
  if (child.pid !== undefined && isRunning)
    await new Promise<void>((resolve) => void child.once('exit', () => resolve()));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** [start, end) cut at multiples of two hours. */
export function blockSpans(start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let from = start; from < end;) {
    const to = Math.min(end, (Math.floor(from / BLOCK_MS) + 1) * BLOCK_MS);
    spans.push({ start: from, end: to });
    from = to;
  }
  return spans;
}

async function writeText(file: string, chunks: Iterable<string>): Promise<void> {
  const stream = createWriteStream(file);
  const closed = finished(stream);
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), closed]);
    // Lets other work in, above all the other promtool's turn.
    await turn();
  }
  stream.end();
  await closed;
}
