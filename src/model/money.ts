/**
 * Money as an integer count of nano-units of the configured currency (1 USD = 1e9). Integers add up
 * exactly in every order, so rows plus idle can equal the nodes' cost to the last digit. A JavaScript
 * number is exact up to 9,007,199 units of currency per sum, and right to 16 digits above.
 */
export type Nano = number;

export const NANO = 1_000_000_000;

/** Units of currency → nano-units, rounded half away from zero. */
export function toNano(units: number): Nano {
  return Math.sign(units) * Math.round(Math.abs(units) * NANO);
}

/** Nano-units → units of currency. */
export function fromNano(nano: Nano): number {
  return nano / NANO;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** True for the code of a currency that ISO 4217 knows. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
