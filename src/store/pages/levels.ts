import {
  DAY_MS,
  floorTo,
  HOUR_MS,
  monthStart,
  nextMonth,
  type Span,
  type TimeMs,
} from '../../model/time.ts';
import type { PageRow } from './pageBuffer.ts';
import type { PageCodec } from './pageCodec.ts';
import { SlotSums } from './slotSums.ts';

/** A level's pages: where the bucket of a time begins, where the next one does, and a slot's length. */
export interface Grain {
  readonly bucketOf: (time: TimeMs) => TimeMs;
  readonly next: (bucket: TimeMs) => TimeMs;
  readonly slotMs: number;
}

/** Days, in pages of a UTC month. */
export const DAYS: Grain = {
  bucketOf: monthStart,
  next: nextMonth,
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

/** Finds what the keys of many pages belong to. */
export type GroupFinder<Group> = (
  keys: readonly number[],
) => Promise<(key: number) => Group | null>;

/** More groups at once would take hundreds of megabytes: what they have is added to their steps first. */
const MAX_HELD = 4_096;

/**
 * Adds the pages of planned buckets to the sums of their groups.
 *
 * @param groupsOf what the pages of each key are added to; null leaves them out.
 * @param sumsOf a group's sums in a step; asked for only where there is a row in it.
 */
export async function addPages<Group>(
  load: (bucket: TimeMs) => Promise<readonly PageRow[]>,
  codec: PageCodec,
  plans: readonly BucketPlan[],
  groupsOf: GroupFinder<Group>,
  sumsOf: (group: Group, step: number) => Float64Array,
): Promise<void> {
  const spare: SlotSums[] = [];
  const held = new Map<Group, SlotSums>();
  const release = (steps: BucketPlan['steps']): void => {
    for (const [group, sums] of held) {
      sums.addTo(steps, (step) => sumsOf(group, step));
      sums.clear();
      spare.push(sums);
    }
    held.clear();
  };
  for (const { bucket, steps } of plans) {
    const pages = await load(bucket);
    const groupOf = await groupsOf(pages.map(({ key }) => key));
    for (const { key, page } of pages) {
      const group = groupOf(key);
      if (group === null) continue;
      let sums = held.get(group);
      if (sums === undefined) {
        if (held.size === MAX_HELD) release(steps);
        held.set(group, (sums = spare.pop() ?? new SlotSums(codec.columns, codec.slots)));
      }
      codec.addTo(sums, page);
    }
    release(steps);
  }
}
