import { DAY_MS, type TimeMs } from '../model/time.ts';
import { mergeSketches, quantile } from './sketch.ts';
import type { UsageDay } from './usageDays.ts';

/** Half-life of a day's weight in the CPU percentile: VPA's 24 h nearly forgets last week. */
export const HALF_LIFE_DAYS = 7;

export interface RecommendationRule {
  /** Quantile of CPU use that the request is to cover, 0..1. */
  readonly percentile: number;
  /** Factor on top, for CPU and memory. */
  readonly margin: number;
  readonly floorCores: number;
  readonly floorBytes: number;
}

export interface Recommendation {
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/**
 * What to request instead, from up to 14 days of use. CPU: the larger of all pods' pooled percentile
 * and the hottest pod's, newer days counting more; memory: the highest daily peak, never decayed, since
 * memory that was needed once kills when it is missing. Both with a margin, neither below its floor.
 * Null without data. Rule and defaults: docs/rightsizing.md.
 */
export function recommend(
  days: readonly UsageDay[],
  today: TimeMs,
  rule: RecommendationRule,
): Recommendation | null {
  const weigh = ({ day }: UsageDay): number => 0.5 ** ((today - day) / DAY_MS / HALF_LIFE_DAYS);
  const pooled = mergeSketches(days.map((day) => ({ sketch: day.cpu, weight: weigh(day) })));
  const hottest = mergeSketches(days.map((day) => ({ sketch: day.hottest, weight: weigh(day) })));
  const pooledCores = quantile(pooled, rule.percentile);
  const hottestCores = quantile(hottest, rule.percentile);
  if (pooledCores === null || hottestCores === null) return null;
  const peak = Math.max(...days.map(({ ramPeakBytes }) => ramPeakBytes));
  return {
    cpuCores: Math.max(rule.floorCores, Math.max(pooledCores, hottestCores) * rule.margin),
    ramBytes: Math.max(rule.floorBytes, peak * rule.margin),
  };
}
