import { SECOND_MS } from '../../model/time.ts';
import type { Batch, PointNote } from '../prometheus/batch.ts';
import { pointSeconds, type Grid } from '../prometheus/grid.ts';
import { QUERY_IDS, querySpec, RAW_IDS, rawSpec, type QuerySpec } from '../prometheus/queries.ts';
import { countBefore } from '../measure/samples.ts';
import { at } from './series.ts';

/** An answer of a batch, however it was asked for. */
export interface Answer {
  readonly spec: Pick<QuerySpec, 'metric' | 'need' | 'without'>;
  readonly warnings: readonly PointNote[];
  readonly failures: readonly PointNote[];
  hasDataAt(point: number): boolean;
  /** Series whose samples at a point were no numbers. */
  badAt(point: number): number;
}

/** All answers of a batch, always in the same order. */
export function answersOf(batch: Batch): readonly Answer[] {
  const { grid } = batch;
  return [
    ...RAW_IDS.map((id): Answer => {
      const { series, warnings, failures } = batch.raw[id];
      return {
        spec: rawSpec(id),
        warnings,
        failures,
        hasDataAt: (point) => series.some(({ times }) => hasTime(grid, times, point)),
        badAt: (point) => series.filter(({ bad }) => hasTime(grid, bad ?? [], point)).length,
      };
    }),
    ...QUERY_IDS.map((id): Answer => {
      const { series, badValues, warnings, failures } = batch.answers[id];
      return {
        spec: querySpec(id),
        warnings,
        failures,
        hasDataAt: (point) => series.some(({ values }) => at(values, point) !== null),
        badAt: (point) => badValues[point] ?? 0,
      };
    }),
  ];
}

/** True when one of some times lies in the window that ends at a point. */
function hasTime(grid: Grid, times: ArrayLike<number>, point: number): boolean {
  const [from, to] = [pointSeconds(grid, point - 1), pointSeconds(grid, point)];
  const next = times[countBefore(times, from * SECOND_MS + 1)];
  return next !== undefined && next <= to * SECOND_MS;
}
