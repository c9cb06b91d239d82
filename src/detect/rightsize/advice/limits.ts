import { maxKnown, type Reading } from '../../../model/reading.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';

/** Throttled in more than this share of its windows, half an hour a day, a container waits for CPU as a habit. */
const THROTTLED_OFTEN = 0.02;
/** Throttling hides how much would have been used: the limit is at least doubled. */
const RAISE_FACTOR = 2;

/** Share of pod-windows in which the limit throttled more than a quarter of the periods; null where unknown. */
export function throttledShare(days: readonly ContainerDay[]): Reading {
  const known = days.reduce((sum, { throttleKnown }) => sum + throttleKnown, 0);
  return known === 0 ? null : days.reduce((sum, { throttled }) => sum + throttled, 0) / known;
}

/** Whether that share of windows, 0..1, was throttled too often; unknown is not. */
export function isThrottled(share: Reading): boolean {
  return share !== null && share > THROTTLED_OFTEN;
}

/**
 * The CPU limit to have: none where there is none; raised only where it throttles.
 * A limit that does not throttle is left alone, since lowering it saves nothing.
 */
export function cpuLimit(
  current: Reading,
  peakCores: number,
  margin: number,
  throttled: boolean,
): Reading {
  if (current === null) return null;
  return throttled ? Math.max(current * RAISE_FACTOR, peakCores * margin) : current;
}

/** The memory limit to have: none where there is none; raised only to what OOM kills ask for. */
export function ramLimit(current: Reading, afterOom: Reading): Reading {
  return current === null ? null : maxKnown(current, afterOom);
}
