import {
  DAY_HOURS,
  DAY_MS,
  floorTo,
  HOUR_MS,
  monthStart,
  nextMonth,
  type Span,
  type TimeMs,
} from '../../model/time.ts';
import {
  COST_COLUMNS,
  NODE_COLUMNS,
  NODE_SUM_COLUMNS,
  USAGE_COLUMNS,
  type PageColumn,
} from './columns.ts';
import type { BucketSums, KeptBuckets } from './keptSums.ts';
import { PageCodec, type PageRow } from './pageCodec.ts';
import { SlotSums } from './slotSums.ts';
import { SUM_COLUMNS } from './usageSums.ts';

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

/** Which page and which slot of it a time falls into. */
export interface Slot {
  readonly bucket: TimeMs;
  readonly slot: number;
}

export function slotOf({ bucketOf, slotMs }: Grain, time: TimeMs): Slot {
  const bucket = bucketOf(time);
  return { bucket, slot: (time - bucket) / slotMs };
}

const DAYS_A_MONTH = 31;

/** The codecs of all levels of pages. */
export function pageCodecs(windowMs: number) {
  const windows = HOUR_MS / windowMs;
  return {
    usage: new PageCodec(USAGE_COLUMNS, windows),
    costHours: new PageCodec(COST_COLUMNS, DAY_HOURS),
    costDays: new PageCodec(COST_COLUMNS, DAYS_A_MONTH),
    nodes: new PageCodec(NODE_COLUMNS, windows),
    nodeHours: new PageCodec(NODE_SUM_COLUMNS, DAY_HOURS),
    nodeDays: new PageCodec(NODE_SUM_COLUMNS, DAYS_A_MONTH),
  };
}

/** The codec of pinned pages: windows of an hour, summed over pods. */
export function pinnedCodec(windowMs: number): PageCodec {
  return new PageCodec(SUM_COLUMNS, HOUR_MS / windowMs);
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

/** The pages of a level, and how each is added to the sums of its bucket's slots. */
export interface LevelPages<Page extends { readonly key: number }> {
  readonly grain: Grain;
  readonly columns: readonly PageColumn[];
  /** Slots of a bucket. */
  readonly slots: number;
  /** True where slots can be read without those before them. */
  readonly bySlot: boolean;
  /** The pages of a bucket, some thousands at a time. @param from the first slot that is wanted, where they are read by slot */
  load(bucket: TimeMs, from: number): AsyncIterable<readonly Page[]>;
  add(sums: SlotSums, page: Page, bucket: TimeMs, from: number): void;
}

/** Pages as `codec` packs them. */
export function packedPages(
  grain: Grain,
  codec: PageCodec,
  load: (bucket: TimeMs) => AsyncIterable<readonly PageRow[]>,
): LevelPages<PageRow> {
  const { columns, slots } = codec;
  const add = (sums: SlotSums, { page }: PageRow) => codec.addTo(sums, page);
  return { grain, columns, slots, bySlot: false, load, add };
}

/** More groups at once would take hundreds of megabytes: what they have is added to their steps first. */
const MAX_HELD = 4_096;

/**
 * Adds the pages of planned buckets to the sums of their groups.
 *
 * @param groupsOf what the pages of each key are added to; null leaves them out.
 * @param sumsOf a group's sums in a step; asked for only where there is a row in it.
 * @param kept sums of buckets that were read before, up to `watermark` or not as far; null keeps none.
 */
export async function addPages<Page extends { readonly key: number }, Group>(
  level: LevelPages<Page>,
  plans: readonly BucketPlan[],
  groupsOf: GroupFinder<Group>,
  sumsOf: (group: Group, step: number) => Float64Array,
  kept: KeptBuckets<Group> | null,
  watermark: TimeMs,
): Promise<void> {
  const { grain, columns } = level;
  const spare: SlotSums[] = [];
  const addAll = (sums: BucketSums<Group>, steps: BucketPlan['steps']): void => {
    for (const [group, slots] of sums) slots.addTo(steps, (step) => sumsOf(group, step));
  };
  for (const { bucket, steps } of plans) {
    const known = kept?.get(bucket);
    const end = Math.min(grain.next(bucket), watermark);
    const slots = Math.floor((end - bucket) / grain.slotMs);
    if (known !== undefined && known.slots >= slots) {
      addAll(known.sums, steps);
      continue;
    }
    const before = level.bySlot ? known : undefined;
    const from = before?.slots ?? 0;
    const held = new Map<Group, SlotSums>();
    for (const [group, sums] of before?.sums ?? []) held.set(group, sums.copy());
    let isWhole = true;
    const release = (): void => {
      addAll(held, steps);
      for (const sums of held.values()) {
        sums.clear();
        spare.push(sums);
      }
      held.clear();
    };
    for await (const pages of level.load(bucket, from)) {
      const groupOf = await groupsOf(pages.map(({ key }) => key));
      for (const page of pages) {
        const group = groupOf(page.key);
        if (group === null) continue;
        let sums = held.get(group);
        if (sums === undefined) {
          if (held.size >= MAX_HELD) {
            release();
            isWhole = false;
          }
          held.set(group, (sums = spare.pop() ?? new SlotSums(columns, level.slots)));
        }
        level.add(sums, page, bucket, from);
      }
    }
    if (isWhole && kept?.put(bucket, { slots, sums: held }) === true) addAll(held, steps);
    else release();
  }
}
