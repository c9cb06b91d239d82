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

/** Puts slots into the pages of their keys; pages are made where they are missing. */
export function addSlots(
  codec: PageCodec,
  pages: Map<number, Page>,
  slots: Iterable<StoredSlot>,
): void {
  const width = codec.columns.length;
  for (const { slot, page: bytes } of slots) {
    const { keys, values } = unpackSlot(codec.columns, bytes);
    for (const [row, key] of keys.entries()) {
      let page = pages.get(key);
      if (page === undefined) pages.set(key, (page = codec.empty()));
      page.present[slot] = 1;
      page.values.set(values.subarray(row * width, (row + 1) * width), slot * width);
    }
  }
}

/** The rows of one slot. */
export function slotRows(
  codec: PageCodec,
  pages: ReadonlyMap<number, Page>,
  slot: number,
): SlotRows {
  const width = codec.columns.length;
  const keys = [...pages.keys()]
    .filter((key) => pages.get(key)!.present[slot] === 1)
    .sort((a, b) => a - b);
  const values = new Float64Array(keys.length * width);
  for (const [row, key] of keys.entries())
    values.set(pages.get(key)!.values.subarray(slot * width, (slot + 1) * width), row * width);
  return { keys, values };
}
