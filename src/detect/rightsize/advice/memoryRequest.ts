import { maxKnown, type Reading } from '../../../model/reading.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';

const MIB = 2 ** 20;
/** After an OOM kill: at least this much more, and at least this factor (VPA's defaults). */
const OOM_BUMP_BYTES = 100 * MIB;
const OOM_BUMP_FACTOR = 1.2;

/** What a memory request rests on, in bytes. */
export interface MemoryBasis {
  readonly peak: number;
  /** What OOM kills ask for; null without any. */
  readonly afterOom: Reading;
  readonly oomKills: number;
  /** With margin and floor. */
  readonly bytes: number;
}

/**
 * The highest daily peak with a margin, never decayed, since memory that was needed once kills when it is
 * missing; after an OOM kill at least what that asks for. Null without data.
 */
export function memoryBasis(
  days: readonly ContainerDay[],
  rule: RecommendationRule,
): MemoryBasis | null {
  const seen = days.filter(({ ramPeakBytes, oomKills }) => ramPeakBytes > 0 || oomKills > 0);
  if (seen.length === 0) return null;
  const peak = Math.max(...seen.map(({ ramPeakBytes }) => ramPeakBytes));
  const killedAt = maxKnown(...seen.map(({ oomBytes }) => oomBytes));
  const afterOom = killedAt === null ? null : bytesAfterOom(killedAt);
  return {
    peak,
    afterOom,
    oomKills: seen.reduce((sum, { oomKills }) => sum + oomKills, 0),
    bytes: Math.max(rule.floorBytes, peak * rule.margin, afterOom ?? 0),
  };
}

/** VPA's rule: max(base + 100 MiB, base × 1.2), for example 1000 MiB → 1200 MiB. */
export function bytesAfterOom(bytes: number): number {
  return Math.max(bytes + OOM_BUMP_BYTES, bytes * OOM_BUMP_FACTOR);
}
