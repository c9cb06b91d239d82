import { othersOf, type FleetConfig } from '../../cost/fleet.ts';
import type { Digest } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';
import { HistoryError, type HistoryReader } from '../../store/history.ts';
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
  const digests: Digest[] = [];
  const missing: string[] = [];
  for (const { cluster, path } of othersOf(config)) {
    const found = await readOne(path, week, open);
    if (found === 'missing') missing.push(cluster);
    else if (found !== null) digests.push(found);
  }
  return { digests, missing };
}

async function readOne(
  path: string,
  week: Pick<Week, 'name' | 'end'>,
  open: (path: string) => Promise<HistoryReader>,
): Promise<Digest | 'missing' | null> {
  let reader: HistoryReader;
  try {
    reader = await open(path);
  } catch (error) {
    // A cluster without a history is not there yet; one that cannot be read holds up no other.
    if (error instanceof HistoryError) return error.code === 'missing' ? null : 'missing';
    throw error;
  }
  try {
    const stored = await reader.digest(week.name);
    if (stored !== null) return stored.digest;
    const { historyStart } = await reader.status();
    return historyStart !== null && historyStart < week.end ? 'missing' : null;
  } finally {
    await reader.close();
  }
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
