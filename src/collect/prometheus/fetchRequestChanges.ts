import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import { overlapMs } from '../measure/growth.ts';
import { NEAR_MS } from '../measure/samples.ts';
import { spanOf, type Batch, type BatchAnswer, type FurtherAsking } from './batch.ts';
import { lifeTimeKey, podMatcher } from './fetchLifeTimes.ts';
import { readSamples } from './fetchRaw.ts';
import { pointSeconds, type Grid, type GridSeries } from './grid.ts';
import { querySpec } from './queries.ts';
import type { RawSeries } from './rawSamples.ts';

const WITHOUT = 'requests that change count for the whole window in which they do';

type Answers = Batch['answers'];

/** Of containers, and of init containers: a native side-car is resized in place too. */
const RESIZED = ['requests', 'initRequests'] as const;

/**
 * Requests that change within a window count from when they change: where a window's last value is not that of the
 * window before, it becomes the average over the window. @throws CollectError
 */
export async function fetchRequestChanges(
  asking: FurtherAsking,
  answers: Answers,
): Promise<Answers> {
  let averaged = answers;
  for (const id of RESIZED) {
    const answer = await averageChanges(asking, id, answers[id]);
    averaged = { ...averaged, [id]: answer };
  }
  return averaged;
}

async function averageChanges(
  asking: FurtherAsking,
  id: (typeof RESIZED)[number],
  answer: BatchAnswer,
): Promise<BatchAnswer> {
  const { grid, context } = asking;
  const changes = new Map<GridSeries, readonly number[]>();
  for (const series of answer.series) {
    const points = changesAt(series.values);
    if (points.length > 0) changes.set(series, points);
  }
  if (changes.size === 0) return answer;
  const windows = spanOf(grid);
  const { metric } = querySpec(id);
  const selector = context.select(metric, ...podMatcher([...changes.keys()]));
  const span = { from: windows.from - NEAR_MS, to: windows.to };
  const series = await readSamples(asking, { metric, without: WITHOUT }, selector, span);
  const samples = new Map(series.map((one) => [requestKey(one.labels), one]));
  const averaged = answer.series.map((one): GridSeries => {
    const points = changes.get(one);
    const raw = points && samples.get(requestKey(one.labels));
    if (points === undefined || raw === undefined) return one;
    const values = Float64Array.from(one.values);
    for (const point of points) values[point] = averageIn(raw, grid, point) ?? values[point] ?? 0;
    return { ...one, values };
  });
  return { ...answer, series: averaged };
}

/** Points at which a value is known and differs from a known one before it. */
function changesAt(values: Float64Array): readonly number[] {
  const points: number[] = [];
  for (let point = 1; point < values.length; point++) {
    const [before = Number.NaN, now = Number.NaN] = [values[point - 1], values[point]];
    if (!Number.isNaN(before) && !Number.isNaN(now) && before !== now) points.push(point);
  }
  return points;
}

function requestKey(labels: RawSeries['labels']): string {
  return `${lifeTimeKey(labels)}/${labels['uid'] ?? ''}/${labels['resource'] ?? ''}`;
}

/** By time: what two scrapes tell differently changed in the middle between them. */
function averageIn({ times, values }: RawSeries, grid: Grid, point: number): number | null {
  const window = {
    start: pointSeconds(grid, point - 1) * SECOND_MS,
    end: pointSeconds(grid, point) * SECOND_MS,
  };
  let sum = 0;
  let covered: TimeMs = 0;
  times.forEach((time, index) => {
    const from = index === 0 ? time : (time + (times[index - 1] ?? time)) / 2;
    const to = index === times.length - 1 ? window.end : (time + (times[index + 1] ?? time)) / 2;
    const inside = overlapMs(from, to, window);
    sum += inside * (values[index] ?? 0);
    covered += inside;
  });
  return covered === 0 ? null : sum / covered;
}
