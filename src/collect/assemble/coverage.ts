import type { ExpectedSamples } from '../../model/snapshot.ts';
import { HOUR_MS } from '../../model/time.ts';
import type { TimeMs, Window } from '../../model/time.ts';

/** A window of which a larger part is missing is incomplete. */
export const MISSING_SHARE = 0.02;

/** A larger share of the long-lived pods does not vanish within one window on its own. */
const COLLAPSE_SHARE = 0.5;
/** Smaller clusters are left alone: three of five pods may well go at once. */
const COLLAPSE_MIN_PODS = 10;
/** A collapse that lasts is believed in the end: the remembered population fades within this time. */
const POPULATION_MEMORY_MS: TimeMs = 6 * HOUR_MS;

/** A larger population is learnt at once, a smaller one slowly; a window in which nothing was seen teaches nothing. */
function learnExpected(known: number, seen: number, window: Window, memoryMs: TimeMs): number {
  if (seen <= 0) return known;
  return Math.max(seen, known * (1 - Math.min(1, (window.end - window.start) / memoryMs)));
}

/** Updates all that is carried from window to window. */
export function learn(known: ExpectedSamples, pods: number, window: Window): ExpectedSamples {
  return { ...known, pods: learnExpected(known.pods ?? 0, pods, window, POPULATION_MEMORY_MS) };
}

/** True when so many long-lived pods are missing at once that it is the source that broke. */
export function isCollapse(remembered: number, seen: number): boolean {
  return remembered >= COLLAPSE_MIN_PODS && seen < remembered * COLLAPSE_SHARE;
}

/** How long something lived in a window, and how well that was seen. */
export interface CoveredTime {
  readonly livedMs: TimeMs;
  /** The part of it that samples cover. */
  readonly coveredMs: TimeMs;
  /** The part of it that samples should cover: not what lies between a last sample and an end soon after it. */
  readonly missingMs: TimeMs;
}

export type CoverageSum = { -readonly [K in keyof CoveredTime]: TimeMs };

/** Sums of a window by namespace, so that they come to the same whoever counted which namespace. */
export type CoverageSums = Map<string, CoverageSum>;

/** The sum over all namespaces. */
export function totalCoverage(sums: CoverageSums): CoveredTime {
  const total: CoverageSum = { livedMs: 0, coveredMs: 0, missingMs: 0 };
  for (const namespace of [...sums.keys()].sort()) addCoverage(total, sums.get(namespace)!);
  return total;
}

/** The sum of a namespace. */
export function coverageOf(sums: CoverageSums, namespace: string): CoverageSum {
  let sum = sums.get(namespace);
  if (sum === undefined) sums.set(namespace, (sum = { livedMs: 0, coveredMs: 0, missingMs: 0 }));
  return sum;
}

/** Adds what lived in a window. */
export function addCoverage(sum: CoverageSum, one: CoveredTime): void {
  sum.livedMs += one.livedMs;
  sum.coveredMs += one.coveredMs;
  sum.missingMs += one.missingMs;
}
