import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { PageColumn } from './columns.ts';
import { BlockReader, packRow, rowsOf } from './pageBlock.ts';
import { PageCodec, type Page } from './pageCodec.ts';

const COLUMNS: readonly PageColumn[] = [
  { name: 'used', unit: 'nanocores', nullable: true, merge: 'max' },
  { name: 'allocated', unit: 'nanocores', nullable: false, merge: 'sum' },
  {
    name: 'money',
    unit: 'nano',
    nullable: false,
    merge: 'sum',
    growsWith: (values, at) => values[at + 1]!,
  },
];
const SLOTS = 12;
const codec = new PageCodec(COLUMNS, SLOTS);

const integer = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -300, max: 70_000 }),
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
);
const row = fc.tuple(fc.option(integer, { nil: Number.NaN }), integer, integer);
const page = fc.array(fc.option(row), { minLength: SLOTS, maxLength: SLOTS });
const row128 = fc
  .tuple(
    fc.nat({ max: 5_000 }),
    fc.uniqueArray(fc.tuple(fc.nat({ max: 127 }), page), { selector: ([place]) => place }),
  )
  .map(([number, pages]) =>
    pages
      .map(([place, rows]) => [128 * number + place, pageOf(rows)] as const)
      .sort(([a], [b]) => a - b),
  );

function pageOf(rows: readonly (readonly number[] | null)[]): Page {
  const { values, present } = codec.empty();
  for (const [slot, cells] of rows.entries()) {
    if (cells === null) continue;
    present[slot] = 1;
    values.set(cells, slot * COLUMNS.length);
  }
  return { values, present };
}

function readAll(by: PageCodec, key: number, stored: Uint8Array): [number, Page][] {
  return new BlockReader(by).pagesOf({ key, page: stored }).map((one) => [one.key, one.read()]);
}

describe('a row of blocks of pages', () => {
  test('gives each page back as it was, to the last integer', () => {
    fc.assert(
      fc.property(row128, (pages) => {
        const [key] = rowsOf(pages[0]?.[0] ?? 0);
        expect(readAll(codec, key, packRow(codec, pages)!)).toEqual(
          pages.map(([one, { values, present }]) => [
            one,
            { present, values: values.map((value) => value + 0) },
          ]),
        );
      }),
    );
  });

  test('has unknown or zero in columns that came later', () => {
    const earlier = new PageCodec(COLUMNS.slice(1, 2), SLOTS);
    const values = new Float64Array(SLOTS).fill(7, 3, 5);
    const present = new Uint8Array(SLOTS).fill(1, 3, 5);
    const stored = packRow(earlier, [[17, { values, present }]])!;
    const more: readonly PageColumn[] = [
      COLUMNS[1]!,
      COLUMNS[0]!,
      { ...COLUMNS[1]!, name: 'other' },
    ];
    const [[key, read]] = readAll(new PageCodec(more, SLOTS), 0, stored) as [[number, Page]];
    expect(key).toBe(17);
    expect([...read.values.subarray(9, 15)]).toEqual([7, Number.NaN, 0, 7, Number.NaN, 0]);
  });

  test('a page that an older version stored alone is read as well', () => {
    const alone = pageOf([[1, 2, 3], ...Array.from({ length: SLOTS - 1 }, () => null)]);
    expect(readAll(codec, 35, codec.encode(alone))).toEqual([[35, alone]]);
  });

  test('does not take a value that is too large', () => {
    expect(packRow(codec, [[1, pageOf([[1, 2, 2 ** 52 - 1]])]])).not.toBeNull();
    expect(packRow(codec, [[1, pageOf([[1, 2, 2 ** 53]])]])).toBeNull();
  });

  test('that was damaged in any byte is found before its keys are believed', () => {
    const whole = packRow(codec, [
      [1, pageOf([[1, 2, 3]])],
      [5, pageOf([[4, 5, 6]])],
    ])!;
    for (const at of whole.keys()) {
      const stored = Uint8Array.from(whole);
      stored[at]! ^= 1;
      expect(() => new BlockReader(codec).pagesOf({ key: 0, page: stored })).toThrow(/damaged/);
    }
  });

  test('leaves nothing of the block that was unpacked before in the next one', () => {
    const row = (key: number, ...pages: Page[]) => ({
      key,
      page: packRow(
        codec,
        pages.map((page, place) => [key + place, page]),
      )!,
    });
    const full = Array.from({ length: SLOTS }, () => [1, 2, 3]);
    const sparse = [null, [4, 5, 6], ...Array.from({ length: SLOTS - 2 }, () => null)];
    const blocks = new BlockReader(codec);
    const [first, second] = blocks.pagesOf(row(0, pageOf(full), pageOf(full)));
    const [other] = blocks.pagesOf(row(128, pageOf(sparse)));
    const [page, spare] = [first!.read(), codec.empty()];
    expect(other!.read(spare)).toBe(spare);
    expect(spare).toEqual(pageOf(sparse));
    expect(second!.read()).toEqual(pageOf(full));
    // What was read without a spare one stays.
    expect(page).toEqual(pageOf(full));
  });
});
