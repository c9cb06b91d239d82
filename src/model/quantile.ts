/** Quantile by linear interpolation, in linear time; 0 of nothing. */
export function quantileOf(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) return 0;
  const list = new Float64Array(values);
  const at = (list.length - 1) * q;
  const low = Math.floor(at);
  select(list, low);
  const a = list[low] ?? 0;
  if (at === low) return a;
  let b = Infinity;
  for (let index = low + 1; index < list.length; index++) b = Math.min(b, list[index] ?? b);
  // Two equal infinities have no difference.
  return a === b ? a : a + (b - a) * (at - low);
}

const HALF = 0.5;

/** The middle of the values. */
export function medianOf(values: ArrayLike<number>): number {
  return quantileOf(values, HALF);
}

/** Scales a median absolute deviation to a standard deviation of normal noise. */
const MAD_TO_SIGMA = 1.4826;

/** Robust standard deviation around `middle`: 1.4826 MAD. */
export function robustDeviation(values: ArrayLike<number>, middle: number): number {
  const away = new Float64Array(values);
  for (let at = 0; at < away.length; at++) away[at] = Math.abs((away[at] ?? 0) - middle);
  return MAD_TO_SIGMA * medianOf(away);
}

/** A point that counts as much as its weight. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/** The line `offset + slope × x` through points by least squares, or through the origin too; flat where `x` does not vary. */
export function leastSquares(
  points: readonly Point[],
  throughOrigin = false,
): { readonly offset: number; readonly slope: number } {
  let [weights, meanX, meanY, spread, together] = [0, 0, 0, 0, 0];
  for (const { x, y, weight } of points) {
    weights += weight;
    meanX += weight * x;
    meanY += weight * y;
  }
  meanX = throughOrigin ? 0 : meanX / weights;
  meanY = throughOrigin ? 0 : meanY / weights;
  for (const { x, y, weight } of points) {
    spread += weight * (x - meanX) ** 2;
    together += weight * (x - meanX) * (y - meanY);
  }
  const slope = spread > 0 ? together / spread : 0;
  return { offset: meanY - slope * meanX, slope };
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
