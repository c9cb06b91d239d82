import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { readCounter } from './counter.ts';
import type { CounterSource as Source } from './lives.ts';
import type { Samples } from './samples.ts';

type CounterSource = Source<Samples>;

const START = Date.UTC(2026, 10, 28, 10);
const HOUR = 3_600_000;

interface Run {
  readonly from: number;
  readonly to: number;
}

/** A counter whose rate changes every few seconds, in core-seconds. */
function counterOf(random: () => number): (from: number, to: number) => number {
  const pieces = Array.from({ length: 4000 }, () => (random() < 0.6 ? 0 : random() * 4));
  const sums = [0];
  for (const piece of pieces) sums.push((sums.at(-1) ?? 0) + piece * 3);
  const total = (time: number): number => {
    const at = (time - START + HOUR) / 3000;
    const whole = Math.floor(at);
    return (sums[whole] ?? 0) + (at - whole) * (pieces[whole] ?? 0) * 3;
  };
  return (from, to) => total(to) - total(from);
}

function randomOf(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const cluster = fc.record({
  seed: fc.integer({ min: 0, max: 1e9 }),
  scrape: fc.constantFrom(5, 10, 15, 30, 60),
  laterScrape: fc.constantFrom(10, 15, 60),
  ownStamps: fc.boolean(),
  lost: fc.double({ min: 0, max: 0.4, noNaN: true }),
  lives: fc.integer({ min: 1, max: 6 }),
  outages: fc.integer({ min: 0, max: 3 }),
  duplicates: fc.constantFrom('none', 'copy', 'prefix', 'resource', 'nested'),
  window: fc.constantFrom(60, 300, 900, 3600),
  ahead: fc.constantFrom(0, 7, 45, 90),
});
type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

/** What a store holds of one container that lived up to `lives` times in three hours, and what is right. */
function make(one: Cluster): {
  readonly sources: readonly CounterSource[];
  readonly right: number;
} {
  const random = randomOf(one.seed);
  const growth = counterOf(random);
  const outages = Array.from({ length: one.outages }, () => {
    const from = START + random() * 2 * HOUR;
    return { from, to: from + 20_000 + random() * 1_200_000 };
  });
  const lives: Run[] = [];
  let from = START + random() * 600_000;
  for (let life = 0; life < one.lives; life++) {
    const to = from + 5_000 + random() * (one.lives === 1 ? 2 * HOUR : 1_000_000);
    lives.push({ from, to });
    from = to + 2_000 + random() * 60_000;
  }
  const scrapesOf = (offset: number): number[] => {
    const times: number[] = [];
    for (let time = START + offset; time < START + 3.2 * HOUR;) {
      const isLost =
        random() < one.lost || outages.some((gap) => gap.from <= time && time < gap.to);
      if (!isLost) times.push(time);
      time += (time < START + HOUR ? one.scrape : one.laterScrape) * 1000;
    }
    return times;
  };
  const series = (
    run: Run,
    scrapes: readonly number[],
    more: Partial<CounterSource>,
    share = 1,
  ): CounterSource => {
    const stamps = new Set<number>();
    for (const time of scrapes) {
      if (time < run.from || time >= run.to) continue;
      const stamp = one.ownStamps ? time - random() * 14_000 : time;
      stamps.add(Math.max(Math.ceil(run.from), Math.round(stamp)));
    }
    const times = Float64Array.from(stamps).sort();
    const values = times.map((time) => growth(run.from, time) * share);
    const startedAt = run.from;
    return {
      life: String(run.from),
      nested: false,
      samples: { times, values },
      startedAt,
      ...more,
    };
  };
  const scrapes = scrapesOf(random() * one.scrape * 1000);
  const other = scrapesOf(random() * one.scrape * 1000);
  const main = lives.map((run) => series(run, scrapes, {}));
  const copies: CounterSource[] =
    one.duplicates === 'copy'
      ? main.map((source) => ({ ...source }))
      : one.duplicates === 'prefix'
        ? lives.map((run) => series(run, other, {}))
        : one.duplicates === 'nested'
          ? lives.map((run) => series(run, other, { nested: true }, 0.7))
          : one.duplicates === 'resource'
            ? lives.map((run) => series(run, other, { life: '' }))
            : [];
  const last = (run: Run): number =>
    Math.max(
      run.from,
      ...[...main, ...copies.filter(({ nested }) => !nested)]
        .filter(({ startedAt }) => startedAt === run.from)
        .map(({ samples }) => samples.times.at(-1) ?? run.from),
    );
  const right = lives.reduce((sum, run) => sum + growth(run.from, last(run)), 0);
  // The series without an id is one series over all lives.
  const loose = copies.filter(({ life }) => life === '');
  const whole: CounterSource[] =
    loose.length === 0
      ? []
      : [
          {
            life: '',
            nested: false,
            startedAt: null,
            samples: {
              times: Float64Array.from(loose.flatMap(({ samples }) => [...samples.times])),
              values: Float64Array.from(loose.flatMap(({ samples }) => [...samples.values])),
            },
          },
        ];
  return { sources: [...main, ...copies.filter(({ life }) => life !== ''), ...whole], right };
}

const facts = { createdAt: null, endedAt: null, intervalMs: 15_000 };

describe('the windows of a container', () => {
  it('add up to what its counter grew, whatever the sampling', () => {
    fc.assert(
      fc.property(cluster, (one) => {
        const { sources, right } = make(one);
        const window = one.window * 1000;
        let sum = 0;
        let estimated = 0;
        let inMinutes = 0;
        for (let start = START; start < START + 4 * HOUR; start += window) {
          const reading = readCounter(
            sources,
            { start, end: start + window },
            {
              ...facts,
              aheadMs: one.ahead * 1000,
            },
          );
          sum += reading.measured ?? 0;
          estimated += reading.estimated;
          inMinutes += reading.minutes.reduce((all, minute) => all + minute, 0);
          expect(reading.coveredMs).toBeLessThanOrEqual(reading.livedMs + 1e-6);
          expect(reading.disagree).toBe(false);
        }
        expect(Math.abs(sum - right)).toBeLessThanOrEqual(0.001 * right + 1e-6);
        expect(inMinutes).toBeCloseTo(sum + estimated, 6);
      }),
      { numRuns: 400 },
    );
  });

  it('are the same when they are read as soon as they may be', () => {
    // A cgroup inside the container's is only read while nothing is known of the container's own.
    const steady = { lost: 0, outages: 0, laterScrape: 15, duplicates: 'copy' } as const;
    fc.assert(
      fc.property(cluster, (drawn) => {
        const one = { ...drawn, ...steady };
        const { sources } = make(one);
        const window = one.window * 1000;
        const aheadMs = one.ahead * 1000;
        for (let start = START; start < START + 2 * HOUR; start += window) {
          const end = start + window;
          const now = end + aheadMs;
          const shown = sources.map((source) => {
            const { times, values } = source.samples;
            const count = times.filter((time) => time <= now).length;
            const samples = { times: times.subarray(0, count), values: values.subarray(0, count) };
            return { ...source, samples };
          });
          const live = readCounter(shown, { start, end }, { ...facts, aheadMs });
          const later = readCounter(sources, { start, end }, { ...facts, aheadMs });
          expect(live.measured ?? 0).toBeCloseTo(later.measured ?? 0, 9);
        }
      }),
      { numRuns: 60 },
    );
  });
});
