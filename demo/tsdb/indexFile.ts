import type { Labels } from '../samples.ts';
import { ByteWriter } from './byteWriter.ts';

/** A chunk of a series. */
export interface ChunkPlace {
  /** Times of its first and last sample, in milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Where it begins in the file of chunks. */
  readonly at: number;
}

export interface IndexedSeries {
  /** The metric's name among them, as `__name__`. */
  readonly labels: Labels;
  readonly chunks: readonly ChunkPlace[];
}

const MAGIC = 0xbaaad700;
const VERSION = 2;
/** A series is known by its place, counted in these. */
const SERIES_SIZE = 16;

/**
 * The index of a block, as Prometheus' documentation of its format (tsdb/docs/format/index.md) has it: symbols, series,
 * postings, and where each of them begins.
 *
 * @throws Error where two series have the same labels at one time
 */
export function indexFile(series: readonly IndexedSeries[]): Uint8Array {
  const symbols = symbolsOf(series);
  const file = new ByteWriter(1 << 20);
  file.uint32(MAGIC);
  file.byte(VERSION);
  const symbolsAt = file.length;
  file.section(() => {
    file.uint32(symbols.all.length);
    for (const symbol of symbols.all) file.text(symbol);
  });
  const seriesAt = file.length;
  const postings = writeSeries(file, series, symbols.idOf);
  const postingsAt = file.length;
  const places = postings.map(({ name, value, series: members }) => {
    file.pad(4);
    const at = file.length;
    file.section(() => {
      file.uint32(members.length);
      for (const id of members) file.uint32(id);
    });
    return { name, value, at };
  });
  const tableAt = file.length;
  file.section(() => {
    file.uint32(places.length);
    for (const { name, value, at } of places) {
      file.byte(2);
      file.text(symbols.all[name] ?? NOTHING);
      file.text(symbols.all[value] ?? NOTHING);
      file.uvarint(at);
    }
  });
  const contentsAt = file.length;
  // Since version 2 nobody reads the indices of labels: they are where the postings begin.
  for (const at of [symbolsAt, seriesAt, postingsAt, postingsAt, postingsAt, tableAt])
    file.uint64(at);
  file.checksum(contentsAt);
  return file.written();
}

const NOTHING = new Uint8Array();

/** Every name and value, in the order of their bytes. */
function symbolsOf(series: readonly IndexedSeries[]): {
  readonly all: readonly Uint8Array[];
  readonly idOf: ReadonlyMap<string, number>;
} {
  const texts = new Set(series.flatMap(({ labels }) => Object.entries(labels).flat()));
  const sorted = [...texts]
    .map((text) => ({ text, bytes: Buffer.from(text) }))
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes));
  return {
    all: sorted.map(({ bytes }) => bytes),
    idOf: new Map(sorted.map(({ text }, id) => [text, id])),
  };
}

/** The series that have a label; names and values by their symbols, −1 for all series. */
interface Postings {
  readonly name: number;
  readonly value: number;
  readonly series: number[];
}

/** Writes the series in the order of their labels. @returns their postings, by name and value */
function writeSeries(
  file: ByteWriter,
  series: readonly IndexedSeries[],
  idOf: ReadonlyMap<string, number>,
): readonly Postings[] {
  const all: Postings = { name: -1, value: -1, series: [] };
  const byName = new Map<number, Map<number, Postings>>();
  for (const { labels, chunks } of inParts(series, idOf)) {
    file.pad(SERIES_SIZE);
    const id = file.length / SERIES_SIZE;
    const entry = seriesEntry(labels, chunks);
    file.uvarint(entry.length);
    const at = file.length;
    file.bytes(entry.written());
    file.checksum(at);
    all.series.push(id);
    for (let part = 0; part < labels.length; part += 2) {
      const [name, value] = [labels[part]!, labels[part + 1]!];
      const values = byName.get(name) ?? new Map<number, Postings>();
      byName.set(name, values);
      const found = values.get(value) ?? { name, value, series: [] };
      values.set(value, found);
      found.series.push(id);
    }
  }
  const inOrderOf = <T>(map: ReadonlyMap<number, T>): readonly T[] =>
    [...map].toSorted(([a], [b]) => a - b).map(([, each]) => each);
  return [all, ...inOrderOf(byName).flatMap(inOrderOf)];
}

interface Entry {
  /** Names and values in turn, as symbols. */
  readonly labels: readonly number[];
  readonly chunks: readonly ChunkPlace[];
}

/** The series in the order of their labels; one that came in several parts, of later and later times, is one. */
function inParts(
  series: readonly IndexedSeries[],
  idOf: ReadonlyMap<string, number>,
): readonly Entry[] {
  const entries: Entry[] = [];
  const sorted = series
    .map(({ labels, chunks }): Entry => ({ labels: idsOf(labels, idOf), chunks }))
    .toSorted((a, b) => inOrder(a.labels, b.labels));
  for (const { labels, chunks } of sorted) {
    const before = entries.at(-1);
    if (before === undefined || inOrder(before.labels, labels) !== 0) {
      entries.push({ labels, chunks });
      continue;
    }
    if (before.chunks.at(-1)!.to >= chunks[0]!.from)
      throw new Error(`Two series at one time have the same labels: ${textOf(labels, idOf)}`);
    entries.splice(-1, 1, { labels, chunks: [...before.chunks, ...chunks] });
  }
  return entries;
}

/** Names and values in turn, as symbols, in the order of the names. An empty value is no label. */
function idsOf(labels: Labels, idOf: ReadonlyMap<string, number>): readonly number[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [idOf.get(name)!, idOf.get(value)!] as const)
    .toSorted(([a], [b]) => a - b)
    .flat();
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((id, index) => id !== b[index]);
  return differs < 0 ? a.length - b.length : a[differs]! - (b[differs] ?? -1);
}

function textOf(ids: readonly number[], idOf: ReadonlyMap<string, number>): string {
  const texts = [...idOf.keys()];
  return ids.map((id) => texts[id]).join(' ');
}

/** A series without its length and checksum. */
function seriesEntry(labels: readonly number[], chunks: readonly ChunkPlace[]): ByteWriter {
  const entry = new ByteWriter(256);
  entry.uvarint(labels.length / 2);
  for (const id of labels) entry.uvarint(id);
  entry.uvarint(chunks.length);
  chunks.forEach(({ from, to, at }, index) => {
    const before = chunks[index - 1];
    if (before === undefined) entry.varint(from);
    else entry.uvarint(from - before.to);
    entry.uvarint(to - from);
    if (before === undefined) entry.uvarint(at);
    else entry.varint(at - before.at);
  });
  return entry;
}
