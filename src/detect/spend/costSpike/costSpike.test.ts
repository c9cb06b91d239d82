import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import { DetectorRun, normal, seededRandom } from '../../../../test/support/detect.ts';
import { costSpikeDetector } from './costSpikeDetector.ts';
import type { SpikeState } from './spikeState.ts';

/** A Monday; the clocks of Berlin went back on 2026-10-25. */
const START = Date.UTC(2026, 9, 5);

/** An office's namespace: busy by day, quiet at night and on weekends, with 10 % noise. */
function office(random: () => number, base: number): (hour: number) => number {
  return (hour) => {
    const day = Math.floor(hour / 24) % 7;
    const busy = day < 5 && hour % 24 >= 7 && hour % 24 < 19;
    return base * (busy ? 1 : 0.35) * Math.max(0, 1 + 0.1 * normal(random));
  };
}

function aRun(): DetectorRun<SpikeState> {
  return new DetectorRun(costSpikeDetector, { historyStart: START });
}

function hours(
  run: DetectorRun<SpikeState>,
  from: number,
  to: number,
  spend: (hour: number) => Readonly<Record<string, number>>,
  complete = true,
): void {
  for (let hour = from; hour < to; hour++) {
    const start = START + hour * HOUR_MS;
    run.window(start, start + HOUR_MS, spend(hour), { complete });
  }
}

const WEEK = 168;

describe('cost-spike', () => {
  it('stays silent on quiet namespaces, from the first day on', () => {
    const run = aRun();
    const names = Array.from({ length: 15 }, (_, index) => `ns-${index}`);
    const costs = names.map((_, index) => office(seededRandom(index), 0.2 + index * 0.2));
    hours(run, 0, 6 * WEEK, (hour) =>
      Object.fromEntries(names.map((name, index) => [name, costs[index]?.(hour) ?? 0])),
    );
    expect(run.opened).toEqual([]);
  });

  it('reports a spike as soon as it is far above and costs enough, with what it has cost, and closes it', () => {
    const run = aRun();
    const usual = office(seededRandom(7), 2);
    const at = 3 * WEEK + 50; // a Wednesday night
    hours(run, 0, at, (hour) => ({ shop: usual(hour) }));
    hours(run, at, at + 10, (hour) => ({ shop: usual(hour) + 4 }));
    expect(run.opened).toHaveLength(1);
    const { at: opened, verdict } = run.opened[0] ?? {};
    expect(opened).toBe(START + (at + 2) * HOUR_MS);
    expect(verdict).toMatchObject({
      kind: 'cost-spike',
      rule: 'above-normal',
      severity: 'warning',
      startedAt: START + at * HOUR_MS,
      scope: { namespace: 'shop', workload: null },
    });
    // Two hours at 4 beyond the normal; one of them before the window that opened it.
    const excess = verdict?.evidence.find(({ signal }) => signal === 'excess-since-onset');
    expect(excess?.value).toBeGreaterThan(7);
    expect(excess?.value).toBeLessThan(9);
    expect((verdict?.costBeforeNano ?? 0) / 1e9).toBeGreaterThan(4);
    hours(run, at + 10, at + 20, (hour) => ({ shop: usual(hour) }));
    expect(run.closed.map(({ at: time }) => time)).toEqual([START + (at + 13) * HOUR_MS]);
  });

  it('keeps small money to itself', () => {
    const run = aRun();
    const usual = office(seededRandom(7), 0.01);
    hours(run, 0, 3 * WEEK, (hour) => ({ shop: usual(hour) }));
    hours(run, 3 * WEEK, 3 * WEEK + 12, (hour) => ({ shop: usual(hour) * 5 }));
    expect(run.opened).toEqual([]);
  });

  it('does not take the busy morning for a spike, nor the hour that the clocks change', () => {
    const run = new DetectorRun(costSpikeDetector, {
      historyStart: START,
      config: { schedule: { timezone: 'Europe/Berlin' } },
    });
    // A job at 02:00 in Berlin: at 00:00 UTC in summer, 01:00 UTC in winter.
    const change = Date.UTC(2026, 9, 25, 1);
    hours(run, 0, 5 * WEEK, (hour) => {
      const time = START + hour * HOUR_MS;
      const local = (new Date(time).getUTCHours() + (time < change ? 2 : 1)) % 24;
      return { batch: local === 2 || local === 3 || local === 4 ? 20 : 0.5 };
    });
    expect(run.opened).toEqual([]);
  });

  it('takes a rise that lasts a week for the new normal', () => {
    const run = aRun();
    const usual = office(seededRandom(3), 2);
    hours(run, 0, 4 * WEEK, (hour) => ({ shop: usual(hour) }));
    hours(run, 4 * WEEK, 8 * WEEK, (hour) => ({ shop: usual(hour) * 3 }));
    expect(run.opened).toHaveLength(1);
    expect(run.closed).toHaveLength(1);
    expect(run.closed[0]?.verdict.summary).toContain('new normal');
    expect(run.closed[0]?.at).toBeLessThan(START + 5 * WEEK * HOUR_MS + DAY_MS);
  });

  it('says what a new namespace costs, but not what was there at the installation', () => {
    const run = aRun();
    hours(run, 0, WEEK, () => ({ old: 3 }));
    hours(run, WEEK, WEEK + 2 * 24, () => ({ old: 3, cheap: 0.1, dear: 2 }));
    expect(
      run.opened.map(({ at, verdict }) => [verdict.rule, verdict.scope.namespace, at]),
    ).toEqual([['new-namespace', 'dear', START + (WEEK + 3) * HOUR_MS]]);
    expect(run.opened[0]?.verdict.summary).toContain('costs $48.00 a day');
    hours(run, WEEK + 2 * 24, WEEK + 5 * 24, () => ({ old: 3, cheap: 0.1, dear: 2 }));
    expect(run.closed.map(({ verdict }) => verdict.rule)).toEqual(['new-namespace']);
  });

  it('learns nothing from hours that were not seen', () => {
    const run = aRun();
    const usual = office(seededRandom(9), 2);
    hours(run, 0, 2 * WEEK, (hour) => ({ shop: usual(hour) }));
    hours(run, 2 * WEEK, 2 * WEEK + 48, () => ({ shop: 0 }), false);
    hours(run, 2 * WEEK + 48, 3 * WEEK, (hour) => ({ shop: usual(hour) }));
    expect(run.opened).toEqual([]);
    const past = run.rows.get('shop#past');
    const unknown =
      past?.row === 'past' ? past.hours.filter((cost) => Number.isNaN(cost)).length : 0;
    expect(unknown).toBe(48);
  });

  it('lets namespaces go that cost nothing any more', () => {
    const run = aRun();
    hours(run, 0, 24, () => ({ gone: 1 }));
    hours(run, 24, 3 * WEEK, () => ({}));
    expect([...run.rows.keys()]).toEqual([]);
  });

  const sale = {
    name: 'sale',
    namespaces: ['shop'],
    start: new Date(START + (3 * WEEK + 50) * HOUR_MS + 1_800_000).toISOString(),
    end: new Date(START + (3 * WEEK + 60) * HOUR_MS).toISOString(),
  };

  it('keeps quiet about what was planned, and never takes it for usual', () => {
    const run = new DetectorRun(costSpikeDetector, {
      historyStart: START,
      config: { events: [sale] },
    });
    const usual = office(seededRandom(7), 2);
    const at = 3 * WEEK + 50;
    hours(run, 0, at, (hour) => ({ shop: usual(hour), other: usual(hour) }));
    // The first hour is only partly of the event: it is no ordinary hour either.
    hours(run, at, at + 10, (hour) => ({ shop: usual(hour) + 40, other: usual(hour) + 40 }));
    expect(run.opened.map(({ verdict }) => verdict.scope.namespace)).toEqual(['other']);
    const past = run.rows.get('shop#past');
    const last = past?.row === 'past' ? Array.from(past.hours.slice(-10)) : [];
    expect(last).toEqual(Array.from({ length: 10 }, () => Number.NaN));
    // After it the same cost is a spike again.
    hours(run, at + 10, at + 20, (hour) => ({ shop: usual(hour) + 40, other: usual(hour) }));
    expect(run.opened.map(({ verdict }) => verdict.scope.namespace)).toEqual(['other', 'shop']);
  });

  it('takes three hours for a rise that is smaller, and one for a large one', () => {
    const openedAfter = (extra: number) => {
      const run = aRun();
      const at = 3 * WEEK + 50;
      hours(run, 0, at, () => ({ shop: 4 }));
      hours(run, at, at + 6, () => ({ shop: 4 + extra }));
      return run.opened.map(({ at: opened }) => (opened - START) / HOUR_MS - at);
    };
    expect(openedAfter(5)).toEqual([3]);
    expect(openedAfter(9)).toEqual([1]);
  });
});
