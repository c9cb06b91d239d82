import { othersOf, withOtherHistories, type FleetConfig } from '../../cost/fleet.ts';
import type { Digest } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { TimeMs } from '../../model/time.ts';
import { mergeDigests } from './mergeDigests.ts';

/** What the archives of the other clusters hold of a week. */
export interface OtherDigests {
  readonly digests: readonly Digest[];
  /** Clusters that have data of the week, or cannot be read, and no digest of it. */
  readonly missing: readonly string[];
}

/** Reads the digests that the other clusters made of a week. */
export async function readOtherDigests(
  config: FleetConfig,
  week: Pick<Week, 'name' | 'end'>,
  open: (path: string) => Promise<HistoryReader>,
): Promise<OtherDigests> {
  return withOtherHistories(config, open, async ({ histories, unread }) => {
    const digests: Digest[] = [];
    const without = new Set(unread);
    for (const { cluster, reader } of histories) {
      const stored = await reader.digest(week.name);
      if (stored !== null) digests.push(stored.digest);
      else if (await hasDataBefore(week.end, reader)) without.add(cluster);
    }
    const missing = othersOf(config).flatMap(({ cluster }) =>
      without.has(cluster) ? cluster : [],
    );
    return { digests, missing };
  });
}

async function hasDataBefore(time: TimeMs, reader: HistoryReader): Promise<boolean> {
  const { historyStart } = await reader.status();
  return historyStart !== null && historyStart < time;
}

/** One digest of all clusters, in the order of the configuration. */
export function mergeWithOthers(
  own: Digest,
  { digests, missing }: OtherDigests,
  { fleet = [] }: FleetConfig,
): Digest {
  const all = new Map([own, ...digests].map((digest) => [digest.cluster, digest]));
  const ordered = fleet.flatMap(({ cluster }) => all.get(cluster) ?? []);
  return mergeDigests(ordered.length === 0 ? [own] : ordered, missing);
}
