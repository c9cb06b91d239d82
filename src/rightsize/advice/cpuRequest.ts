import type { Reading } from '../../model/reading.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { ContainerDay } from '../containerDay.ts';
import { HALF_LIFE_DAYS, type RecommendationRule } from '../recommend.ts';
import { mergeSketches, quantile, type Sketch } from '../sketch.ts';
import { busiestHour } from './busyHours.ts';

/** What a CPU request rests on, in cores; the largest of the three decides. */
export interface CpuBasis {
  readonly pooled: number;
  readonly hottest: number;
  /** The busiest hour that comes back; null while none has. */
  readonly busiestHour: Reading;
  /** With margin and floor. */
  readonly cores: number;
}

/**
 * The larger of all pods' pooled percentile and the hottest pod's, newer days counting more, and the busiest
 * hour that comes back; with a margin, never below the floor. Null without data.
 */
export function cpuBasis(
  days: readonly ContainerDay[],
  today: TimeMs,
  rule: RecommendationRule,
): CpuBasis | null {
  const weighed = (of: (day: ContainerDay) => Sketch): Sketch =>
    mergeSketches(
      days.map((day) => ({
        sketch: of(day),
        weight: 0.5 ** ((today - day.day) / DAY_MS / HALF_LIFE_DAYS),
      })),
    );
  const pooled = quantile(
    weighed(({ cpu }) => cpu),
    rule.percentile,
  );
  const hottest = quantile(
    weighed((day) => day.hottest),
    rule.percentile,
  );
  if (pooled === null || hottest === null) return null;
  const busiest = busiestHour(days);
  const used = Math.max(pooled, hottest, busiest ?? 0);
  return {
    pooled,
    hottest,
    busiestHour: busiest,
    cores: Math.max(rule.floorCores, used * rule.margin),
  };
}
