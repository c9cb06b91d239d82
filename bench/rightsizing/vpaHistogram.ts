/** How VPA lays out the buckets of a histogram: the first holds [0, first), each next one is wider by `ratio`. */
export interface ExponentialBuckets {
  readonly largest: number;
  readonly first: number;
  readonly ratio: number;
}

/** VPA's CPU histogram in cores, and its memory histogram in bytes (recommender, aggregations configuration). */
export const VPA_CPU: ExponentialBuckets = { largest: 1000, first: 0.01, ratio: 1.05 };
export const VPA_MEMORY: ExponentialBuckets = { largest: 1e12, first: 1e7, ratio: 1.05 };

/** Where a bucket begins: `first × (1 + ratio + ratio² + …)`, a geometric sum of `index` terms. */
export function bucketStart({ first, ratio }: ExponentialBuckets, index: number): number {
  return (first * (ratio ** index - 1)) / (ratio - 1);
}

/** Number of buckets: enough for the last one to begin beyond `largest`. */
export function bucketCount({ largest, first, ratio }: ExponentialBuckets): number {
  return Math.ceil(Math.log((largest * (ratio - 1)) / first + 1) / Math.log(ratio)) + 1;
}

/** The bucket that a value falls into; the last one has no end. */
export function findBucket(buckets: ExponentialBuckets, value: number): number {
  const { first, ratio } = buckets;
  if (value < first) return 0;
  const index = Math.floor(Math.log((value * (ratio - 1)) / first + 1) / Math.log(ratio) + 1e-9);
  return Math.min(index, bucketCount(buckets) - 1);
}

/** Weights below this count as an empty bucket. */
const EPSILON = 1e-4;

/** VPA's decaying histogram: a sample weighs twice as much as one that is a half-life older. */
export class DecayingHistogram {
  readonly #start: (index: number) => number;
  readonly #find: (value: number) => number;
  readonly #count: number;
  readonly #halfLife: number;
  readonly #weights = new Map<number, number>();
  #reference: number | null = null;

  constructor(
    layout: {
      readonly start: (index: number) => number;
      readonly find: (value: number) => number;
      readonly count: number;
    },
    halfLife: number,
  ) {
    this.#start = layout.start;
    this.#find = layout.find;
    this.#count = layout.count;
    this.#halfLife = halfLife;
  }

  static exponential(buckets: ExponentialBuckets, halfLife: number): DecayingHistogram {
    const layout = {
      start: (index: number) => bucketStart(buckets, index),
      find: (value: number) => findBucket(buckets, value),
      count: bucketCount(buckets),
    };
    return new DecayingHistogram(layout, halfLife);
  }

  /** Adds a sample; `time` in the unit of the half-life. */
  add(value: number, weight: number, time: number): void {
    this.#reference ??= time;
    const age = (time - this.#reference) / this.#halfLife;
    if (age > 100) {
      for (const [bucket, sum] of this.#weights) this.#weights.set(bucket, sum * 2 ** -age);
      this.#reference = time;
    }
    const now = (time - this.#reference) / this.#halfLife;
    const bucket = this.#find(value);
    this.#weights.set(bucket, (this.#weights.get(bucket) ?? 0) + weight * 2 ** now);
  }

  /** The END of the bucket in which the percentile lies (0..1); the start of the last bucket; 0 when empty. */
  percentile(share: number): number {
    const filled = [...this.#weights].filter(([, weight]) => weight >= EPSILON);
    if (filled.length === 0) return 0;
    filled.sort(([a], [b]) => a - b);
    const threshold = share * [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    let bucket = filled[0]![0];
    for (const [index, weight] of filled) {
      bucket = index;
      sum += weight;
      if (sum >= threshold) break;
    }
    return this.#start(Math.min(bucket + 1, this.#count - 1));
  }
}
