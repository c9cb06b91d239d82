import { HOUR_UNITS, type Beside } from '../state/state.ts';

/** So long a little side-car is looked at: a proxy's noise may be as even as a miner for an hour. */
export const UNDECIDED_UNITS = 2 * HOUR_UNITS;
/** Standard errors to either side. It is looked at in every window for days: two would err sooner or later. */
const SURELY = 3;
/**
 * Its variance as a share of theirs, each relative to its mean, up to which it is evener: half their variation.
 * What serves them has their ups and downs, and noise of its own; a miner was measured at 1.5 to 13 %. Where they
 * hardly vary themselves, the noise in what is known of them would make any proxy look independent of them.
 */
const EVENER = 0.25;

/** How the use of one container goes with that of the others of its pod. */
export interface Follow {
  /** True: it surely follows them; false: it surely does not; null: they have not varied enough to tell. */
  readonly follows: boolean | null;
  /** True where its use is clearly evener than theirs; false also where too little was seen. */
  readonly isEvener: boolean;
}

/** A new container in the pods of a known workload, and how it stands beside the known containers. */
export interface SideCar extends Follow {
  /** Cores of the pod's known containers in this window; null where those of one are not known. */
  readonly othersCores: number | null;
  /** True while it uses no more than they do, or than can be critical, on average since it came. */
  readonly isLittle: boolean;
  /** Workloads that its image has come to in this way. */
  readonly workloads: number;
  /** True when they are many, in several namespaces: a rollout to the cluster, by whoever may do that. */
  readonly isRollout: boolean;
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
 * Whether it goes with them: the slope of the regression line at the means, held against `least` per cent for each
 * per cent of theirs. A proxy has nearly 1, a miner 0. One image is one piece of software: what is seen of it in several
 * places adds up, each relative to the means there, so that places of any size count by their windows alone.
 */
export function followOf(places: readonly Beside[], least: number): Follow {
  let [units, others, own, both] = [0, 0, 0, 0];
  for (const sums of places) {
    const [x, y] = [sums.others / sums.sumUnits, sums.own / sums.sumUnits];
    if (!(x > 0 && y > 0)) continue;
    units += sums.sumUnits;
    others += sums.othersSquared / (x * x) - sums.sumUnits;
    own += sums.ownSquared / (y * y) - sums.sumUnits;
    both += sums.product / (x * y) - sums.sumUnits;
  }
  if (units < HOUR_UNITS || !(others > Number.EPSILON * units) || !(own >= 0))
    return { follows: null, isEvener: false };
  const slope = both / others;
  const margin = SURELY * Math.sqrt(Math.max(0, own - slope * both) / others / units);
  const isEvener = own < EVENER * others;
  const isNot = slope + margin < least && isEvener && units >= UNDECIDED_UNITS;
  return { follows: slope - margin > least ? true : isNot ? false : null, isEvener };
}
