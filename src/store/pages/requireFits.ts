import type { TimeMs } from '../../model/time.ts';
import { HistoryError } from '../history.ts';
import type { CostGroup } from './costGroups.ts';
import type { CostSpans } from './costSpans.ts';
import { planBuckets, type Grain } from './levels.ts';

/** Rows of an answer unless the question asks for fewer: more sums would not fit into memory. */
const MAX_ROWS = 2_000_000;
/** Pages that one question may read: a page takes some 20 µs, and a question gets three minutes. */
const MAX_PAGES = 4_000_000;

/** What the size of an answer is known by. */
export interface CostKeys {
  /** The keys alone of a bucket's pages of costs. */
  keys(level: keyof CostSpans, bucket: TimeMs): Promise<readonly number[]>;
  /** How many keys of all levels there are. Cheap. */
  keyCount(): Promise<number>;
}

export type Grains = Readonly<Record<keyof CostSpans, Grain>>;

/** The groups that keys belong to; null for one that is not asked for. */
type GroupsOf = (
  level: keyof CostSpans,
  keys: readonly number[],
) => Promise<readonly (CostGroup | null)[]>;

/**
 * Refuses a question whose answer would be too large, by keys alone: before any page of the history is read. The bound on
 * the rows is exact but for groups that lived in a part of a page's time.
 *
 * @param mostRows groups × steps, at most; 2,000,000 by default
 * @throws HistoryError `too-large`
 */
export async function requireFits(
  source: CostKeys,
  spans: readonly CostSpans[],
  grains: Grains,
  groupsOf: GroupsOf,
  mostRows = MAX_ROWS,
): Promise<void> {
  const levels = Object.keys(grains) as (keyof CostSpans)[];
  const bucketsOf = (each: readonly CostSpans[], level: keyof CostSpans) =>
    planBuckets(
      each.map((one) => one[level]),
      grains[level],
    ).map(({ bucket }) => bucket);
  const known = await source.keyCount();
  const buckets = levels.reduce((sum, level) => sum + bucketsOf(spans, level).length, 0);
  if (known * buckets <= MAX_PAGES && known * spans.length <= mostRows) return;

  let pages = 0;
  let rows = 0;
  // Steps are in order, so that one bucket of a level at a time is enough.
  const last = new Map<
    keyof CostSpans,
    { readonly bucket: number; readonly groups: readonly (CostGroup | null)[] }
  >();
  for (const step of spans) {
    const seen = new Set<CostGroup>();
    for (const level of levels) {
      for (const bucket of bucketsOf([step], level)) {
        let held = last.get(level);
        if (held?.bucket !== bucket) {
          const keys = await source.keys(level, bucket);
          pages += keys.length;
          if (pages > MAX_PAGES)
            throw tooLarge(`reading the answer would take more than ${MAX_PAGES} pages`);
          held = { bucket, groups: await groupsOf(level, keys) };
          last.set(level, held);
        }
        for (const group of held.groups) if (group !== null) seen.add(group);
      }
    }
    rows += seen.size;
    if (rows > mostRows) throw tooLarge(`the answer would have more than ${mostRows} rows`);
  }
}

function tooLarge(what: string): HistoryError {
  const cure = 'ask for longer steps, a shorter time or by fewer dimensions';
  return new HistoryError('too-large', `${what}: ${cure}`);
}
