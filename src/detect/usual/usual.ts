import type { Reading } from '../../model/reading.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import { alikeHours, normalUse } from './alikeHours.ts';
import { hourOf } from './hourRing.ts';
import type { AbuseThresholds } from '../abuse/thresholds.ts';

/** What is usual at each time, in the unit of what was given; null where too little is known. */
export interface UsualBand {
  readonly low: readonly Reading[];
  readonly middle: readonly Reading[];
  readonly high: readonly Reading[];
}

/** One hour before something began. */
export interface KnownHour {
  readonly start: TimeMs;
  readonly value: Reading;
}

/** The band reaches this many robust standard deviations from the middle: 19 of 20 hours. */
const BAND_SIGMAS = 2;
const DAYS = 14;

/** The hours before `onset` from which it is learnt what is usual. */
export function usualHours(onset: TimeMs): {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly maxPoints: number;
  readonly onlyHours: true;
} {
  return { from: onset - DAYS * DAY_MS, to: onset, maxPoints: DAYS * 24 + 2, onlyHours: true };
}

/**
 * What is usual at each of `times` (ends of windows), by the baseline of abuse detection: median and robust deviation
 * of the hours like it.
 *
 * @param known hours before the onset, in any order
 */
export function usualAt(
  times: readonly TimeMs[],
  known: readonly KnownHour[],
  thresholds: AbuseThresholds['baseline'],
): UsualBand {
  const values = new Map<number, number>();
  for (const { start, value } of known) if (value !== null) values.set(hourOf(start), value);
  const learnt = [...values.keys()].sort((a, b) => a - b);
  const bands = new Map<number, { low: number; middle: number; high: number }>();
  const bandAt = (at: TimeMs): { low: number; middle: number; high: number } | null => {
    if (learnt.length < thresholds.minHours) return null;
    const hour = hourOf(at - 1);
    let band = bands.get(hour);
    if (band === undefined) {
      const alike = alikeHours(learnt, hour, thresholds);
      const near = alike.near.map((one) => values.get(one) ?? 0);
      const { normal, sigma } = normalUse(near, thresholds);
      const reach = BAND_SIGMAS * sigma;
      band = { low: Math.max(0, normal - reach), middle: normal, high: normal + reach };
      bands.set(hour, band);
    }
    return band;
  };
  const all = times.map(bandAt);
  return {
    low: all.map((band) => band?.low ?? null),
    middle: all.map((band) => band?.middle ?? null),
    high: all.map((band) => band?.high ?? null),
  };
}
