import { leastSquares } from '../../../model/quantile.ts';

/** One hour in which a container ran, over its pods. */
export interface HourOfCost {
  /** Core-hours used, and those that were charged for: the larger of request and use, window by window. */
  readonly cpuUsed: number;
  readonly cpuCharged: number;
  /** GiB-hours. */
  readonly ramUsed: number;
  readonly ramCharged: number;
}

/** What was not charged any more after a change, in an hour on average; negative where more was. */
export interface Gain {
  readonly cpuCores: number;
  readonly ramGiB: number;
  /** Use of CPU after the change as a multiple of that before: the load; null where nothing was used before. */
  readonly load: number | null;
}

/** Fewer hours than a day tell no day from a night. */
const LEAST_HOURS = 24;

/**
 * What a change of requests brought. The hours before it say how what is charged follows the load: a straight line by least
 * squares through (CPU used, charged) of each hour, flat for a fixed number of pods, rising where an autoscaler follows.
 * Put to the hours after it, with their load, the line gives what they would have been charged for without the change. So
 * a quiet season is no saving, a busy one no loss, and pods that an autoscaler adds because requests are smaller count against it.
 *
 * @returns null with less than a day of hours on either side.
 */
export function measureGain(
  before: readonly HourOfCost[],
  after: readonly HourOfCost[],
): Gain | null {
  if (before.length < LEAST_HOURS || after.length < LEAST_HOURS) return null;
  const load = ({ cpuUsed }: HourOfCost): number => cpuUsed;
  const cpuWas = lineThrough(before, load, ({ cpuCharged }) => cpuCharged);
  const ramWas = lineThrough(before, load, ({ ramCharged }) => ramCharged);
  const mean = (hours: readonly HourOfCost[], of: (hour: HourOfCost) => number): number =>
    hours.reduce((sum, hour) => sum + of(hour), 0) / hours.length;
  const used = mean(before, load);
  return {
    // Never less than was used: what has no request is charged for its use.
    cpuCores: mean(after, (hour) => Math.max(hour.cpuUsed, cpuWas(hour)) - hour.cpuCharged),
    ramGiB: mean(after, (hour) => Math.max(hour.ramUsed, ramWas(hour)) - hour.ramCharged),
    load: used > 0 ? mean(after, load) / used : null,
  };
}

/** The line through hours, flat where `y` does not rise with `x`. */
function lineThrough(
  hours: readonly HourOfCost[],
  x: (hour: HourOfCost) => number,
  y: (hour: HourOfCost) => number,
): (hour: HourOfCost) => number {
  const points = hours.map((hour) => ({ x: x(hour), y: y(hour), weight: 1 }));
  const { offset, slope } = leastSquares(points);
  const mean = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  return (hour) => (slope > 0 ? offset + slope * x(hour) : mean);
}
