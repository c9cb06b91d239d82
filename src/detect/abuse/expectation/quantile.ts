/** Quantile by linear interpolation; 0 of nothing. */
export function quantileOf(values: readonly number[], q: number): number {
  return values.length === 0 ? 0 : selectQuantile(new Float64Array(values), q);
}

/** The middle of the values. */
export function medianOf(values: readonly number[]): number {
  return quantileOf(values, HALF);
}

/** The middle of the values; changes their order. */
export function selectMedian(values: Float64Array): number {
  return selectQuantile(values, HALF);
}

const HALF = 0.5;

/** The same by selection, in linear time; changes the order of `values`. */
export function selectQuantile(values: Float64Array, q: number): number {
  const at = (values.length - 1) * q;
  const low = Math.floor(at);
  select(values, low);
  const a = values[low] ?? 0;
  if (at === low) return a;
  let b = Infinity;
  for (let index = low + 1; index < values.length; index++) b = Math.min(b, values[index] ?? b);
  // Two equal infinities have no difference.
  return a === b ? a : a + (b - a) * (at - low);
}

/** Scales a median absolute deviation to a standard deviation of normal noise. */
const MAD_TO_SIGMA = 1.4826;

/** Robust standard deviation around `middle`: 1.4826 MAD. */
export function robustDeviation(values: ArrayLike<number>, middle: number): number {
  const away = new Float64Array(values.length);
  for (let at = 0; at < away.length; at++) away[at] = Math.abs((values[at] ?? 0) - middle);
  return away.length === 0 ? 0 : MAD_TO_SIGMA * selectMedian(away);
}

/** Puts the k-th smallest at k, nothing larger before it and nothing smaller behind it (Hoare 1961). */
function select(values: Float64Array, k: number): void {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] ?? 0;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const swap = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = swap;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}
