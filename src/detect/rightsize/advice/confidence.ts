import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';

/** From no data at all to two weeks of them. */
export const CONFIDENCES = ['insufficient', 'very-low', 'low', 'medium', 'high'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** How much data an advice rests on. */
export interface DataBehind {
  /** Days with data. */
  readonly days: number;
  /** Share of the pod's windows whose use is known, 0..1. */
  readonly coverage: number;
  readonly confidence: Confidence;
}

const MIN_COVERAGE = 0.8;
const MEDIUM_DAYS = 7;
const HIGH_DAYS = 14;
/** A day counts as a part of one while it has fewer hours than this: the first and the current one. */
const HOURS_A_DAY = 24;

/** Under 3 days or 80 % coverage the confidence is very low, under 7 days low; without data there is no advice. */
export function dataBehind(
  days: readonly ContainerDay[],
  minDays: number,
  runsToAnEnd: boolean,
): DataBehind {
  const podWindows = days.reduce((sum, { podWindows }) => sum + podWindows, 0);
  const known = days.reduce((sum, { knownPodWindows }) => sum + knownPodWindows, 0);
  const seen = days.filter(({ windows }) => windows > 0);
  // What runs an hour a night is known after so many nights; what runs all day after so many days.
  const whole = runsToAnEnd
    ? seen.length
    : seen.reduce((sum, { hours }) => sum + bitCount(hours) / HOURS_A_DAY, 0);
  const coverage = podWindows === 0 ? 0 : known / podWindows;
  const confidence = known === 0 ? 'insufficient' : confidenceOf(whole, coverage, minDays);
  return { days: whole, coverage, confidence };
}

function confidenceOf(days: number, coverage: number, minDays: number): Confidence {
  if (days < minDays || coverage < MIN_COVERAGE) return 'very-low';
  if (days < MEDIUM_DAYS) return 'low';
  return days < HIGH_DAYS - 1 ? 'medium' : 'high';
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** True where findings, sums and digests may rest on it. */
export function isSure({ confidence }: DataBehind): boolean {
  return confidence !== 'insufficient' && confidence !== 'very-low';
}
