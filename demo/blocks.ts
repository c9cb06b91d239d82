import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { HOUR_MS } from '../src/model/time.ts';
import type { Labels, MetricFamily, SampledSeries, SampleSource } from './samples.ts';
import { ByteWriter } from './tsdb/byteWriter.ts';
import { indexFile, type ChunkPlace, type IndexedSeries } from './tsdb/indexFile.ts';
import { xorChunk } from './tsdb/xorChunk.ts';

/** The span of one block. */
const BLOCK_MS = 24 * HOUR_MS;

/** Prometheus' own blocks have no longer chunks. */
const SAMPLES_PER_CHUNK = 120;

const CHUNKS_MAGIC = 0x85bd40dd;
const CHUNKS_VERSION = 1;
const XOR_ENCODING = 1;

/** Prometheus removes what a killed writer left under such a name. */
const UNFINISHED = '.tmp-for-creation';

export interface CreateBlocksOptions {
  readonly source: SampleSource;
  /** Samples with start ≤ time < end (Unix milliseconds) are written. */
  readonly start: number;
  readonly end: number;
  /** Prometheus' data directory; made when missing. */
  readonly dataDir: string;
  /** Called after each block. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes samples of the past into a Prometheus data directory, as blocks of a day in Prometheus' own format
 * (tsdb/docs/format): `promtool tsdb create-blocks-from` would read five gigabytes of text for the same two weeks. One
 * block is in memory at a time. Prometheus must not run over the directory meanwhile.
 *
 * @throws Error where names, times or labels are not what Prometheus could have scraped
 */
export async function createBlocks(options: CreateBlocksOptions): Promise<void> {
  const { source, start, end, dataDir, signal } = options;
  await mkdir(dataDir, { recursive: true });
  const spans = blockSpans(start, end);
  for (const [index, span] of spans.entries()) {
    signal?.throwIfAborted();
    await writeBlock(dataDir, span, source.families(span.start, span.end));
    options.onProgress?.(index + 1, spans.length);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** [start, end) cut at multiples of a day. */
export function blockSpans(start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let from = start; from < end;) {
    const to = Math.min(end, (Math.floor(from / BLOCK_MS) + 1) * BLOCK_MS);
    spans.push({ start: from, end: to });
    from = to;
  }
  return spans;
}

async function writeBlock(
  dataDir: string,
  span: Span,
  families: Iterable<MetricFamily>,
): Promise<void> {
  const ulid = newUlid(span.start);
  const folder = join(dataDir, `${ulid}${UNFINISHED}`);
  await mkdir(join(folder, 'chunks'), { recursive: true });
  try {
    const chunks = new ByteWriter(1 << 20);
    chunks.uint32(CHUNKS_MAGIC);
    chunks.byte(CHUNKS_VERSION);
    chunks.pad(8);
    const series: IndexedSeries[] = [];
    let samples = 0;
    for (const family of families) {
      for (const one of family.series) {
        if (one.times.length === 0) continue;
        checkTimes(one, span);
        samples += one.times.length;
        const labels = { ...checkNames(family.name, one.labels), __name__: family.name };
        series.push({ labels, chunks: writeChunks(chunks, one) });
      }
      // Lets a signal in.
      await turn();
    }
    if (series.length === 0) return;
    await writeFile(join(folder, 'chunks', '000001'), chunks.written());
    await writeFile(join(folder, 'index'), indexFile(series));
    const numChunks = series.reduce((sum, one) => sum + one.chunks.length, 0);
    const meta = {
      ulid,
      minTime: span.start,
      maxTime: span.end,
      stats: { numSamples: samples, numSeries: series.length, numChunks },
      compaction: { level: 1, sources: [ulid] },
      version: 1,
    };
    await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
    await rename(folder, join(dataDir, ulid));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Appends a series' chunks to the file of all chunks. */
function writeChunks(file: ByteWriter, { times, values }: SampledSeries): readonly ChunkPlace[] {
  const places: ChunkPlace[] = [];
  for (let first = 0; first < times.length; first += SAMPLES_PER_CHUNK) {
    const next = Math.min(times.length, first + SAMPLES_PER_CHUNK);
    const data = xorChunk(times, values, first, next);
    const at = file.length;
    file.uvarint(data.length);
    const checked = file.length;
    file.byte(XOR_ENCODING);
    file.bytes(data);
    file.checksum(checked);
    places.push({ from: times[first]!, to: times[next - 1]!, at });
  }
  return places;
}

function checkTimes({ times, labels }: SampledSeries, { start, end }: Span): void {
  let before = start - 1;
  for (let index = 0; index < times.length; index += 1) {
    const time = times[index]!;
    if (!Number.isSafeInteger(time) || time <= before || time >= end)
      throw new Error(
        `A sample of ${JSON.stringify(labels)} at ${time} is not between ${before} and ${end}`,
      );
    before = time;
  }
}

function checkNames(metric: string, labels: Labels): Labels {
  const bad = [metric, ...Object.keys(labels)].find((name) => !/^[a-zA-Z_:][\w:]*$/.test(name));
  if (bad !== undefined) throw new Error(`${JSON.stringify(bad)} is no name of a metric or label`);
  return labels;
}

/** 48 bits of time and 80 of chance, in Crockford's alphabet, as Prometheus names its blocks. */
function newUlid(time: number): string {
  let rest = (BigInt(time) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1, rest >>= 5n)
    text = `${'0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number(rest & 31n)]}${text}`;
  return text;
}
