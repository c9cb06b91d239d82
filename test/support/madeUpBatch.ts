import type { Window } from '../../src/model/time.ts';
import type { Batch, BatchAnswer } from '../../src/collect/prometheus/fetchBatch.ts';
import { QUERY_IDS } from '../../src/collect/prometheus/queries.ts';
import type { QueryId } from '../../src/collect/prometheus/queries.ts';

/** Labels and, from the window before the first one on, one value a window; null for no sample. */
export type MadeUpSeries = readonly [
  labels: Readonly<Record<string, string>>,
  values: readonly (number | null)[],
];

/** A batch made by hand, for tests. */
export function madeUpBatch(
  windows: readonly Window[],
  series: Partial<Record<QueryId, readonly MadeUpSeries[]>>,
): Batch {
  const points = windows.length + 1;
  const answers = QUERY_IDS.map((id): [QueryId, BatchAnswer] => [
    id,
    {
      series: (series[id] ?? []).map(([labels, values]) => ({
        labels,
        values: Float64Array.from({ length: points }, (_, point) => values[point] ?? Number.NaN),
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
