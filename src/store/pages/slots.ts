import { DAY_MS, floorTo, HOUR_MS, monthStart, type TimeMs } from '../../model/time.ts';

/** Which page and which slot of it a time falls into, for each level of the history. */
export interface Slot {
  readonly bucket: TimeMs;
  readonly slot: number;
}

export const HOURS_A_DAY = 24;
export const DAYS_A_MONTH = 31;

/** Where a window lies: the hour is its page. */
export function windowSlot(start: TimeMs, windowMs: number): Slot {
  const bucket = floorTo(start, HOUR_MS);
  return { bucket, slot: (start - bucket) / windowMs };
}

/** Where an hour lies: the day is its page. */
export function hourSlot(hour: TimeMs): Slot {
  const bucket = floorTo(hour, DAY_MS);
  return { bucket, slot: (hour - bucket) / HOUR_MS };
}

/** Where a day lies: the month is its page. */
export function daySlot(day: TimeMs): Slot {
  const bucket = monthStart(day);
  return { bucket, slot: (day - bucket) / DAY_MS };
}
