import type { Reading } from '../../../model/reading.ts';
import { DAY_MS, type TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import { mergeSketches, quantile, type Sketch } from '../../../store/containerDays/sketch.ts';
import { busiestHour } from './busyHours.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';
import { isSkewed } from './skew.ts';

/** Half-life of a day's weight in the CPU percentile: VPA's 24 h nearly forgets last week. */
const HALF_LIFE_DAYS = 7;

/** What a CPU request rests on, in cores; the largest of the three decides. */
export interface CpuBasis {
  readonly pooled: number;
  /** The percentile of the pod that is the hottest hour after hour; null where no pod is. */
  readonly hottest: Reading;
  /** The busiest hour that comes back, where the others with their margin do not cover it; null elsewhere. */
  readonly busiestHour: Reading;
  /** What to request, before rounding. */
  readonly cores: number;
}

/**
 * The larger of all pods' pooled percentile and the hottest pod's, newer days counting more, with a margin; at least
 * what the busiest hour that comes back needs of one pod, and the floor. Null without data.
 */
export function cpuBasis(
  days: readonly ContainerDay[],
  today: TimeMs,
  rule: RecommendationRule,
): CpuBasis | null {
  const percentile = (of: (day: ContainerDay) => Sketch): Reading =>
    quantile(
      mergeSketches(
        days.map((day) => ({
          sketch: of(day),
          weight: 0.5 ** ((today - day.day) / DAY_MS / HALF_LIFE_DAYS),
        })),
      ),
      rule.percentile,
    );
  const pooled = percentile(({ cpu }) => cpu);
  if (pooled === null) return null;
  const ofHottest = percentile((day) => day.hottest);
  const hottest = isSkewed(days) ? ofHottest : null;
  const covered = Math.max(pooled, hottest ?? 0) * rule.margin;
  const busiest = ofOnePod(busiestHour(days), pooled, hottest === null ? ofHottest : null);
  const beyond = busiest !== null && busiest > covered ? busiest : null;
  const cores = Math.max(rule.floorCores, covered, beyond ?? 0);
  return { pooled, hottest, busiestHour: beyond, cores };
}

/**
 * Hours are kept as the hottest pod's. Where another pod is the hottest each hour, that is the tail of what each of
 * them does, and the larger the more pods there are: what it is above all pods' percentile usually is no need.
 *
 * @param ofHottest the percentile of each hour's hottest pod; null where that is one and the same pod.
 */
function ofOnePod(busiest: Reading, pooled: number, ofHottest: Reading): Reading {
  if (busiest === null || ofHottest === null) return busiest;
  return busiest - Math.max(0, ofHottest - pooled);
}
