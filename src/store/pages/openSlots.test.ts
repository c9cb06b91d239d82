import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { PageColumn } from './columns.ts';
import { packSlot, unpackSlot, type StoredSlot } from './openSlots.ts';
import { PageBuffer } from './pageBuffer.ts';
import { PageCodec, type PageRow } from './pageCodec.ts';

const COLUMNS: readonly PageColumn[] = [
  { name: 'gauge', unit: '1', nullable: true, merge: 'max' },
  { name: 'sum', unit: '1', nullable: false, merge: 'sum' },
];
const SLOTS = 4;

/** What a database holds of one level. */
function madeUpTables() {
  const pages = new Map<number, Map<number, Uint8Array>>();
  const open = new Map<number, Map<number, Uint8Array>>();
  const writes: string[] = [];
  const buffer = (inBlocks = false) =>
    new PageBuffer(
      new PageCodec(COLUMNS, SLOTS),
      {
        load: async (bucket) =>
          Array.from(pages.get(bucket) ?? [], ([key, page]): PageRow => ({ key, page })),
        put: async (bucket, rows) => {
          if (rows.length > 0) writes.push(`pages of ${bucket}`);
          const stored = pages.get(bucket) ?? new Map<number, Uint8Array>();
          for (const { key, page } of rows) stored.set(key, page);
          pages.set(bucket, stored);
        },
        remove: async (bucket, keys) => keys.forEach((key) => pages.get(bucket)?.delete(key)),
      },
      {
        load: async (bucket) =>
          Array.from(open.get(bucket) ?? [], ([slot, page]): StoredSlot => ({ slot, page })),
        put: async (bucket, slots) => {
          writes.push(`slots ${slots.map(({ slot }) => slot).join()} of ${bucket}`);
          const stored = open.get(bucket) ?? new Map<number, Uint8Array>();
          for (const { slot, page } of slots) stored.set(slot, page);
          open.set(bucket, stored);
        },
        remove: async (bucket) => void open.delete(bucket),
      },
      inBlocks,
    );
  return { buffer, writes, open };
}

async function write(
  buffer: PageBuffer,
  time: number,
  rows: ReadonlyMap<number, readonly [number, number]>,
): Promise<void> {
  const [bucket, slot] = [Math.floor(time / SLOTS), time % SLOTS];
  await buffer.clearSlot(bucket, slot);
  for (const [key, row] of rows) {
    const { values, offset } = buffer.slot(bucket, key, slot);
    values.set(row, offset);
  }
}

async function read(buffer: PageBuffer, bucket: number): Promise<string[]> {
  const lines: string[] = [];
  for (const [key, { present, values }] of await buffer.pages(bucket))
    for (let slot = 0; slot < SLOTS; slot += 1)
      if (present[slot] === 1)
        lines.push(`${slot} ${key} ${values.slice(slot * 2, slot * 2 + 2).join()}`);
  return lines.sort();
}

const value = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.NaN));
/** Some are too large for a block. */
const count = fc.oneof(
  { arbitrary: fc.nat(), weight: 8 },
  { arbitrary: fc.constant(-(2 ** 31)), weight: 1 },
  { arbitrary: fc.constant(3 * 2 ** 52), weight: 1 },
);
const key = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 14, max: 18 }));
const rows = fc
  .array(fc.tuple(key, fc.tuple(value, count)), { maxLength: 5 })
  .map((all) => new Map(all));

describe('slots of a bucket that is not whole', () => {
  test('read back as they were packed', () => {
    const holds = fc.property(rows, (all) => {
      const keys = [...all.keys()].sort((a, b) => a - b);
      const values = Float64Array.from(keys.flatMap((key) => [...all.get(key)!]));
      expect(unpackSlot(COLUMNS, packSlot(COLUMNS, { keys, values }))).toEqual({ keys, values });
    });
    fc.assert(holds);
  });

  test('are written once each, and become pages with the last of them', async () => {
    const { buffer, writes, open } = madeUpTables();
    const one = buffer();
    for (let time = 0; time < SLOTS + 1; time += 1) {
      await write(one, time, new Map([[7, [1, time]]]));
      await one.flush();
    }
    expect(writes).toEqual([
      'slots 0 of 0',
      'slots 1 of 0',
      'slots 2 of 0',
      'pages of 0',
      'slots 0 of 1',
    ]);
    expect([...open.keys()]).toEqual([1]);
  });

  test('say the same whatever is flushed, forgotten or written again, in blocks or alone, and when', async () => {
    const step = fc.tuple(fc.nat({ max: 2 * SLOTS - 1 }), rows, fc.boolean(), fc.boolean());
    const blocksFrom = fc.nat({ max: 12 });
    const some = fc.array(step, { maxLength: 12 });
    const holds = fc.asyncProperty(some, blocksFrom, async (steps, from) => {
      const tables = madeUpTables();
      let buffer = tables.buffer(from === 0);
      const expected = new Map<number, ReadonlyMap<number, readonly [number, number]>>();
      for (const [index, [time, all, isFlushed, isRestarted]] of steps.entries()) {
        await write(buffer, time, all);
        expected.set(time, all);
        if (isFlushed || isRestarted) await buffer.flush();
        if (isRestarted) buffer = tables.buffer(index >= from);
      }
      await buffer.flush();
      const fresh = tables.buffer();
      for (const bucket of [0, 1]) {
        const lines = [...expected].flatMap(([time, all]) =>
          Math.floor(time / SLOTS) === bucket
            ? Array.from(all, ([key, row]) => `${time % SLOTS} ${key} ${row.join()}`)
            : [],
        );
        expect(await read(fresh, bucket)).toEqual(lines.sort());
      }
    });
    await fc.assert(holds);
  });

  test('that were damaged are found', () => {
    const page = packSlot(COLUMNS, { keys: [1, 2], values: Float64Array.of(1, 2, 3, 4) });
    page[2]! ^= 1;
    expect(() => unpackSlot(COLUMNS, page)).toThrow(/damaged/);
  });
});
