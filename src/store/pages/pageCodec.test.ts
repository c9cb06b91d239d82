import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { PageColumn } from './columns.ts';
import { emptySums, PageCodec, type Page } from './pageCodec.ts';
import { SlotSums } from './slotSums.ts';
import { VarintReader, VarintWriter } from '../../model/varint.ts';

const COLUMNS: readonly PageColumn[] = [
  { name: 'money', unit: 'nano', nullable: false, merge: 'sum' },
  { name: 'usage', unit: 'nanocores', nullable: true, merge: 'max' },
  { name: 'idle', unit: 'nano', nullable: false, merge: 'sum' },
];
const SLOTS = 12;

const integer = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  fc.constant(0),
);
const page = pageOf(integer);

function pageOf(value: fc.Arbitrary<number>): fc.Arbitrary<Page> {
  const row = fc.tuple(value, fc.option(value, { nil: Number.NaN }), value);
  return fc.array(fc.option(row), { minLength: SLOTS, maxLength: SLOTS }).map((rows): Page => {
    const values = new Float64Array(SLOTS * COLUMNS.length);
    const present = new Uint8Array(SLOTS);
    for (const [slot, cells] of rows.entries()) {
      if (cells === null) continue;
      present[slot] = 1;
      values.set(cells, slot * COLUMNS.length);
    }
    return { values, present };
  });
}

describe('varints', () => {
  test('every integer below 2^51 comes back', () => {
    const edges = [0, 63, 64, 127, 128, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 51];
    const writer = new VarintWriter();
    const reader = new VarintReader();
    fc.assert(
      fc.property(fc.array(fc.oneof(integer, fc.constantFrom(...edges))), (values) => {
        const signed = [...values, ...values.map((value) => -value)];
        writer.reset();
        for (const value of signed) writer.signed(value);
        reader.open(writer.take());
        const read = new Float64Array(signed.length);
        reader.signed(signed.length, read);
        expect([...read].map((value) => value + 0)).toEqual(signed.map((value) => value + 0));
      }),
    );
  });
});

describe('pages', () => {
  test('values that are too large for differences are kept as well, and added to sums', () => {
    const codec = new PageCodec(COLUMNS, SLOTS);
    const large = fc.constantFrom(4e16, -4e16, 2 ** 51, -(2 ** 52) - 1, 2 ** 53, 7);
    const rows = fc.array(
      fc.option(fc.tuple(large, fc.option(large, { nil: Number.NaN }), large)),
      {
        minLength: SLOTS,
        maxLength: SLOTS,
      },
    );
    fc.assert(
      fc.property(rows, page, (given, other) => {
        const values = given.flatMap((cells) => cells ?? [0, 0, 0]);
        const present = Uint8Array.from(given, (cells) => (cells === null ? 0 : 1));
        const original = { values: Float64Array.from(values), present };
        const stored = codec.encode(original);
        expect(rowsOf(codec.decode(stored))).toEqual(rowsOf(original));
        const [added, expected] = [new SlotSums(COLUMNS, SLOTS), new SlotSums(COLUMNS, SLOTS)];
        for (const each of [other, original]) {
          codec.addTo(added, codec.encode(each));
          for (const [slot, isThere] of each.present.entries())
            if (isThere === 1) expected.addRow(slot, each.values.subarray(slot * 3, slot * 3 + 3));
        }
        expect(added.values).toEqual(expected.values.map((value) => value + 0));
      }),
    );
    const endless = {
      values: new Float64Array(36).fill(Infinity),
      present: new Uint8Array(12).fill(1),
    };
    expect(() => codec.encode(endless)).toThrow('does not fit');
  });

  test('a page comes back as it was, to the last integer', () => {
    const codec = new PageCodec(COLUMNS, SLOTS);
    fc.assert(
      fc.property(page, (original) => {
        const copy = codec.decode(codec.encode(original));
        expect(copy.present).toEqual(original.present);
        expect(rowsOf(copy)).toEqual(rowsOf(original));
      }),
    );
  });

  test('sums over slots of two pages equal those of the unpacked ones', () => {
    const codec = new PageCodec(COLUMNS, SLOTS);
    const small = pageOf(
      fc.oneof(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -(2 ** 44), max: 2 ** 44 }),
        fc.constant(0),
      ),
    );
    const bound = fc.integer({ min: 0, max: SLOTS });
    fc.assert(
      fc.property(small, small, bound, bound, (first, second, from, to) => {
        const sums = emptySums(COLUMNS);
        let any = false;
        const steps = Array.from({ length: SLOTS }, (_, slot) =>
          slot >= from && slot < to ? 0 : undefined,
        );
        const sumsOf = () => {
          any = true;
          return sums;
        };
        const held = new SlotSums(COLUMNS, SLOTS);
        for (const each of [first, second]) codec.addTo(held, codec.encode(each));
        held.addTo(steps, sumsOf);
        const present = [first, second].flatMap((each) =>
          rowsOf(each)
            .slice(from, Math.max(from, to))
            .filter((cells) => cells !== null),
        );
        expect(any).toBe(present.length > 0);
        expect(sums[0]).toBe(present.reduce((sum, cells) => sum + cells[0]!, 0));
        const known = present.map((cells) => cells[1]!).filter((value) => !Number.isNaN(value));
        expect(sums[1]).toBe(known.length > 0 ? Math.max(...known) : Number.NaN);
      }),
    );
  });

  test('a column that was appended later reads as unknown or zero in older pages', () => {
    const older = new PageCodec(COLUMNS.slice(0, 1), SLOTS);
    const original = older.empty();
    original.present[3] = 1;
    original.values[3] = 42;
    const read = new PageCodec(COLUMNS, SLOTS).decode(older.encode(original));
    expect([...read.values.subarray(9, 12)]).toEqual([42, Number.NaN, 0]);
  });

  test('a page cut short is an error, not silence', () => {
    const codec = new PageCodec(COLUMNS, SLOTS);
    const original = codec.empty();
    original.present.fill(1);
    original.values.fill(1e9);
    const bytes = codec.encode(original);
    expect(() => codec.decode(bytes.subarray(0, bytes.length - 1))).toThrow(/is damaged/);
    expect(() => codec.decode(Uint8Array.of(9, 1))).toThrow(/is damaged/);
  });

  test('columns that do not change cost a few bytes for the whole page', () => {
    const codec = new PageCodec(COLUMNS, SLOTS);
    const original = codec.empty();
    original.present.fill(1);
    for (let slot = 0; slot < SLOTS; slot += 1) original.values[slot * 3] = 123_456;
    expect(codec.encode(original).length).toBeLessThan(14);
  });
});

function rowsOf({ values, present }: Page): readonly (readonly number[] | null)[] {
  const width = COLUMNS.length;
  return [...present].map((isPresent, slot) =>
    isPresent === 1
      ? [...values.subarray(slot * width, (slot + 1) * width)].map((value) => value + 0)
      : null,
  );
}
