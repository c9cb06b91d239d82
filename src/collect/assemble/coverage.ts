import type { ExpectedSamples } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { TimeMs, Window } from '../../model/time.ts';

/**
 * The formula of docs/architecture.md, "Coverage". E = samples that a series has which lives through a
 * whole window; one of them may be missing, because scrapes do not fall on the grid's lines.
 */
const JITTER_SAMPLES = 1;

/** A window whose coverage is lower is incomplete. */
export const COMPLETE_COVERAGE = 0.98;

/** A larger share of the long-lived pods does not vanish within one window on its own. */
const COLLAPSE_SHARE = 0.5;
/** Smaller clusters are left alone: three of five pods may well go at once. */
const COLLAPSE_MIN_PODS = 10;
/** A collapse that lasts is believed in the end: the remembered population fades within this time. */
const POPULATION_MEMORY_MS: TimeMs = 6 * HOUR_MS;

/**
 * What the next window should expect. A larger count is learnt at once; a smaller one slowly, so that a
 * day after the scrape interval was lengthened E has come down, and an outage of an hour has not moved it.
 * A window in which nothing was seen teaches nothing.
 */
function learnExpected(known: number, seen: number, window: Window, memoryMs = DAY_MS): number {
  if (seen <= 0) return known;
  return Math.max(seen, known * (1 - Math.min(1, (window.end - window.start) / memoryMs)));
}

/** Updates all that is carried from window to window. */
export function learn(
  known: ExpectedSamples,
  seen: { readonly cadvisor: number; readonly kubeState: number; readonly pods: number },
  window: Window,
): ExpectedSamples {
  return {
    cadvisor: learnExpected(known.cadvisor, seen.cadvisor, window),
    kubeState: learnExpected(known.kubeState, seen.kubeState, window),
    pods: learnExpected(known.pods ?? 0, seen.pods, window, POPULATION_MEMORY_MS),
  };
}

/** True when so many long-lived pods are missing at once that it is the source that broke. */
export function isCollapse(remembered: number, seen: number): boolean {
  return remembered >= COLLAPSE_MIN_PODS && seen < remembered * COLLAPSE_SHARE;
}

/**
 * Share of a window that `samples` stand for, where `whole` is what a neighbour had that lived through
 * all of it. With so few samples that one of them is a quarter of the window, none is forgiven.
 */
export function sampledShare(samples: number, whole: number): number {
  if (samples <= 0 || whole <= 0) return 0;
  if (whole >= 4 && samples >= whole - JITTER_SAMPLES) return 1;
  return Math.min(1, samples / whole);
}

/** Share of the expected samples that are present. Where nothing is expected, nothing is missing. */
export function presentShare(samples: number, expected: number): number {
  if (expected <= 0 || samples >= expected - JITTER_SAMPLES) return 1;
  return samples / expected;
}

/** Adds up samples present and expected over a window. */
export interface CoverageSum {
  present: number;
  expected: number;
}

/** Adds a series that should have had `expected` samples; one missing sample is forgiven. */
export function addCoverage(sum: CoverageSum, samples: number, expected: number): void {
  sum.expected += expected;
  sum.present += expected * presentShare(samples, expected);
}
