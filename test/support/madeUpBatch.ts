import type { Window } from '../../src/model/time.ts';
import type { Batch, BatchAnswer } from '../../src/collect/prometheus/batch.ts';
import { QUERY_IDS } from '../../src/collect/prometheus/queries.ts';
import { RAW_IDS, type QueryId, type RawId } from '../../src/collect/prometheus/queries.ts';
import type { LifeTimes } from '../../src/collect/prometheus/batch.ts';
import type { RawBatchAnswer } from '../../src/collect/prometheus/batch.ts';

/** Labels and, from the window before the first one on, one value a window; null for no sample. */
export type MadeUpSeries = readonly [
  labels: Readonly<Record<string, string>>,
  values: readonly (number | null)[],
];

/** Labels, and samples as `[seconds after the first window's start, value]`. */
export type MadeUpSamples = readonly [
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [seconds: number, value: number])[],
];

/** What is read sample by sample, and what is stated of lives. */
export interface MadeUpLives extends Partial<Record<RawId, readonly MadeUpSamples[]>> {
  readonly lifeTimes?: Partial<LifeTimes>;
  readonly standing?: readonly MadeUpSeries[];
  /** How long after a window its samples count, in seconds. */
  readonly ahead?: number;
}

/** A batch made by hand, for tests. */
export function madeUpBatch(
  windows: readonly Window[],
  series: Partial<Record<QueryId, readonly MadeUpSeries[]>>,
  lives: MadeUpLives = {},
): Batch {
  const points = windows.length + 1;
  const answers = QUERY_IDS.map((id): [QueryId, BatchAnswer] => [
    id,
    {
      series: (series[id] ?? []).map(([labels, values]) => ({
        labels,
        values: Float64Array.from(
          { length: Math.max(points, values.length) },
          (_, point) => values[point] ?? Number.NaN,
        ),
      })),
      badValues: new Uint32Array(points),
      warnings: [],
      failures: [],
    },
  ]);
  const first = windows[0] as Window;
  const stepSeconds = (first.end - first.start) / 1000;
  return {
    grid: { startSeconds: first.start / 1000, stepSeconds, points },
    answers: Object.fromEntries(answers) as Batch['answers'],
    raw: Object.fromEntries(
      RAW_IDS.map((id) => [id, rawAnswer(lives[id] ?? [], first.start)]),
    ) as Batch['raw'],
    lifeTimes: {
      started: new Map(),
      stated: new Map(),
      scheduled: new Map(),
      completed: new Map(),
      unscheduled: new Set(),
      ended: new Map(),
      ...lives.lifeTimes,
    },
    standing: (lives.standing ?? []).map(([labels, values]) => ({
      labels,
      values: Float64Array.from(values, (value) => value ?? Number.NaN),
    })),
    further: [],
    aheadMs: (lives.ahead ?? 90) * 1000,
  };
}

function rawAnswer(made: readonly MadeUpSamples[], start: number): RawBatchAnswer {
  return {
    series: made.map(([labels, samples]) => ({
      labels,
      times: Float64Array.from(samples, ([seconds]) => start + seconds * 1000),
      values: Float64Array.from(samples, ([, value]) => value),
    })),
    warnings: [],
    failures: [],
  };
}

/** Adjoining windows of five minutes. */
export function madeUpWindows(count: number): readonly Window[] {
  const start = Date.UTC(2026, 10, 24);
  return Array.from({ length: count }, (_, index) => ({
    start: start + index * 300_000,
    end: start + (index + 1) * 300_000,
  }));
}
