import {
  ceilTo,
  DAY_MS,
  floorTo,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type TimeMs,
} from '../../model/time.ts';
import type { RawAsking } from './batch.ts';
import { isTooMuch } from './failures.ts';
import { promDuration } from './matchers.ts';

/** How far back an instant sees in Prometheus and its like. */
const LOOKBACK_MS = 5 * MINUTE_MS;
/** No store keeps raw samples longer than anybody could want to backfill. */
const LONGEST_RETENTION_MS = 400 * DAY_MS;
/** Fewer than the 11,000 points that Prometheus answers at once. */
const MOST_POINTS = 5_000;

type Asking = Omit<RawAsking, 'grid'>;

interface Search {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly step: TimeMs;
  readonly promql: string;
}

/** What tells that a cluster was scraped, the cheapest first. */
function selectorsOf({ context }: Asking): readonly string[] {
  return [
    context.select('kube_node_info'),
    context.select('container_cpu_usage_seconds_total', {
      name: 'container',
      op: '!=',
      value: '',
    }),
  ];
}

/**
 * Looks for the oldest sample: a day at a time, then five minutes, then a second. A step looks at one instant, so
 * that the store reads little. Data of less than a day may lie between two of the days' instants: where those show
 * nothing, it is looked for an hour at a time, and data of less than an hour in the ranges between the hours.
 */
export async function findOldestData(asking: Asking, now: TimeMs): Promise<TimeMs | null> {
  const selectors = selectorsOf(asking);
  const anyOf = (ofSelector: (selector: string) => string): string =>
    selectors.map((selector) => `count(${ofSelector(selector)})`).join(' or ');
  const atInstants = anyOf((selector) => selector);
  const inTheHourBefore = anyOf((selector) => `present_over_time(${selector}[1h])`);
  const look = (from: TimeMs, to: TimeMs, step: TimeMs, promql = atInstants) =>
    firstHit(asking, { from, to, step, promql });
  const end = floorTo(now, LOOKBACK_MS);
  let start = end - LONGEST_RETENTION_MS;
  // A store may hold more than anybody keeps for long: it is looked further back while the oldest day has data.
  for (let more = true; more;) {
    const before = start - LONGEST_RETENTION_MS;
    more = before > 0 && (await look(before, start, DAY_MS)) !== null;
    if (more) start = before;
  }
  for (const [step, promql] of [
    [DAY_MS, atInstants],
    [HOUR_MS, atInstants],
    [HOUR_MS, inTheHourBefore],
  ] as const) {
    const near = await look(start, end, step, promql);
    if (near === null) continue;
    const hit = (await look(near - step, near, LOOKBACK_MS)) ?? near;
    // An instant sees five minutes back.
    return look(hit - LOOKBACK_MS, hit, SECOND_MS);
  }
  return null;
}

/** Whether the store has any sample of a cluster after `time`, up to `until`. @throws CollectError */
export async function hasDataAfter(asking: Asking, time: TimeMs, until: TimeMs): Promise<boolean> {
  const start = ceilTo(time, SECOND_MS);
  if (until <= start) return false;
  const step = Math.max(LOOKBACK_MS, ceilTo((until - start) / MOST_POINTS, SECOND_MS));
  const from = start + step;
  const to = start + ceilTo(until - start, step);
  for (const selector of selectorsOf(asking)) {
    const promql = `count(present_over_time(${selector}[${promDuration(step - 1)}]))`;
    if ((await firstHit(asking, { from, to, step, promql })) !== null) return true;
  }
  return false;
}

/** The first point of a grid at which an expression has a value; asked for in halves where it is too much at once. */
async function firstHit(
  asking: Asking,
  { from, to, step, promql }: Search,
): Promise<TimeMs | null> {
  const points = Math.floor((to - from) / step) + 1;
  const grid = { startSeconds: from / SECOND_MS, stepSeconds: step / SECOND_MS, points };
  try {
    const span = { grid, from: 0, to: points - 1 };
    const { series } = await asking.client.range(promql, span, asking.signal);
    const hits = series
      .map(({ values }) => values.findIndex((value) => !Number.isNaN(value)))
      .filter((point) => point >= 0);
    return hits.length === 0 ? null : from + Math.min(...hits) * step;
  } catch (error) {
    if (!isTooMuch(error) || points === 1) throw error;
    const middle = from + Math.floor(points / 2) * step;
    return (
      (await firstHit(asking, { from, to: middle - step, step, promql })) ??
      firstHit(asking, { from: middle, to, step, promql })
    );
  }
}
