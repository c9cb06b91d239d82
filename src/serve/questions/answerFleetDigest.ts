import { mergeWithOthers, readOtherDigests } from '../../digest/merge/readFleetDigests.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import type { Digest } from '../../store/digests/digest.ts';
import type { AnswerContext } from './answerContext.ts';

/** A week’s digest of all clusters, or of those that the asker may see; null where this one has none. */
export async function answerFleetDigest(
  { week, clusters }: { readonly week: string; readonly clusters: readonly string[] },
  { reader, config }: AnswerContext,
): Promise<Digest | null> {
  const stored = await reader.digest(week);
  if (stored === null) return null;
  const own = config();
  const fleet = (own.fleet ?? []).filter(({ cluster }) => clusters.includes(cluster));
  const seen = { cluster: own.cluster, fleet };
  const others = await readOtherDigests(seen, stored.digest.week, openHistoryReader);
  return mergeWithOthers(stored.digest, others, seen);
}
