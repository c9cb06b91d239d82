import { crc32 } from 'node:zlib';
import { VarintReader, VarintWriter } from '../../model/varint.ts';
import { HistoryError } from '../history.ts';
import type { PageColumn } from './columns.ts';
import type { SlotSums } from './slotSums.ts';

/**
 * The rows of one key in adjoining slots of time (12 windows of an hour, 24 hours of a day, the days
 * of a month). `values[slot * columns + column]`; NaN is unknown, in this room only.
 */
export interface Page {
  readonly values: Float64Array;
  /** 1 where the slot has a row. */
  readonly present: Uint8Array;
}

/** A page of one key as it is stored. */
export interface PageRow {
  readonly key: number;
  readonly page: Uint8Array;
}

/** A page of one key, unpacked when it is read. */
export interface KeyedPage {
  readonly key: number;
  /**
   * @param spare may be filled in and returned: then the page is good until that is used again
   * @throws HistoryError `corrupt`
   */
  read(spare?: Page): Page;
}

const FORMAT = 2;
/** A page that has a value too large for differences: all of it as doubles. Currencies with large numbers have them. */
const WIDE_FORMAT = 4;
/** Behind each page: the CRC-32 of what is before it. */
const CHECKSUM_BYTES = 4;
/** Two bits a column: how its values are written. */
const DEFAULT = 0; // all unknown (nullable) or all zero
const SAME = 1; // one value for all slots
const DELTAS = 2; // the first value, then differences
const SPARSE = 3; // a bitmap of known slots, then as DELTAS
const WIDE = 4; // a double for each slot; in all columns of a page, or in none
/** Differences of smaller values are exact, and fit into a varint. */
const LEAST_WIDE = 2 ** 51;

/**
 * Packs pages column by column: a column that does not change costs at most one value a page, the
 * rest zig-zag varint differences. Values of 2^51 and more are kept as doubles, exact up to 2^53 and to 16 digits above. A page written with fewer columns (before a column was appended)
 * reads as if the new ones held their default.
 */
export class PageCodec {
  readonly columns: readonly PageColumn[];
  readonly slots: number;
  readonly #writer = new VarintWriter();
  readonly #reader = new VarintReader();
  readonly #values: Float64Array;
  readonly #modes: number[] = [];
  readonly #nullable: readonly number[];

  constructor(columns: readonly PageColumn[], slots: number) {
    this.columns = columns;
    this.slots = slots;
    this.#values = new Float64Array(Math.max(1, slots));
    this.#nullable = [...columns.keys()].filter((index) => columns[index]!.nullable);
  }

  empty(): Page {
    const values = new Float64Array(this.slots * this.columns.length);
    return { values, present: new Uint8Array(this.slots) };
  }

  encode(page: Page): Uint8Array {
    const width = this.columns.length;
    const slots = presentSlots(page.present);
    const out = this.#writer;
    const modes = this.columns.map((column, index) => modeOf(page, slots, index, width, column));
    const isWide = modes.includes(WIDE);
    out.reset();
    out.byte(isWide ? WIDE_FORMAT : FORMAT);
    out.byte(width);
    writeBits(out, this.slots, (slot) => page.present[slot] === 1);
    if (isWide) {
      for (let index = 0; index < width; index += 1)
        for (const slot of slots) out.double(page.values[slot * width + index]!);
      return sealed(out.take());
    }
    for (let index = 0; index < width; index += 4) {
      const four = modes.slice(index, index + 4);
      out.byte(four.reduce((bits, mode, place) => bits | (mode << (2 * place)), 0));
    }
    for (let index = 0; index < width; index += 1) {
      const mode = modes[index];
      if (mode === SAME) out.signed(page.values[slots[0]! * width + index]!);
      else if (mode === DELTAS || mode === SPARSE) this.#deltas(page, slots, index, mode);
    }
    return sealed(out.take());
  }

  #deltas(page: Page, slots: readonly number[], index: number, mode: number): void {
    const width = this.columns.length;
    const valueAt = (slot: number) => page.values[slot * width + index]!;
    if (mode === SPARSE) {
      writeBits(this.#writer, slots.length, (place) => !Number.isNaN(valueAt(slots[place]!)));
    }
    let before = 0;
    for (const slot of slots) {
      const value = valueAt(slot);
      if (Number.isNaN(value)) continue;
      this.#writer.signed(value - before);
      before = value;
    }
  }

  decode(bytes: Uint8Array): Page {
    const page = this.empty();
    const { values, present } = page;
    const width = this.columns.length;
    const slots = this.#open(bytes);
    for (const slot of slots) {
      present[slot] = 1;
      for (const column of this.#nullable) values[slot * width + column] = Number.NaN;
    }
    this.#columns(slots, (column, places, count) => {
      for (let place = 0; place < count; place += 1) {
        values[places[place]! * width + column] = this.#values[place]!;
      }
    });
    return page;
  }

  /** Adds a page to the sums of its bucket's slots, without unpacking it. */
  addTo(sums: SlotSums, bytes: Uint8Array): void {
    const slots = this.#open(bytes);
    for (const slot of slots) sums.present[slot] = 1;
    const first = slots[0] ?? 0;
    // The usual page has a row in all of its slots: its columns are added as they are read.
    const isRun = slots.length > 0 && slots.at(-1)! - first === slots.length - 1;
    this.#columns(
      slots,
      (column, places, count) => {
        for (let place = 0; place < count; place += 1) {
          sums.add(column, places[place]!, this.#values[place]!);
        }
      },
      (column) => {
        if (!isRun || this.columns[column]!.merge !== 'sum') return false;
        this.#reader.addRunning(slots.length, sums.values, column * this.slots + first);
        return true;
      },
    );
  }

  /** Reads the head of a page: which slots have rows, and how the columns are written. */
  #open(bytes: Uint8Array): readonly number[] {
    const input = this.#reader;
    input.open(bodyOf(bytes));
    const format = input.byte();
    if (format !== FORMAT && format !== WIDE_FORMAT) throw damaged(`its format is ${format}`);
    const width = input.byte();
    if (width > this.columns.length) {
      throw new RangeError(
        `a page of the history has ${width} columns: a newer Burnwatch wrote it`,
      );
    }
    const slots = readBits(input, this.slots);
    this.#modes.length = 0;
    if (format === WIDE_FORMAT)
      for (let index = 0; index < width; index += 1) this.#modes.push(WIDE);
    else
      for (let index = 0; index < width; index += 4) {
        const bits = input.byte();
        this.#modes.push(bits & 3, (bits >> 2) & 3, (bits >> 4) & 3, (bits >> 6) & 3);
      }
    return slots;
  }

  /**
   * Hands over each written column: its values (in `#values`) and the slots they belong to.
   *
   * @param takeRun may read the differences of all slots itself; false when it has not.
   */
  #columns(
    slots: readonly number[],
    take: (column: number, places: readonly number[], count: number) => void,
    takeRun: (column: number) => boolean = () => false,
  ): void {
    const input = this.#reader;
    const values = this.#values;
    for (let column = 0; column < this.#modes.length; column += 1) {
      const mode = this.#modes[column];
      if (mode === DEFAULT) continue;
      if (mode === WIDE) {
        const known: number[] = [];
        for (const slot of slots) {
          const value = input.double();
          if (Number.isNaN(value)) continue;
          values[known.length] = value;
          known.push(slot);
        }
        take(column, known, known.length);
        continue;
      }
      if (mode === SAME) {
        input.signed(1, values);
        values.fill(values[0]!, 1, slots.length);
        take(column, slots, slots.length);
        continue;
      }
      if (mode === DELTAS && takeRun(column)) continue;
      const places =
        mode === SPARSE ? readBits(input, slots.length).map((place) => slots[place]!) : slots;
      input.signed(places.length, values);
      for (let place = 1; place < places.length; place += 1) values[place]! += values[place - 1]!;
      take(column, places, places.length);
    }
  }
}

/** A body with its checksum behind it. */
export function sealed(body: Uint8Array): Uint8Array {
  const page = new Uint8Array(body.length + CHECKSUM_BYTES);
  page.set(body);
  new DataView(page.buffer).setUint32(body.length, crc32(body));
  return page;
}

/** What `sealed` was given. @throws HistoryError `corrupt` */
export function bodyOf(page: Uint8Array): Uint8Array {
  if (!isWholePage(page)) throw damaged('its checksum is wrong');
  return page.subarray(0, -CHECKSUM_BYTES);
}

/** True when a stored page is as it was written. */
export function isWholePage(page: Uint8Array): boolean {
  const end = page.length - CHECKSUM_BYTES;
  if (end < 0) return false;
  const stored = new DataView(page.buffer, page.byteOffset + end, CHECKSUM_BYTES).getUint32(0);
  return stored === crc32(page.subarray(0, end));
}

/** @param how what is wrong with a page */
export function damaged(how: string): HistoryError {
  return new HistoryError(
    'corrupt',
    `a page of the history is damaged (${how}): see \`burnwatch doctor\`, and restore a backup`,
  );
}

/** Sums (or maxima) of nothing yet: zero for sums, unknown for maxima. Questions by the hour ask for 100,000s. */
export function emptySums(columns: readonly PageColumn[]): Float64Array {
  const sums = new Float64Array(columns.length);
  for (let column = 0; column < sums.length; column += 1) {
    if (columns[column]!.merge === 'max') sums[column] = Number.NaN;
  }
  return sums;
}

function modeOf(
  page: Page,
  slots: readonly number[],
  index: number,
  width: number,
  column: PageColumn,
): number {
  let unknown = 0;
  let same = true;
  const first = page.values[(slots[0] ?? 0) * width + index]!;
  for (const slot of slots) {
    const value = page.values[slot * width + index]!;
    if (Number.isNaN(value)) unknown += 1;
    else if (Math.abs(value) >= LEAST_WIDE && Number.isInteger(value)) return WIDE;
    else if (value !== first) same = false;
  }
  if (unknown === slots.length) return DEFAULT;
  if (unknown > 0) return SPARSE;
  if (!same) return DELTAS;
  return first === 0 && !column.nullable ? DEFAULT : SAME;
}

function presentSlots(present: Uint8Array): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < present.length; slot += 1) if (present[slot] === 1) slots.push(slot);
  return slots;
}

function writeBits(out: VarintWriter, count: number, isSet: (place: number) => boolean): void {
  for (let place = 0; place < count; place += 8) {
    let bits = 0;
    for (let bit = 0; bit < 8 && place + bit < count; bit += 1) {
      if (isSet(place + bit)) bits |= 1 << bit;
    }
    out.byte(bits);
  }
}

function readBits(input: VarintReader, count: number): number[] {
  const set: number[] = [];
  for (let place = 0; place < count; place += 8) {
    const bits = input.byte();
    for (let bit = 0; bit < 8; bit += 1) if ((bits >> bit) & 1) set.push(place + bit);
  }
  return set;
}
