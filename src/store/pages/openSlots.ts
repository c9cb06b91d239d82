import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { VarintReader, VarintWriter } from '../../model/varint.ts';
import type { PageColumn } from './columns.ts';
import { bodyOf, PageCodec, sealed, type Page } from './pageCodec.ts';

/** The rows of all keys in one slot: `values[row * columns + column]`, keys in rising order. */
export interface SlotRows {
  readonly keys: readonly number[];
  readonly values: Float64Array;
}

/** A slot of a bucket that is not whole yet, as it is stored. */
export interface StoredSlot {
  readonly slot: number;
  readonly page: Uint8Array;
}

/** Packs rows like a page, with the rows in the place of slots: neighbours have much in common. */
export function packSlot(columns: readonly PageColumn[], { keys, values }: SlotRows): Uint8Array {
  const out = new VarintWriter();
  out.unsigned(keys.length);
  let before = 0;
  for (const key of keys) {
    out.unsigned(key - before);
    before = key;
  }
  const present = new Uint8Array(keys.length).fill(1);
  out.bytes(new PageCodec(columns, keys.length).encode({ values, present }));
  return sealed(deflateRawSync(out.take()));
}

/** @throws HistoryError `corrupt` */
export function unpackSlot(columns: readonly PageColumn[], bytes: Uint8Array): SlotRows {
  const input = new VarintReader();
  input.open(inflateRawSync(bodyOf(bytes)));
  const keys: number[] = [];
  const count = input.unsigned();
  for (let row = 0; row < count; row += 1) keys.push(input.unsigned() + (keys[row - 1] ?? 0));
  const { values } = new PageCodec(columns, count).decode(input.bytes());
  return { keys, values };
}

/** A column of a slot: the value of all its rows, or one for each; among 32-bit integers the least is unknown. */
type SlotColumn = number | Int32Array | Float64Array;

const UNKNOWN = -(2 ** 31);

/**
 * The slots of a bucket that is not whole yet, each as columns: most columns have one value, and most others are small
 * integers, so that an hour of 10,000 containers takes a third of what its pages take. A page is made when it is asked for.
 */
export class OpenPages {
  readonly #codec: PageCodec;
  readonly #slots = new Map<number, { keys: readonly number[]; columns: readonly SlotColumn[] }>();

  constructor(codec: PageCodec) {
    this.#codec = codec;
  }

  /** @throws HistoryError `corrupt` */
  static of(codec: PageCodec, stored: Iterable<StoredSlot>): OpenPages {
    const pages = new OpenPages(codec);
    for (const { slot, page } of stored) pages.put(slot, unpackSlot(codec.columns, page));
    return pages;
  }

  /** Takes the rows of a slot, in place of what it had. */
  put(slot: number, { keys, values }: SlotRows): void {
    const width = this.#codec.columns.length;
    const columns = this.#codec.columns.map((_, column) => narrowed(values, column, width));
    this.#slots.set(slot, { keys, columns });
  }

  /** The rows of a slot; none where it has not been put. */
  rows(slot: number): SlotRows {
    const { keys, columns } = this.#slots.get(slot) ?? { keys: [], columns: [] };
    const width = columns.length;
    const values = new Float64Array(keys.length * width);
    for (let row = 0; row < keys.length; row += 1) copyRow(columns, row, values, row * width);
    return { keys, values };
  }

  remove(slot: number): void {
    this.#slots.delete(slot);
  }

  /** The keys that have rows, in rising order. */
  keys(): readonly number[] {
    const keys = new Set(Array.from(this.#slots.values(), (slot) => slot.keys).flat());
    return [...keys].sort((a, b) => a - b);
  }

  /**
   * The page of a key, without a row where it is in no slot.
   *
   * @param page is filled in and returned; what it holds in slots that have no row means nothing
   */
  page(key: number, page: Page = this.#codec.empty()): Page {
    page.present.fill(0);
    for (const [slot, { keys, columns }] of this.#slots) {
      const row = placeIn(keys, key);
      if (keys[row] !== key) continue;
      page.present[slot] = 1;
      copyRow(columns, row, page.values, slot * columns.length);
    }
    return page;
  }
}

function copyRow(
  columns: readonly SlotColumn[],
  row: number,
  into: Float64Array,
  at: number,
): void {
  for (let column = 0; column < columns.length; column += 1) {
    const values = columns[column]!;
    const value = typeof values === 'number' ? values : values[row]!;
    into[at + column] = value === UNKNOWN && values instanceof Int32Array ? Number.NaN : value;
  }
}

function narrowed(values: Float64Array, column: number, width: number): SlotColumn {
  const first = values[column] ?? 0;
  let isSame = true;
  let isSmall = true;
  for (let at = column; at < values.length; at += width) {
    const value = values[at]!;
    if (!Object.is(value, first)) isSame = false;
    if ((value | 0) !== value && !Number.isNaN(value)) isSmall = false;
    if (value === UNKNOWN) isSmall = false;
  }
  if (isSame) return first;
  const narrow = new (isSmall ? Int32Array : Float64Array)(values.length / width);
  for (let row = 0; row < narrow.length; row += 1) {
    const value = values[row * width + column]!;
    narrow[row] = isSmall && Number.isNaN(value) ? UNKNOWN : value;
  }
  return narrow;
}

/** Where a key stands, or would stand, among those in rising order. */
function placeIn(keys: readonly number[], key: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows of one slot while they are written, in any order of keys. */
export class WrittenSlot {
  readonly #width: number;
  readonly #rows: Map<number, number>;
  #values: Float64Array;

  constructor(width: number, { keys, values }: SlotRows) {
    this.#width = width;
    this.#rows = new Map(keys.map((key, row) => [key, row]));
    this.#values = values;
  }

  /** Where the row of a key begins, made when missing; good until the next row is asked for. */
  row(key: number): { readonly values: Float64Array; readonly offset: number } {
    let row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, (row = this.#rows.size));
    const offset = row * this.#width;
    if (offset + this.#width > this.#values.length) {
      const larger = new Float64Array(Math.max(16 * this.#width, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    return { values: this.#values, offset };
  }

  sorted(): SlotRows {
    const width = this.#width;
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    const values = new Float64Array(rows.length * width);
    for (const [place, [, row]] of rows.entries())
      values.set(this.#values.subarray(row * width, (row + 1) * width), place * width);
    return { keys: rows.map(([key]) => key), values };
  }
}
