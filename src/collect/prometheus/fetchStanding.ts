import { SECOND_MS } from '../../model/time.ts';
import { countBefore } from '../measure/samples.ts';
import type { FirstAnswers, RawAsking } from './batch.ts';
import { CollectError } from '../collector.ts';
import { podMatcher } from './fetchLifeTimes.ts';
import { pointSeconds, type Grid, type GridSeries } from './grid.ts';
import { BY_CGROUP, CONTAINER } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';

/**
 * Asks which CPU counters read the same an hour before a window's end: a container that does anything moves its own.
 * Only those are asked for that stand still in a window of the batch. @throws CollectError as a query does.
 */
export async function fetchStanding(
  { client, context, grid, signal }: RawAsking,
  { raw }: Pick<FirstAnswers, 'raw'>,
): Promise<readonly GridSeries[]> {
  const candidates = raw.cpu.series.filter((series) => standsSomewhere(grid, series));
  if (candidates.length === 0) return [];
  const counter = context.select(
    'container_cpu_usage_seconds_total',
    ...CONTAINER,
    ...podMatcher(candidates),
  );
  const query = `max by (${BY_CGROUP}) (${counter} - ${counter} offset 1h) == 0`;
  try {
    return (await client.range(query, { grid, from: 1, to: grid.points - 1 }, signal)).series;
  } catch (error) {
    // Nothing hangs on it: a counter that stands then counts as no use, as it reads.
    if (error instanceof CollectError && !signal.aborted) return [];
    throw error;
  }
}

function standsSomewhere(grid: Grid, { times, values }: RawSeries): boolean {
  const lastAt = (point: number): number =>
    countBefore(times, pointSeconds(grid, point) * SECOND_MS + 1) - 1;
  for (let point = 1; point < grid.points; point++) {
    const [before, now] = [lastAt(point - 1), lastAt(point)];
    if (before >= 0 && now > before && values[before] === values[now]) return true;
  }
  return false;
}
