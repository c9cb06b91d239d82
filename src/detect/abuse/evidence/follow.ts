import type { Beside, Rows } from '../state/state.ts';

/** Fewer windows than this (in units of five minutes) tell nothing … */
const MIN_UNITS = 9;
/** … and an hour and a half is needed to say that it does not follow: a proxy's noise may be as even for less. */
const MIN_UNITS_AGAINST = 18;
/**
 * Standard errors to either side. It is looked at in every window for days: two, which err once in twenty looks,
 * would err in most proxies sooner or later.
 */
const SURELY = 3;
/**
 * Its variance as a share of theirs, each relative to its mean, up to which it is evener: half their variation.
 * What serves them has their ups and downs, and noise of its own; a miner was measured at 1.5 to 13 %. Where they
 * hardly vary themselves, the noise in what is known of them would make any proxy look independent of them.
 */
const EVENER = 0.25;

/** How the use of one container goes with that of the others of its pod. */
export interface Follow {
  /** Per cent that its use changes for each per cent that theirs does; null where too little was seen. */
  readonly elasticity: number | null;
  /** True: it surely follows them; false: it surely does not; null: they have not varied enough to tell. */
  readonly follows: boolean | null;
  /** True where its use is clearly evener than theirs; false also where too little was seen. */
  readonly isEvener: boolean;
}

/** Variances and covariances, each as a share of the means, times the windows that they are of. */
export interface Moments {
  readonly units: number;
  readonly others: number;
  readonly own: number;
  readonly both: number;
  /** The same of the steps from one window to the next. */
  readonly steps: number;
  readonly othersSteps: number;
  readonly ownSteps: number;
  readonly bothSteps: number;
}

/** What was added up under a key; null before its first window. */
export function sumsOf(rows: Rows, key: string): Beside | null {
  const row = rows.get(key);
  return row?.row === 'beside' ? row : null;
}

/** Adds a window: `units` of five minutes in which they used `others` cores and it `own`. */
export function addWindow(
  was: Beside | null,
  others: number,
  own: number,
  units: number,
  lastSeen: number,
): Beside {
  const othersStep = was === null ? 0 : others - was.lastOthers;
  const ownStep = was === null ? 0 : own - was.lastOwn;
  return {
    row: 'beside',
    sumUnits: (was?.sumUnits ?? 0) + units,
    others: (was?.others ?? 0) + units * others,
    own: (was?.own ?? 0) + units * own,
    othersSquared: (was?.othersSquared ?? 0) + units * others * others,
    ownSquared: (was?.ownSquared ?? 0) + units * own * own,
    product: (was?.product ?? 0) + units * others * own,
    lastOthers: others,
    lastOwn: own,
    steps: (was?.steps ?? 0) + (was === null ? 0 : units),
    othersSteps: (was?.othersSteps ?? 0) + units * othersStep * othersStep,
    ownSteps: (was?.ownSteps ?? 0) + units * ownStep * ownStep,
    stepProduct: (was?.stepProduct ?? 0) + units * othersStep * ownStep,
    lastSeen,
  };
}

/** What was added up, relative to the means; null where nothing was used. */
export function momentsOf(sums: Beside): Moments | null {
  const n = sums.sumUnits;
  const x = sums.others / n;
  const y = sums.own / n;
  if (!(x > 0) || !(y > 0)) return null;
  return {
    units: n,
    others: sums.othersSquared / (x * x) - n,
    own: sums.ownSquared / (y * y) - n,
    both: sums.product / (x * y) - n,
    steps: sums.steps,
    othersSteps: sums.othersSteps / (x * x),
    ownSteps: sums.ownSteps / (y * y),
    bothSteps: sums.stepProduct / (x * y),
  };
}

/** Of one image beside several workloads: it is one software, so what is seen of it adds up. */
export function addMoments(a: Moments | null, b: Moments): Moments {
  if (a === null) return b;
  return {
    units: a.units + b.units,
    others: a.others + b.others,
    own: a.own + b.own,
    both: a.both + b.both,
    steps: a.steps + b.steps,
    othersSteps: a.othersSteps + b.othersSteps,
    ownSteps: a.ownSteps + b.ownSteps,
    bothSteps: a.bothSteps + b.bothSteps,
  };
}

/** A line of one use over the other, both relative to their means: its slope, and how far it may surely be off. */
export interface Elasticity {
  readonly elasticity: number;
  readonly margin: number;
}

/**
 * The elasticity of its use to theirs: the slope of the regression line at the means. Windows tell as much as
 * independent ones do as far as neither they nor what the line leaves of its use last from one to the next
 * (Bartlett, JRSS 1946). Null where the others have not varied at all.
 */
export function elasticityOf(moments: Moments): Elasticity | null {
  const { units, others, own, both, steps, othersSteps, ownSteps, bothSteps } = moments;
  if (!(others > 1e-9 * units) || steps === 0) return null;
  const elasticity = both / others;
  const rest = Math.max(0, own - elasticity * both);
  const restSteps = Math.max(
    0,
    ownSteps - 2 * elasticity * bothSteps + elasticity * elasticity * othersSteps,
  );
  const lasting =
    lastingOf(others / units, othersSteps / steps) * lastingOf(rest / units, restSteps / steps);
  const independent = (units * (1 - lasting)) / (1 + lasting);
  return {
    elasticity,
    margin: SURELY * Math.sqrt(rest / others / Math.max(1, independent - 2)),
  };
}

/** Whether it goes with them: held against `least`. A proxy has an elasticity of nearly 1, a miner 0. */
export function followOf(moments: Moments | null, least: number): Follow {
  const unknown: Follow = { elasticity: null, follows: null, isEvener: false };
  if (moments === null || moments.units < MIN_UNITS) return unknown;
  const { units, others, own } = moments;
  const line = elasticityOf(moments);
  if (line === null) return unknown;
  const { elasticity, margin } = line;
  const isEvener = own < EVENER * others;
  if (elasticity - margin > least) return { elasticity, follows: true, isEvener };
  const follows =
    units >= MIN_UNITS_AGAINST && elasticity + margin < least && isEvener ? false : null;
  return { elasticity, follows, isEvener };
}

/** Autocorrelation from one window to the next, by von Neumann's ratio of the steps to the variance. */
function lastingOf(variance: number, step: number): number {
  if (!(variance > 0)) return 0;
  return Math.min(0.99, Math.max(0, 1 - step / (2 * variance)));
}
