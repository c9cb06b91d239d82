import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Span } from './costSpans.ts';
import type { Statement } from './database.ts';
import type { PageCodec } from './pageCodec.ts';
import { monthOf } from './slots.ts';

/** A level's pages: where the bucket of a time begins, where the next one does, and a slot's length. */
export interface Grain {
  readonly bucketOf: (time: TimeMs) => TimeMs;
  readonly next: (bucket: TimeMs) => TimeMs;
  readonly slotMs: number;
}

/** Days, in pages of a UTC month. */
export const DAYS: Grain = {
  bucketOf: monthOf,
  next: (month) => monthOf(month + 32 * DAY_MS),
  slotMs: DAY_MS,
};

/** Hours, in pages of a UTC day. */
export const HOURS: Grain = {
  bucketOf: (time) => floorTo(time, DAY_MS),
  next: (day) => day + DAY_MS,
  slotMs: HOUR_MS,
};

/** Windows, in pages of an hour. */
export function windowsGrain(windowMs: number): Grain {
  return {
    bucketOf: (time) => floorTo(time, HOUR_MS),
    next: (hour) => hour + HOUR_MS,
    slotMs: windowMs,
  };
}

/** A bucket that has to be read, and which step each of its slots belongs to (undefined: to none). */
export interface BucketPlan {
  readonly bucket: TimeMs;
  readonly steps: readonly (number | undefined)[];
}

/** Every bucket that the steps' spans touch, oldest first: each is read once, for all steps. */
export function planBuckets(
  spansOfSteps: readonly (readonly Span[])[],
  grain: Grain,
): readonly BucketPlan[] {
  const plans = new Map<TimeMs, (number | undefined)[]>();
  for (const [step, spans] of spansOfSteps.entries()) {
    for (const span of spans) {
      for (let bucket = grain.bucketOf(span.from); bucket < span.to; bucket = grain.next(bucket)) {
        const from = Math.max(0, (span.from - bucket) / grain.slotMs);
        const to = (Math.min(span.to, grain.next(bucket)) - bucket) / grain.slotMs;
        const steps = plans.get(bucket) ?? [];
        for (let slot = from; slot < to; slot += 1) steps[slot] = step;
        plans.set(bucket, steps);
      }
    }
  }
  return [...plans].sort(([a], [b]) => a - b).map(([bucket, steps]) => ({ bucket, steps }));
}

/** A page of one key. */
export interface PageRow {
  readonly key: number;
  readonly page: Buffer;
}

/** Adds the pages of planned buckets to the sums of their keys; null leaves a key out. */
export function addPages(
  statement: Statement,
  codec: PageCodec,
  plans: readonly BucketPlan[],
  sumsOf: (key: number) => ((step: number) => Float64Array) | null,
): void {
  for (const { bucket, steps } of plans) {
    for (const { key, page } of statement.iterate(bucket) as Iterable<PageRow>) {
      const sums = sumsOf(key);
      if (sums !== null) codec.addTo(sums, page, steps);
    }
  }
}
