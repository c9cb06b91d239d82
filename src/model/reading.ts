/**
 * A measured quantity that may be missing. Burnwatch never turns a missing metric into zero:
 * `null` is *unknown*, and TypeScript refuses arithmetic on it until the caller has decided.
 */
export type Known = number;
export type Unknown = null;
export type Reading = Known | Unknown;

const UNKNOWN: Unknown = null;

/** A finite number as it is; NaN, an infinity or nothing becomes unknown. */
export function toReading(value: number | null | undefined): Reading {
  return typeof value === 'number' && Number.isFinite(value) ? value : UNKNOWN;
}

/** Sum of what is known; unknown only when nothing is known. */
export function sumKnown(readings: Iterable<Reading>): Reading {
  let sum: Reading = UNKNOWN;
  for (const reading of readings) {
    if (reading !== null) sum = (sum ?? 0) + reading;
  }
  return sum;
}

/** Sum of all: unknown where one of them is, and of none. */
export function sumAll(readings: readonly Reading[]): Reading {
  return readings.includes(null) ? null : sumKnown(readings);
}

/** Largest of what is known; unknown only when nothing is known. */
export function maxKnown(...readings: readonly Reading[]): Reading {
  let max: Reading = UNKNOWN;
  for (const reading of readings) {
    if (reading !== null && (max === null || reading > max)) max = reading;
  }
  return max;
}

/** Mean of what is known; unknown only when nothing is known. */
export function meanKnown(readings: readonly Reading[]): Reading {
  const sum = sumKnown(readings);
  return sum === null ? null : sum / readings.filter((reading) => reading !== null).length;
}
