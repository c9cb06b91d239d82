import { deflateSync, inflateSync } from 'node:zlib';
import { VarintReader, VarintWriter } from '../model/varint.ts';
import { HistoryError } from './history.ts';

/** A part of a detector's rows, as it is stored. */
export interface StatePart {
  /** Of the only row, which is `part` as it is; null where rows are packed. */
  readonly key: string | null;
  readonly part: Uint8Array;
}

/** What begins a packed part: it is of rows as a whole, of what changed in those before it, or of what to change in later ones. */
const WHOLE = 1;
const CHANGES = 2;
const BACK = 3;

/** Parts of changes may become so many times as large as the whole rows, before these are written anew. */
const MOST_CHANGES = 2;
/** Rows of one part, before they are packed. */
const PART_BYTES = 4 * 1024 * 1024;
/** Fewer equal bytes than these are not worth a turn. */
const SHORTEST_RUN = 4;
/** What was put in or taken out in the middle of a row moves the rest by no more bytes than these. */
const FARTHEST_SHIFT = 64;

/** A row by its place among all keys; null for one that is gone. */
type PlacedRow = readonly [place: number, row: Uint8Array | null];

/** True for a part that is of what to change in the rows of the next state. */
export function isBack({ key, part }: StatePart): boolean {
  return key === null && part[0] === BACK;
}

/** True for a part that is as it was written; a row that stands alone has no checksum. */
export function isWholePart({ key, part }: StatePart): boolean {
  if (key !== null) return true;
  try {
    inflateSync(part.subarray(1));
    return true;
  } catch {
    return false;
  }
}

/**
 * All rows of a detector (key → encoded state), as a sequence of parts: a window changes a few numbers of many rows, so
 * that only the bytes that differ are written, and the rows as a whole now and then.
 */
export class StateParts {
  #keys: string[] = [];
  #rows: (Uint8Array | null)[] = [];
  #places = new Map<string, number>();
  #wholeBytes = 0;
  #changedBytes = 0;

  /** Takes the next of the stored parts, in their order. @throws HistoryError `corrupt` */
  add({ key, part }: StatePart): void {
    if (key !== null) {
      this.#rows[this.#placeOf(key)] = part;
      this.#changedBytes += part.length;
      return;
    }
    if (part[0] === WHOLE) this.#wholeBytes += part.length;
    else this.#changedBytes += part.length;
    this.#unpack(part);
  }

  /** Takes changed rows, null for those that are gone, and packs them; null where nothing differs. */
  change(changed: Iterable<readonly [key: string, row: Uint8Array | null]>): Uint8Array | null {
    const entries = this.#different(changed);
    if (entries.length === 0) return null;
    const part = this.#pack(CHANGES, entries);
    this.#changedBytes += part.length;
    for (const [place, row] of entries) this.#rows[place] = row;
    return part;
  }

  /** True once reading all parts costs more than it saves to write changes only. */
  get isLong(): boolean {
    return this.#changedBytes > MOST_CHANGES * this.#wholeBytes;
  }

  /** True where the stored parts are more than the rows as a whole. */
  get hasChanges(): boolean {
    return this.#changedBytes > 0;
  }

  /** The rows as a whole, packed: they stand for all parts so far. */
  whole(): readonly Uint8Array[] {
    const rows = [...this.rows()];
    this.#keys = [];
    this.#rows = [];
    this.#places = new Map();
    this.#changedBytes = 0;
    const parts: Uint8Array[] = [];
    let entries: PlacedRow[] = [];
    let bytes = 0;
    for (const [key, row] of rows) {
      entries.push([this.#placeOf(key), row]);
      bytes += row.length;
      if (bytes < PART_BYTES) continue;
      parts.push(this.#pack(WHOLE, entries));
      [entries, bytes] = [[], 0];
    }
    if (entries.length > 0) parts.push(this.#pack(WHOLE, entries));
    rows.forEach(([, row], place) => (this.#rows[place] = row));
    this.#wholeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    return parts;
  }

  /** All rows, by their keys in order; they must not be changed. */
  rows(): readonly (readonly [key: string, row: Uint8Array])[] {
    const there = this.#keys.flatMap((key, place) => {
      const row = this.#rows[place] ?? null;
      return row === null ? [] : [[key, row] as const];
    });
    return there.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The part by which `back` makes these rows of those of a later state. */
  backFrom(later: StateParts): Uint8Array {
    const base = later.#inOrder();
    const rows = new Map<string, Uint8Array | null>(this.rows());
    for (const [key] of later.rows()) if (!rows.has(key)) rows.set(key, null);
    return base.#pack(BACK, base.#different(rows));
  }

  /** The rows of the earlier state that `backFrom` made a part of. @throws HistoryError `corrupt` */
  back(part: Uint8Array): StateParts {
    const earlier = this.#inOrder();
    earlier.#unpack(part);
    return earlier;
  }

  /** The same rows at places that depend on nothing but their keys. */
  #inOrder(): StateParts {
    const parts = new StateParts();
    for (const [key, row] of this.rows()) parts.#rows[parts.#placeOf(key)] = row;
    return parts;
  }

  /** The rows that are not as they are here, by their places. */
  #different(rows: Iterable<readonly [key: string, row: Uint8Array | null]>): PlacedRow[] {
    return Array.from(rows)
      .filter(([key, row]) => !isSame(this.#rowOf(key), row))
      .map(([key, row]) => [this.#placeOf(key), row] as const)
      .sort(([a], [b]) => a - b);
  }

  #rowOf(key: string): Uint8Array | null {
    const place = this.#places.get(key);
    return place === undefined ? null : (this.#rows[place] ?? null);
  }

  #placeOf(key: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#keys.push(key) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** Each row by its place among all keys, with its key the first time; then its length and what differs. */
  #pack(kind: number, entries: readonly PlacedRow[]): Uint8Array {
    const out = new VarintWriter();
    out.unsigned(entries.length);
    let before = 0;
    for (const [place, row] of entries) {
      out.unsigned(place - before);
      before = place;
      const old = this.#rows[place];
      if (old === undefined) out.bytes(Buffer.from(this.#keys[place]!));
      out.unsigned(row === null ? 0 : row.length + 1);
      if (row !== null) writeDifference(out, old ?? EMPTY, row);
    }
    const packed = deflateSync(out.take());
    const part = new Uint8Array(packed.length + 1);
    part[0] = kind;
    part.set(packed, 1);
    return part;
  }

  #unpack(part: Uint8Array): void {
    try {
      this.#read(inflateSync(part.subarray(1)));
    } catch (error) {
      throw new HistoryError(
        'corrupt',
        'a part of the detectors’ state is damaged: see `burnwatch doctor`, and restore a backup',
        error,
      );
    }
  }

  #read(bytes: Uint8Array): void {
    const input = new VarintReader();
    input.open(bytes);
    let place = 0;
    for (let left = input.unsigned(); left > 0; left -= 1) {
      place += input.unsigned();
      const old = this.#rows[place];
      if (old === undefined) this.#placeOf(Buffer.from(input.bytes()).toString());
      const length = input.unsigned() - 1;
      this.#rows[place] = length < 0 ? null : readDifference(input, old ?? EMPTY, length);
    }
  }
}

const EMPTY = new Uint8Array(0);

function isSame(before: Uint8Array | null, after: Uint8Array | null): boolean {
  if (before === null || after === null) return before === after;
  return Buffer.compare(before, after) === 0;
}

/**
 * By turns: how many bytes are those of the old row, which bytes come then, and how many of the old one these stand
 * for (less those that they are).
 */
function writeDifference(out: VarintWriter, old: Uint8Array, row: Uint8Array): void {
  let from = 0;
  for (let at = 0; at < row.length;) {
    const start = at;
    while (at < row.length && from < old.length && old[from] === row[at])
      [at, from] = [at + 1, from + 1];
    out.unsigned(at - start);
    if (at === row.length) return;
    const [added, left] = untilSame(old, from, row, at);
    out.bytes(row.subarray(at, at + added));
    out.signed(left - added);
    at += added;
    from += left;
  }
}

/** How many bytes of the new row and of the old one lie before both go on with the same. */
function untilSame(
  old: Uint8Array,
  from: number,
  row: Uint8Array,
  at: number,
): readonly [added: number, left: number] {
  const isSameAt = (added: number, left: number): boolean => {
    for (let byte = 0; byte < SHORTEST_RUN; byte += 1) {
      if (at + added + byte === row.length) return true;
      if (from + left + byte >= old.length) return false;
      if (row[at + added + byte] !== old[from + left + byte]) return false;
    }
    return true;
  };
  for (let count = 1; at + count < row.length; count += 1) {
    if (isSameAt(count, count)) return [count, count];
    if (count > FARTHEST_SHIFT) continue;
    if (isSameAt(count, 0)) return [count, 0];
    if (isSameAt(0, count)) return [0, count];
  }
  return [row.length - at, row.length - at];
}

function readDifference(input: VarintReader, old: Uint8Array, length: number): Uint8Array {
  const row = new Uint8Array(length);
  const more = new Float64Array(1);
  let from = 0;
  for (let at = 0; at < length;) {
    const same = input.unsigned();
    row.set(old.subarray(from, from + same), at);
    at += same;
    if (at >= length) break;
    const added = input.bytes();
    row.set(added, at);
    at += added.length;
    input.signed(1, more);
    from += same + added.length + more[0]!;
  }
  return row;
}
