import type { Nano } from '../../model/money.ts';

const CENT_NANO = 10_000_000;

/**
 * Rounds amounts to cents so that what is printed adds up as well: the sum is rounded once, and what
 * rounding down leaves goes to the largest remainders. The last number is the sum. Cents, not units.
 */
export function centsThatAdd(amounts: readonly Nano[]): readonly number[] {
  // Adding zero turns −0 into 0.
  const total = Math.round(amounts.reduce((sum, nano) => sum + nano, 0) / CENT_NANO) + 0;
  const floors = amounts.map((nano) => Math.floor(nano / CENT_NANO));
  const rest = total - floors.reduce((sum, cents) => sum + cents, 0);
  const remainders = amounts.map((nano, index) => nano / CENT_NANO - (floors[index] ?? 0));
  const order = remainders
    .map((remainder, index) => ({ remainder, index }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
    .slice(0, rest);
  for (const { index } of order) floors[index] = (floors[index] ?? 0) + 1;
  return [...floors, total];
}

/** `1,234.50`. */
export function centsText(cents: number): string {
  const text = (cents / 100).toLocaleString('en-US', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return text === '-0.00' ? '0.00' : text;
}
