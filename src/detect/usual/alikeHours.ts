import { medianOf, robustDeviation } from '../../model/quantile.ts';
import { DAY_HOURS, WEEK_HOURS } from '../../model/time.ts';
import { SLOTS } from './hourRing.ts';

/** Hours of the week, or of the day, that make a normal: both weeks must be among them. */
const ENOUGH_HOURS = 5;
/** Quantile that is high among hours of one time of day. */
const USUAL_PEAK = 0.8;

/**
 * The hours from which it is learnt what is normal at `hour`: those of the same hour of the week once a fortnight is
 * known, else of the same hour of the day, else all; and which of their quantiles is high.
 *
 * @param learnt hours since the epoch, ascending, of the last two weeks
 */
export function alikeHours(
  learnt: readonly number[],
  hour: number,
  { seasonalHours }: { readonly seasonalHours: number },
): {
  readonly near: readonly number[];
  readonly upperQuantile: number;
  readonly isShort: boolean;
} {
  const oldest = learnt[0] ?? hour;
  if (hour - oldest < seasonalHours) return { near: learnt, upperQuantile: 1, isShort: true };
  const week = nearHours(learnt, hour, WEEK_HOURS);
  const isFortnight = oldest <= hour - SLOTS + DAY_HOURS && week.length >= ENOUGH_HOURS;
  const alike = isFortnight ? week : nearHours(learnt, hour, DAY_HOURS);
  const near = alike.length < ENOUGH_HOURS ? learnt : alike;
  return { near, upperQuantile: USUAL_PEAK, isShort: false };
}

/** Learnt hours that are apart by whole periods, give or take one. */
function nearHours(learnt: readonly number[], hour: number, period: number): readonly number[] {
  // Counted from a multiple of the period far enough back, so that hours to come are near as well.
  const origin = hour - SLOTS * period;
  return learnt.filter((h) => {
    const rest = (h - origin) % period;
    return rest <= 1 || rest === period - 1;
  });
}

/** What is normal of some hours: their median, and their robust standard deviation with a floor. */
export function normalUse(
  values: readonly number[],
  { scaleFloorShare }: { readonly scaleFloorShare: number },
): { readonly normal: number; readonly sigma: number } {
  const normal = medianOf(values);
  return { normal, sigma: Math.max(robustDeviation(values, normal), scaleFloorShare * normal) };
}
