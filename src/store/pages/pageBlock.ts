import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { VarintReader, VarintWriter } from '../../model/varint.ts';
import type { PageColumn } from './columns.ts';
import {
  bodyOf,
  damaged,
  sealed,
  type Page,
  type PageCodec,
  type KeyedPage,
  type PageRow,
} from './pageCodec.ts';

/**
 * Pages of neighbouring keys that are packed together: containers of one workload have neighbouring numbers, and much in
 * common. To read one of more keys would take longer.
 */
const KEYS_OF_BLOCK = 16;

/**
 * Keys whose blocks are one stored row, under the lowest key that it could have. Rows much larger than a page of the
 * database leave little of it unused; to read a key, only its block is unpacked.
 */
export const KEYS_OF_ROW = 128;

/** The first byte of a row of blocks, and of a block; a row that begins with another is the page of its key alone. */
const ROW_FORMAT = 5;
const FORMAT = 3;
/** Beside the number of a column's byte planes: all its values are unknown, or some are (a bitmap says which). */
const ALL_UNKNOWN = 16;
const SOME_UNKNOWN = 8;

/** An expectation beyond it would make the difference from a small value too large. */
const MOST_EXPECTED = 2 ** 51;

/** What the lower half of a difference holds. */
const HALF = 2 ** 32;

/** A slot of a page: where its values begin. */
interface SlotRow {
  readonly values: Float64Array;
  readonly at: number;
}

/** The keys of the rows that may hold a key's page: of blocks, of one block as an earlier version stored it, and its own. */
export function rowsOf(key: number): readonly [row: number, block: number, key: number] {
  return [key - (key % KEYS_OF_ROW), key - (key % KEYS_OF_BLOCK), key];
}

/** Packs the pages of one row, by key. Null where a value is too large for it: `PageCodec` takes those. */
export function packRow(
  codec: PageCodec,
  pages: readonly (readonly [number, Page])[],
): Uint8Array | null {
  const blocks = [...Map.groupBy(pages, ([key]) => Math.floor(key / KEYS_OF_BLOCK))];
  const row = new VarintWriter();
  row.byte(ROW_FORMAT);
  row.unsigned(blocks.length);
  for (const [number, of] of blocks) {
    const block = packBlock(codec, of);
    if (block === null) return null;
    row.unsigned(number % (KEYS_OF_ROW / KEYS_OF_BLOCK));
    row.bytes(block);
  }
  return sealed(row.take());
}

/**
 * Packs the pages of one block: column by column, over all slots of one key after the other, each value as the difference
 * from what the one before lets expect, and these differences byte by byte, the lowest bytes of all of them first. So what
 * is alike comes to lie side by side, and is deflated.
 */
function packBlock(
  codec: PageCodec,
  pages: readonly (readonly [number, Page])[],
): Uint8Array | null {
  const { columns, slots } = codec;
  const bits = Math.ceil(slots / 8);
  const present = new Uint8Array(pages.length * bits);
  const rows: SlotRow[] = [];
  for (const [place, [, page]] of pages.entries())
    for (let slot = 0; slot < slots; slot += 1) {
      if (page.present[slot] === 0) continue;
      present[place * bits + (slot >> 3)]! |= 1 << (slot & 7);
      rows.push({ values: page.values, at: slot * columns.length });
    }
  const heads = new Uint8Array(columns.length);
  const parts: Uint8Array[] = [Uint8Array.of(columns.length), present, heads];
  for (const column of columns.keys()) {
    const packed = packColumn(rows, column, columns[column]!);
    if (packed === null) return null;
    const [head, ...planes] = packed;
    heads[column] = head;
    parts.push(...planes);
  }
  const keys = Uint8Array.from(pages, ([key]) => key % KEYS_OF_BLOCK);
  const deflated = deflateRawSync(Buffer.concat(parts));
  return Buffer.concat([Uint8Array.of(FORMAT, keys.length), keys, deflated]);
}

/** What a value is expected to be, by the last known one. */
class Expectation {
  readonly #growsWith: PageColumn['growsWith'];
  #last = 0;
  #amount = 0;

  constructor({ growsWith }: PageColumn) {
    this.#growsWith = growsWith;
  }

  /** Columns before this one are known. */
  of({ values, at }: SlotRow): number {
    if (this.#growsWith === undefined || !(this.#amount > 0)) return this.#last;
    const expected = Math.round(this.#last * (this.#growsWith(values, at) / this.#amount));
    return Math.abs(expected) < MOST_EXPECTED ? expected : this.#last;
  }

  take({ values, at }: SlotRow, value: number): void {
    this.#last = value;
    if (this.#growsWith !== undefined) this.#amount = this.#growsWith(values, at);
  }
}

function packColumn(
  rows: readonly SlotRow[],
  column: number,
  kind: PageColumn,
): readonly [head: number, ...planes: Uint8Array[]] | null {
  // A difference of 53 bits, in two halves.
  const low = new Uint32Array(rows.length);
  const high = new Uint32Array(rows.length);
  const known = new Uint8Array(Math.ceil(rows.length / 8));
  const expected = new Expectation(kind);
  let [unknown, most] = [0, 0];
  for (let row = 0; row < rows.length; row += 1) {
    const slot = rows[row]!;
    const value = slot.values[slot.at + column]!;
    if (Number.isNaN(value)) {
      unknown += 1;
      continue;
    }
    known[row >> 3]! |= 1 << (row & 7);
    const difference = value - expected.of(slot);
    expected.take(slot, value);
    const folded = difference < 0 ? -2 * difference - 1 : 2 * difference;
    if (!Number.isSafeInteger(folded)) return null;
    low[row] = folded;
    high[row] = folded / HALF;
    most = Math.max(most, folded);
  }
  if (unknown === rows.length && unknown > 0) return [ALL_UNKNOWN];
  const planes: Uint8Array[] = [];
  for (let scale = 1; most >= scale; scale *= 256) {
    const half = scale < HALF ? low : high;
    const shift = (8 * planes.length) % 32;
    const plane = new Uint8Array(rows.length);
    for (let row = 0; row < plane.length; row += 1) plane[row] = half[row]! >>> shift;
    planes.push(plane);
  }
  return unknown === 0
    ? [planes.length, ...planes]
    : [planes.length | SOME_UNKNOWN, known, ...planes];
}

/**
 * Reads stored rows. A block is unpacked when the first of its pages is read, and only the last one is held: what is
 * read in the order of rows is unpacked once, and a list of pages takes no more than its rows.
 */
export class BlockReader {
  readonly #codec: PageCodec;
  /** Of the block that was unpacked last, and after them some of larger ones before it. */
  readonly #pages: Page[] = [];
  #last: Uint8Array | null = null;

  constructor(codec: PageCodec) {
    this.#codec = codec;
  }

  /** The pages of a row. @throws HistoryError `corrupt`, before any of its keys is believed */
  pagesOf({ key, page }: PageRow): readonly KeyedPage[] {
    const body = bodyOf(page);
    if (body[0] === FORMAT) return this.#blockAt(key, body);
    if (body[0] !== ROW_FORMAT) return [{ key, read: () => this.#codec.decode(page) }];
    const input = new VarintReader();
    input.open(body.subarray(1));
    return Array.from({ length: input.unsigned() }, () =>
      this.#blockAt(key + input.unsigned() * KEYS_OF_BLOCK, input.bytes()),
    ).flat();
  }

  #blockAt(key: number, body: Uint8Array): readonly KeyedPage[] {
    const keys = body.subarray(2, 2 + body[1]!);
    return Array.from(keys, (offset, place) => ({
      key: key + offset,
      read: (page = this.#codec.empty()) => {
        const { values, present } = this.#unpacked(body)[place]!;
        page.values.set(values);
        page.present.set(present);
        return page;
      },
    }));
  }

  #unpacked(body: Uint8Array): readonly Page[] {
    if (this.#last === body) return this.#pages;
    this.#last = null;
    while (this.#pages.length < body[1]!) this.#pages.push(this.#codec.empty());
    unpackBlock(this.#codec, body, this.#pages);
    this.#last = body;
    return this.#pages;
  }
}

/** Fills in the pages of a block; there are at least as many. */
function unpackBlock(codec: PageCodec, body: Uint8Array, pages: readonly Page[]): void {
  const count = body[1]!;
  const input = inflateRawSync(body.subarray(2 + count));
  const { columns, slots } = codec;
  const width = input[0]!;
  if (width > columns.length)
    throw new RangeError(`a page of the history has ${width} columns: a newer Burnwatch wrote it`);
  const bits = Math.ceil(slots / 8);
  const rows: SlotRow[] = [];
  for (const [place, { values, present }] of pages.slice(0, count).entries()) {
    values.fill(0);
    for (let slot = 0; slot < slots; slot += 1) {
      present[slot] = (input[1 + place * bits + (slot >> 3)]! >> (slot & 7)) & 1;
      if (present[slot] === 1) rows.push({ values, at: slot * columns.length });
    }
  }
  const heads = 1 + count * bits;
  let at = heads + width;
  for (const [column, kind] of columns.entries()) {
    // A column that was appended after the block was written.
    const absent = kind.nullable ? ALL_UNKNOWN : 0;
    const head = column < width ? input[heads + column]! : absent;
    at = unpackColumn(input, at, head, rows, column, kind);
  }
  if (at !== input.length) throw damaged('it has another length');
}

/** Reads a column into its rows; returns where the next one begins. */
function unpackColumn(
  input: Uint8Array,
  from: number,
  head: number,
  rows: readonly SlotRow[],
  column: number,
  kind: PageColumn,
): number {
  const planes = head & 7;
  if (head === 0) return from;
  const first = from + ((head & SOME_UNKNOWN) === 0 ? 0 : Math.ceil(rows.length / 8));
  const expected = new Expectation(kind);
  for (let row = 0; row < rows.length; row += 1) {
    const slot = rows[row]!;
    const { values, at } = slot;
    const isUnknown =
      head === ALL_UNKNOWN ||
      (first > from && ((input[from + (row >> 3)]! >> (row & 7)) & 1) === 0);
    if (isUnknown) {
      values[at + column] = Number.NaN;
      continue;
    }
    let folded = 0;
    for (let plane = planes - 1; plane >= 0; plane -= 1)
      folded = folded * 256 + input[first + plane * rows.length + row]!;
    const value = expected.of(slot) + (folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2);
    values[at + column] = value;
    expected.take(slot, value);
  }
  return first + planes * rows.length;
}
