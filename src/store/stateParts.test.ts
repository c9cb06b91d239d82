import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { isBack, StateParts, type StatePart } from './stateParts.ts';

type Rows = ReadonlyMap<string, Uint8Array>;

const packed = (part: Uint8Array): StatePart => ({ key: null, part });

function readBack(stored: readonly StatePart[]): StateParts {
  const parts = new StateParts();
  for (const part of stored) parts.add(part);
  return parts;
}

const textsOf = (rows: Iterable<readonly [string, Uint8Array]>) =>
  Array.from(rows, ([key, row]) => `${key} ${Buffer.from(row).toString('hex')}`).sort();

const key = fc.constantFrom('a', 'b', 'c/d', '', 'é', '\0');
const row = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  // Mostly what another row has: the usual case is a few changed bytes.
  fc
    .array(fc.constantFrom(0, 0, 0, 0, 7), { maxLength: 40 })
    .map((bytes) => Uint8Array.from(bytes)),
);
const window = fc.array(fc.tuple(key, fc.option(row)), { maxLength: 8 }).map((all) => new Map(all));

describe('parts', () => {
  test('read one after the other, they hold what was changed last, whenever they were put together', () => {
    const windows = fc.array(fc.tuple(window, fc.boolean()), { maxLength: 12 });
    const holds = fc.property(windows, (all) => {
      const expected = new Map<string, Uint8Array>();
      const writer = new StateParts();
      let stored: StatePart[] = [{ key: 'from 0.2.0', part: Buffer.from('as it was') }];
      writer.add(stored[0]!);
      expected.set('from 0.2.0', stored[0]!.part);
      for (const [changes, isPutTogether] of all) {
        for (const [name, now] of changes) {
          if (now === null) expected.delete(name);
          else expected.set(name, now);
        }
        const part = writer.change(changes);
        if (part !== null) stored.push(packed(part));
        if (isPutTogether || writer.isLong) stored = writer.whole().map(packed);
        const read = readBack(stored);
        expect(textsOf(read.rows())).toEqual(textsOf(expected));
        expect(textsOf(writer.rows())).toEqual(textsOf(expected));
        expect(read.isLong).toBe(writer.isLong);
      }
    });
    fc.assert(holds);
  });

  test('of what to change in a later state make the earlier one, wherever its rows were placed', () => {
    const states = fc.array(fc.tuple(window, fc.boolean()), { minLength: 2, maxLength: 6 });
    const holds = fc.property(states, (all) => {
      const writer = new StateParts();
      const texts: string[][] = [];
      const backs: StatePart[] = [];
      let earlier: readonly StatePart[] = [];
      for (const [changes, isPutTogether] of all) {
        const part = writer.change(changes);
        const stored = isPutTogether
          ? writer.whole().map(packed)
          : [...earlier, ...(part === null ? [] : [packed(part)])];
        backs.unshift(packed(readBack(earlier).backFrom(readBack(stored))));
        texts.unshift(textsOf(readBack(earlier).rows()));
        earlier = stored;
      }
      let state = readBack(earlier);
      for (const [place, back] of backs.entries()) {
        expect(isBack(back)).toBe(true);
        state = state.back(back.part);
        expect(textsOf(state.rows())).toEqual(texts[place]);
      }
    });
    fc.assert(holds);
  });

  test('a row in which a number changed takes a few bytes, and one that did not takes none', () => {
    const rows = madeUpRows(300);
    const parts = readBack([]);
    parts.change(rows);
    const whole = parts.whole().reduce((sum, part) => sum + part.length, 0);
    expect(parts.change(rows)).toBeNull();
    const changed = new Map([...rows].map(([name, bytes]) => [name, withNumber(bytes, 5)]));
    expect(parts.change(changed)!.length).toBeLessThan(whole / 20);
    const longer = new Map([...changed].map(([name, bytes]) => [name, withMore(bytes)]));
    expect(parts.change(longer)!.length).toBeLessThan(whole / 20);
    expect(parts.change(changed)!.length).toBeLessThan(whole / 20);
  });

  test('are put together once changes are more than twice the rows', () => {
    const parts = new StateParts();
    let rows: Rows = madeUpRows(5);
    parts.change(rows);
    expect(parts.isLong).toBe(true);
    parts.whole();
    let changes = 0;
    for (; !parts.isLong && changes < 10_000; changes += 1) {
      rows = new Map([...rows].map(([name, bytes]) => [name, withNumber(bytes, changes + 2)]));
      parts.change(rows);
    }
    expect(changes).toBeGreaterThan(10);
    expect(changes).toBeLessThan(10_000);
  });

  test('damage is found', () => {
    const parts = new StateParts();
    const part = parts.change(madeUpRows(20))!;
    for (const at of [1, Math.floor(part.length / 2), part.length - 1]) {
      const damaged = Uint8Array.from(part);
      damaged[at]! ^= 0x10;
      expect(() => readBack([packed(damaged)])).toThrow(/state is damaged/);
    }
    const cut = Buffer.concat([part.subarray(0, 1), deflateSync(Buffer.from([200, 1]))]);
    expect(() => readBack([packed(cut)])).toThrow(/state is damaged/);
    const back = readBack([]).backFrom(parts);
    back[1]! ^= 0x10;
    expect(() => parts.back(back)).toThrow(/state is damaged/);
  });
});

/** Rows of 100 numbers, as detectors have them. */
function madeUpRows(count: number): Rows {
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const numbers = Float64Array.from({ length: 100 }, (_, at) => Math.sin(index * 100 + at));
      return [`workload-${index}`, new Uint8Array(numbers.buffer)];
    }),
  );
}

function withNumber(row: Uint8Array, value: number): Uint8Array {
  const changed = Uint8Array.from(row);
  new DataView(changed.buffer).setFloat64(80, value);
  return changed;
}

/** With a number more in the middle. */
function withMore(row: Uint8Array): Uint8Array {
  return Buffer.concat([row.subarray(0, 400), Buffer.from('12345678'), row.subarray(400)]);
}
