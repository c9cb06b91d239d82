import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../test/support/detect.ts';
import { DAY_MS } from '../model/time.ts';
import { forecastSpend } from './forecast.ts';

const START = Date.UTC(2026, 8, 1);

/** Shapes that clusters' daily costs have; each gives day `index` of a series. */
type Shape = (random: () => number, length: number) => number[];

function days(length: number, of: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => of(index));
}

const SHAPES: Readonly<Record<string, Shape>> = {
  flat: (random, length) => days(length, () => 100 * (1 + 0.03 * normal(random))),
  'quiet weekends': (random, length) =>
    days(length, (day) => (day % 7 < 2 ? 60 : 110) * (1 + 0.05 * normal(random))),
  'growth of 0.5 % a day': (random, length) =>
    days(length, (day) => 50 * Math.exp(0.005 * day) * (1 + 0.05 * normal(random))),
  'autoscaling (AR(1) noise)': (random, length) => {
    let deviation = 0;
    return days(length, () => {
      deviation = 0.8 * deviation + 0.06 * normal(random);
      return 100 * Math.exp(deviation);
    });
  },
  'a random walk': (random, length) => {
    let level = 0;
    return days(length, () => {
      level += 0.03 * normal(random);
      return 100 * Math.exp(level);
    });
  },
  'odd batch days': (random, length) =>
    days(length, () => 100 * (1 + 0.05 * normal(random)) + (random() < 0.05 ? 200 : 0)),
};

/** How often the interval held, and the mean relative error, over series of that shape. */
function tryShape(shape: Shape, known: number, ahead: number): { held: number; error: number } {
  const runs = 100;
  let held = 0;
  let error = 0;
  for (let run = 0; run < runs; run++) {
    const series = shape(seededRandom(run * 7919 + known), known + ahead);
    const from = START + known * DAY_MS;
    const forecast = forecastSpend(
      { start: START, days: series.slice(0, known) },
      from,
      from + ahead * DAY_MS,
    );
    const actual = series.slice(known).reduce((sum, spend) => sum + spend, 0);
    if (forecast === null) throw new Error('there is a forecast from three days on');
    if (forecast.low <= actual && actual <= forecast.high) held += 1;
    error += Math.abs(forecast.expected - actual) / actual / runs;
  }
  return { held: held / runs, error };
}

describe('forecastSpend', () => {
  it('is exact for a constant, by the share of the day', () => {
    const forecast = forecastSpend(
      { start: START, days: [10, 10, 10] },
      START + 3.5 * DAY_MS,
      START + 6 * DAY_MS,
    );
    expect(forecast?.expected).toBeCloseTo(25, 9);
    expect(forecast?.low).toBeLessThan(25);
    expect(forecast?.high).toBeGreaterThan(25);
  });

  it('knows weekends after two weeks', () => {
    const week = [100, 100, 100, 100, 20, 20, 100];
    const series = { start: START, days: [...week, ...week, ...week] };
    const from = START + 21 * DAY_MS;
    expect(forecastSpend(series, from, from + 4 * DAY_MS)?.expected).toBeCloseTo(400, 6);
    expect(forecastSpend(series, from + 4 * DAY_MS, from + 6 * DAY_MS)?.expected).toBeCloseTo(
      40,
      6,
    );
  });

  it('says nothing with fewer than three days, and zero stays zero', () => {
    const from = START + 2 * DAY_MS;
    expect(forecastSpend({ start: START, days: [1, 1] }, from, from + DAY_MS)).toBeNull();
    const nothing = forecastSpend(
      { start: START, days: [0, 0, 0] },
      from + DAY_MS,
      from + 2 * DAY_MS,
    );
    expect(nothing).toEqual({ expected: 0, low: 0, high: 0 });
  });

  it.each(Object.keys(SHAPES))('states an interval that holds: %s', (name) => {
    const shape = SHAPES[name];
    if (shape === undefined) throw new Error(name);
    for (const [known, ahead] of [
      [8, 15],
      [15, 15],
      [30, 25],
      [56, 15],
    ] as const) {
      const { held, error } = tryShape(shape, known, ahead);
      // 80 % is promised; a hundred series tell it to within some eight points.
      expect(held).toBeGreaterThanOrEqual(0.72);
      expect(error).toBeLessThan(known < 14 ? 0.15 : 0.11);
    }
  });

  it('narrows as it proves right', () => {
    const widths = [4, 15, 30, 56].map((known) => {
      const series = { start: START, days: days(known, (day) => 100 + (day % 2)) };
      const from = START + known * DAY_MS;
      const forecast = forecastSpend(series, from, from + 10 * DAY_MS);
      return (forecast?.high ?? 0) - (forecast?.low ?? 0);
    });
    expect(widths).toEqual([...widths].sort((left, right) => right - left));
    expect(widths[3]).toBeLessThan(250); // of a thousand
  });
});
