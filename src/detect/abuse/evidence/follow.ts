import { BESIDE, HOUR_UNITS, type Beside } from '../state/state.ts';

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

/** Adds a window: `units` of five minutes in which they used `others` cores and it `own`. */
export function addWindow(
  was: Beside | null,
  others: number,
  own: number,
  units: number,
  lastSeen: number,
): Beside {
  const window: Beside = {
    row: 'beside',
    sumUnits: units,
    others: units * others,
    own: units * own,
    othersSquared: units * others * others,
    ownSquared: units * own * own,
    product: units * others * own,
    lastSeen,
  };
  return was === null ? window : { ...sumBeside([was, window]), lastSeen };
}

/** One image is one piece of software: what is seen of it beside several workloads adds up. */
export function sumBeside(all: readonly Beside[]): Beside {
  const sums = BESIDE.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)] as const);
  return { row: 'beside', ...(Object.fromEntries(sums) as Omit<Beside, 'row'>) };
}

/** The sums of one place, relative to the means there: places of any size count by their windows alone. */
export function relative(sums: Beside): Beside {
  const x = sums.others / sums.sumUnits;
  const y = sums.own / sums.sumUnits;
  return {
    ...sums,
    others: sums.others / x,
    own: sums.own / y,
    othersSquared: sums.othersSquared / (x * x),
    ownSquared: sums.ownSquared / (y * y),
    product: sums.product / (x * y),
  };
}

/**
 * Whether it goes with them: the slope of the regression line at the means, held against `least` per cent for each
 * per cent of theirs. A proxy has nearly 1, a miner 0.
 */
export function followOf(sums: Beside, least: number): Follow {
  const { sumUnits: units, othersSquared, ownSquared, product } = sums;
  const others = othersSquared - units;
  const own = ownSquared - units;
  const both = product - units;
  if (units < HOUR_UNITS || !(others > Number.EPSILON * units) || !(own >= 0))
    return { follows: null, isEvener: false };
  const slope = both / others;
  const margin = SURELY * Math.sqrt(Math.max(0, own - slope * both) / others / units);
  const isEvener = own < EVENER * others;
  const isNot = slope + margin < least && isEvener && units >= UNDECIDED_UNITS;
  return { follows: slope - margin > least ? true : isNot ? false : null, isEvener };
}
