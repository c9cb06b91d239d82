/** Below this a number is what rounding left of zero: no signal counts in such units. */
const NOTHING = 1e-9;

/** A signal's value or threshold with four digits that count; texts as they are. */
export function readable(value: number | string | null): string | null {
  if (typeof value !== 'number') return value;
  return Math.abs(value) < NOTHING ? '0' : String(Number(value.toPrecision(4)));
}
