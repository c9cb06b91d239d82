import { COVERAGE_FAMILIES, type MeasuredShares } from '../model/coverage.ts';
import type { ContainerSample, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';

/**
 * An incomplete window is read again for this long, so that two hours of partial answers are mended once they are over;
 * later only `backfill` fills it.
 */
export const REASK_MS: TimeMs = 3 * HOUR_MS;

/** How much of a window was seen of each family, in containers that were seen all through it; `pods` in pods. */
export type Observed = Readonly<Record<keyof MeasuredShares | 'pods', number>>;

/** What a sealed window holds, as far as it decides whether another answer is better. */
export interface SealedData {
  readonly observed: Observed;
  readonly complete: boolean;
}

/** Rounding is no difference. */
const SAME_SHARE = 1e-6;
const MEASURED = COVERAGE_FAMILIES.filter((family) => family !== 'price');

/** What a window's answers show. An answer that lacks half of the containers shows less, though each is seen whole. */
export function observedIn({ pods }: Pick<Snapshot, 'pods'>): Observed {
  const sums = { cpu: 0, memory: 0, requests: 0, network: 0, disk: 0, pods: 0 };
  for (const pod of pods) {
    sums.pods += pod.heldShare;
    for (const container of pod.containers)
      for (const family of MEASURED)
        sums[family] += container.runShare * shareOf(container, family);
  }
  return sums;
}

function shareOf({ coverage, coverageBy }: ContainerSample, family: keyof MeasuredShares): number {
  return coverageBy?.[family] ?? coverage;
}

/** What is whole may show so much less: a partial answer may have taken a life to be longer than it was. */
const LEAST_KEPT = 0.9;

/** True for an answer that shows more of some family and less of none, or is whole now and shows hardly less of any. */
export function isBetter(before: SealedData, after: SealedData): boolean {
  const families = Object.keys(before.observed) as (keyof Observed)[];
  if (after.complete && !before.complete)
    return families.every(
      (family) => after.observed[family] >= LEAST_KEPT * before.observed[family],
    );
  const change = families.map((family) => {
    const [was, is] = [before.observed[family], after.observed[family]];
    return Math.abs(is - was) <= SAME_SHARE * Math.max(is, was) ? 0 : is - was;
  });
  if (change.some((grown) => grown < 0)) return false;
  return change.some((grown) => grown > 0);
}
