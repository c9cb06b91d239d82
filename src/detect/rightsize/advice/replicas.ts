import type { Reading } from '../../../model/reading.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import { runsToAnEnd } from '../../../store/containerDays/hourOfUse.ts';
import type { Autoscaling } from './autoscaling.ts';

/**
 * Pods that money is counted for: the average over the span, and for what does not run to an end no more than on its
 * last day, so that a saving is never larger than what a workload that was scaled down still costs.
 */
export function countedReplicas(
  days: readonly ContainerDay[],
  windowMs: number,
  kind: string,
): number {
  const average = averageReplicas(days, windowMs);
  const last = days.at(-1);
  if (runsToAnEnd(kind) || last === undefined || last.windows === 0) return average;
  return Math.min(average, last.podWindows / last.windows);
}

/** Pod-windows per window of the hours that the days hold. */
export function averageReplicas(days: readonly ContainerDay[], windowMs: number): number {
  const span = days.length === 0 ? 0 : days.at(-1)!.day - days[0]!.day + DAY_MS;
  const firstHours = 24 - lowestHour(days[0]?.hours ?? 1);
  const lastHours = highestHour(days.at(-1)?.hours ?? 1) + 1;
  const missing = 48 - firstHours - lastHours;
  const windows = (span - missing * HOUR_MS) / windowMs;
  const podWindows = days.reduce((sum, day) => sum + day.podWindows, 0);
  return windows <= 0 ? 0 : podWindows / windows;
}

function lowestHour(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highestHour(bits: number): number {
  return 31 - Math.clz32(bits);
}

/** Replicas that stay with the advised minimum: those above the present one came by load and are left. */
export function keptReplicas(
  replicas: number,
  minReplicas: Reading,
  autoscaling: Autoscaling | null,
): number {
  const present = autoscaling?.horizontal?.minReplicas ?? null;
  if (minReplicas === null || present === null) return replicas;
  return Math.max(Math.min(minReplicas, replicas), replicas - (present - minReplicas));
}
