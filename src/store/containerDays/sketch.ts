/**
 * A mergeable quantile sketch: a sparse histogram over logarithmic buckets, after DDSketch (Masson, Rim
 * and Lee, VLDB 2019). With γ = (1+α)/(1−α) the bucket i holds values in (γ^(i−1), γ^i], and its
 * representative 2γ^i/(γ+1) is within α of every value in it. Merging adds counts, so the sketch of
 * several days equals the sketch of all their values.
 */
export interface Sketch {
  /** Bucket index → count, by ascending index. */
  readonly buckets: readonly Bucket[];
  /** Values at or below `SMALLEST`, among them zero. */
  readonly zeros: number;
  readonly count: number;
  readonly max: number;
}

type Bucket = readonly [index: number, count: number];

/** Relative error of every quantile. */
export const SKETCH_ERROR = 0.01;
/** Smaller values count as zero: 10 µcore, or less than a byte. */
const SMALLEST = 1e-5;
const GAMMA = (1 + SKETCH_ERROR) / (1 - SKETCH_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

export const EMPTY_SKETCH: Sketch = { buckets: [], zeros: 0, count: 0, max: 0 };

/** The bucket that a value falls into; null for what counts as zero. */
export function bucketOf(value: number): number | null {
  // Plus zero turns −0 into 0, so that merged and grown sketches are the same to the letter.
  return value <= SMALLEST ? null : Math.ceil(Math.log(value) / LOG_GAMMA) + 0;
}

/** Sketches merged, each count multiplied by its weight (1 by default); weights may decay with age. */
export function mergeSketches(
  parts: readonly { readonly sketch: Sketch; readonly weight?: number }[],
): Sketch {
  let buckets: readonly Bucket[] = [];
  let zeros = 0;
  let count = 0;
  let max = 0;
  for (const { sketch, weight = 1 } of parts) {
    buckets = added(buckets, sketch.buckets, weight);
    zeros += sketch.zeros * weight;
    count += sketch.count * weight;
    max = Math.max(max, sketch.max);
  }
  return { buckets, zeros, count, max };
}

function added(sums: readonly Bucket[], more: readonly Bucket[], weight: number): Bucket[] {
  const both: Bucket[] = [];
  let at = 0;
  for (const [index, count] of more) {
    for (; at < sums.length && sums[at]![0] < index; at += 1) both.push(sums[at]!);
    const before = at < sums.length && sums[at]![0] === index ? sums[at++]![1] : 0;
    both.push([index, before + count * weight]);
  }
  for (; at < sums.length; at += 1) both.push(sums[at]!);
  return both;
}

/**
 * The value at quantile `q` (0..1) by nearest rank, within 1 % of the true one; never above the true
 * maximum. Null when the sketch is empty.
 */
export function quantile(sketch: Sketch, q: number): number | null {
  if (sketch.count <= 0) return null;
  if (q >= 1) return sketch.max;
  const rank = q * sketch.count;
  let seen = sketch.zeros;
  if (seen >= rank && sketch.zeros > 0) return 0;
  for (const [index, n] of sketch.buckets) {
    seen += n;
    if (seen >= rank - 1e-9) return Math.min((2 * GAMMA ** index) / (GAMMA + 1), sketch.max);
  }
  return sketch.max;
}

/** Share of the values that lie above `limit`, 0..1; a bucket that straddles it counts whole. */
export function shareAbove(sketch: Sketch, limit: number): number {
  if (sketch.count <= 0) return 0;
  const edge = limit <= SMALLEST ? -Infinity : Math.ceil(Math.log(limit) / LOG_GAMMA);
  let above = 0;
  for (const [index, n] of sketch.buckets) if (index > edge) above += n;
  return above / sketch.count;
}
