import type { SeriesPoint } from '../../store/usage.ts';
import type { Reading } from '../../model/reading.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';

/** What was usual at each time: low and high are null where too little is known. */
export interface UsualBand {
  readonly low: readonly Reading[];
  readonly high: readonly Reading[];
  /** Median at each time. */
  readonly middle: readonly Reading[];
}

/** Fewer hours than these of one time of day say nothing about it. */
const MIN_HOURS = 3;
const DAY_HOURS = 24;

/**
 * What CPU use was usual at each hour of the day, from hours before something began: from the tenth to the
 * ninetieth percentile of the same hour and its neighbours over the days.
 *
 * @param hours hours before the onset, in any order
 */
export function usualAt(times: readonly TimeMs[], hours: readonly SeriesPoint[]): UsualBand {
  const byHour: number[][] = Array.from({ length: DAY_HOURS }, () => []);
  for (const { window, cpuUsageCores } of hours) {
    if (cpuUsageCores === null) continue;
    const hour = hourOfDay(window.start);
    for (const near of [hour - 1, hour, hour + 1])
      byHour[(near + DAY_HOURS) % DAY_HOURS]?.push(cpuUsageCores);
  }
  const usual = byHour.map((values) => {
    if (values.length < MIN_HOURS * 3) return null;
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    return { low: at(0.1), middle: at(0.5), high: at(0.9) };
  });
  const read = (key: 'low' | 'middle' | 'high') =>
    times.map((at) => usual[hourOfDay(at - 1)]?.[key] ?? null);
  return { low: read('low'), high: read('high'), middle: read('middle') };
}

function hourOfDay(at: TimeMs): number {
  return Math.floor(at / HOUR_MS) % DAY_HOURS;
}
