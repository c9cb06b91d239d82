import { NANO, type Nano } from '../model/money.ts';
import type { Window } from '../model/time.ts';

/**
 * Rounds an amount of currency to whole nano-units so that a constant amount does not drift: the
 * fraction is rounded along the grid of windows, as `round(f·(k+1)) − round(f·k)` for window number k.
 * Over any run of windows the sum telescopes and is off by less than one nano in all, where plain
 * rounding would be off by up to half a nano in every window. The answer depends on nothing but
 * the amount and the window, so a window that is priced again costs the same.
 */
export function nanoInWindow(units: number, window: Window): Nano {
  const exact = units * NANO;
  const whole = Math.floor(exact);
  const fraction = exact - whole;
  const k = window.start / (window.end - window.start);
  return whole + Math.round(fraction * (k + 1)) - Math.round(fraction * k);
}

/**
 * Splits an integer amount by weights so that the parts add up to it exactly: each part is rounded
 * down, and what remains goes one nano each to the largest remainders, the earlier part first
 * among equals. All weights zero, or not finite: split evenly.
 */
export function splitNano(total: Nano, weights: readonly number[]): Nano[] {
  if (weights.length === 0) return [];
  // Most pods have neither volumes nor billable traffic.
  if (total === 0) return weights.map(() => 0);
  const sum = weights.reduce((left, right) => left + right, 0);
  const isDivisible = sum > 0 && sum < Infinity;
  const shares = weights.map((weight) => (isDivisible ? weight / sum : 1 / weights.length));
  const exact = shares.map((share) => total * share);
  // Beyond 2^53 there is no nano to be placed: adding one changes nothing.
  if (!Number.isSafeInteger(total)) return exact;
  const parts = exact.map((part) => Math.floor(part));
  let rest = total - parts.reduce((left, right) => left + right, 0);
  const order = exact
    .map((part, index) => ({ index, remainder: part - Math.floor(part) }))
    .sort((left, right) => right.remainder - left.remainder || left.index - right.index);
  // Floating point may leave the rest a nano outside 0..n-1, hence the sign and the loop round.
  for (let turn = 0; rest !== 0; turn++) {
    const step = Math.sign(rest);
    const index = order[turn % order.length]?.index ?? 0;
    parts[index] = (parts[index] ?? 0) + step;
    rest -= step;
  }
  return parts;
}
