import type { Beside } from './state.ts';

/** Windows of five minutes are autocorrelated: so many of them tell as much as one independent one. */
const CORRELATED = 3;
/** Fewer windows than this (in units of five minutes) tell nothing. */
const MIN_UNITS = 6;

/** How the use of one container goes with that of the others of its pod. */
export interface Follow {
  /** Per cent that its use changes for each per cent that theirs does; null where too little was seen. */
  readonly elasticity: number | null;
  /** True: it surely follows them; false: it surely does not; null: they have not varied enough to tell. */
  readonly follows: boolean | null;
}

/** Adds a window: `units` of five minutes in which they used `others` cores and it `own`. */
export function addWindow(
  was: Beside | null,
  others: number,
  own: number,
  units: number,
  lastSeen: number,
): Beside {
  return {
    row: 'beside',
    sumUnits: (was?.sumUnits ?? 0) + units,
    others: (was?.others ?? 0) + units * others,
    own: (was?.own ?? 0) + units * own,
    othersSquared: (was?.othersSquared ?? 0) + units * others * others,
    ownSquared: (was?.ownSquared ?? 0) + units * own * own,
    product: (was?.product ?? 0) + units * others * own,
    lastSeen,
  };
}

/**
 * The elasticity of its use to theirs: the slope of the regression line at the means, held against
 * `least` with two standard errors to either side. A proxy has nearly 1, a miner 0.
 */
export function followOf(sums: Beside | null, least: number): Follow {
  const unknown: Follow = { elasticity: null, follows: null };
  if (sums === null || sums.sumUnits < MIN_UNITS) return unknown;
  const n = sums.sumUnits;
  const x = sums.others / n;
  const y = sums.own / n;
  const varianceOfOthers = sums.othersSquared / n - x * x;
  if (!(varianceOfOthers > 1e-9 * x * x) || y <= 0) return unknown;
  const slope = (sums.product / n - x * y) / varianceOfOthers;
  const rest = Math.max(0, sums.ownSquared / n - y * y - slope * slope * varianceOfOthers);
  const error = Math.sqrt(rest / varianceOfOthers / Math.max(1, n / CORRELATED - 2));
  const elasticity = (slope * x) / y;
  const margin = (2 * error * x) / y;
  const follows = elasticity - margin > least ? true : elasticity + margin < least ? false : null;
  return { elasticity, follows };
}
