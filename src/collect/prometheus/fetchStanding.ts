import { SECOND_MS } from '../../model/time.ts';
import { countBefore } from '../measure/samples.ts';
import type { FirstAnswers, FurtherAsking } from './batch.ts';
import { askInHalves } from './failures.ts';
import { podMatcher } from './fetchLifeTimes.ts';
import { halvesOf, pointSeconds, type Grid, type GridSeries, type PointNote } from './grid.ts';
import { BY_CGROUP, CONTAINER } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';

const METRIC = 'container_cpu_usage_seconds_total';

/**
 * Asks which CPU counters read the same an hour before a window's end: a container that does anything moves its own.
 * Only those are asked for that stand still in a window of the batch. @throws CollectError as a query does.
 */
export async function fetchStanding(
  { client, context, grid, signal, refused, further }: FurtherAsking,
  { raw }: Pick<FirstAnswers, 'raw'>,
): Promise<readonly GridSeries[]> {
  const candidates = raw.cpu.series.filter((series) => standsSomewhere(grid, series));
  if (candidates.length === 0) return [];
  const counter = context.select(METRIC, ...CONTAINER, ...podMatcher(candidates));
  const query = `max by (${BY_CGROUP}) (${counter} - ${counter} offset 1h) == 0`;
  const points = { from: 1, to: grid.points - 1 };
  const ask = async (): Promise<Standing> => {
    const answer: Standing = { series: [], warnings: [], failures: [] };
    await askInHalves(points, {
      isIndispensable: false,
      halves: halvesOf,
      ask: async (span) => {
        const { series, warnings } = await client.range(query, { grid, ...span }, signal);
        answer.series.push(...series);
        answer.warnings.push(...warnings.map((text) => ({ ...span, text })));
      },
      note: (span, { message }) => answer.failures.push({ ...span, text: message }),
    });
    return answer;
  };
  const none = { series: [], warnings: [], failures: [] };
  const { series, ...notes } = await refused.unless('counters that stand', points, none, ask);
  const without = 'a counter that has stood still for an hour counts as no use';
  further.push({ metric: METRIC, without, ...notes });
  return series;
}

interface Standing {
  readonly series: GridSeries[];
  readonly warnings: PointNote[];
  readonly failures: PointNote[];
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
