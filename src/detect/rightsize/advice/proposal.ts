import type { Reading } from '../../../model/reading.ts';
import { makeResources, NO_RESOURCES, type Resources } from '../../../model/resources.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import type { Autoscaling } from './autoscaling.ts';
import { cpuBasis, type CpuBasis } from './cpuRequest.ts';
import { cpuLimit, isThrottled, ramLimit, throttledShare } from './limits.ts';
import { memoryBasis, type MemoryBasis } from './memoryRequest.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';
import { roundBytes, roundCores } from '../../../model/text/quantity.ts';

/** What to write instead, and what that rests on. */
export interface ResourcesProposal {
  /** Null leaves a field as it is. */
  readonly proposed: Resources;
  readonly cpu: CpuBasis | null;
  readonly memory: MemoryBasis | null;
  readonly throttledShare: Reading;
}

/**
 * The one rule of recommendations and of the overprovisioned finding: what a container should have, from its days
 * (docs/right-sizing.md). What an autoscaler sets or scales by is left as it is, as is all without data.
 */
export function proposeResources(
  days: readonly ContainerDay[],
  today: TimeMs,
  current: Resources,
  autoscaling: Autoscaling | null,
  rule: RecommendationRule & { readonly keepsPeak?: boolean },
): ResourcesProposal {
  const cpu = cpuBasis(days, today, rule);
  const memory = memoryBasis(days, rule);
  const throttled = throttledShare(days);
  let proposed = NO_RESOURCES;
  if (cpu !== null && autoscaling?.cpuManaged !== true) {
    const isHeldBack = isThrottled(throttled);
    const peak = Math.max(...days.map((day) => day.cpu.max));
    const limit = cpuLimit(current.cpuLimitCores, peak, rule.margin, isHeldBack);
    const cpuLimitCores = roundedIfMoved(limit, current.cpuLimitCores, roundCores);
    // Of few days no percentile can be told from a peak: the request is not lowered below it.
    const peakKept = rule.keepsPeak
      ? Math.min(peak * rule.margin, current.cpuRequestCores ?? 0)
      : 0;
    const wanted = Math.max(cpu.cores, peakKept);
    const need = Math.max(cpu.pooled, cpu.hottest ?? 0, cpu.busiestHour ?? 0);
    const cpuRequestCores = newRequest(
      { current: current.cpuRequestCores, wanted, need, limit: cpuLimitCores },
      isHeldBack,
      roundCores,
    );
    proposed = { ...proposed, cpuRequestCores, cpuLimitCores };
  }
  if (memory !== null && autoscaling?.ramManaged !== true) {
    const limit = ramLimit(current.ramLimitBytes, memory.afterOom);
    const ramLimitBytes = roundedIfMoved(limit, current.ramLimitBytes, roundBytes);
    const need = Math.max(memory.peak, memory.afterOom ?? 0);
    const ramRequestBytes = newRequest(
      { current: current.ramRequestBytes, wanted: memory.bytes, need, limit: ramLimitBytes },
      false,
      roundBytes,
    );
    proposed = { ...proposed, ramRequestBytes, ramLimitBytes };
  }
  return { proposed, cpu, memory, throttledShare: throttled };
}

interface RequestChange {
  /** As it is; null: none. */
  readonly current: Reading;
  /** With its margin. */
  readonly wanted: number;
  /** Seen, without any margin. */
  readonly need: number;
  readonly limit: Reading;
}

/**
 * A request rises above today's only where more was needed, not for a margin; never above the limit. Use that a limit
 * holds back says nothing of what is needed: the request is not lowered then.
 */
function newRequest(
  { current, wanted, need, limit }: RequestChange,
  isHeldBack: boolean,
  round: (value: number) => number,
): number {
  const most = limit ?? Infinity;
  const rounded = Math.min(round(wanted), most);
  // Nothing requested is no request.
  if (current === null || current <= 0) return rounded;
  if (isHeldBack) return Math.max(rounded, current);
  return need > current ? rounded : Math.min(rounded, current);
}

/** A limit that stays is left as it was written: rounding alone is no reason to change a manifest. */
function roundedIfMoved(
  limit: Reading,
  current: Reading,
  round: (value: number) => number,
): Reading {
  return limit === null || limit === current ? limit : round(limit);
}

/** The same without what is above today's: for use that nobody should pay more for. */
export function noMoreThan(current: Resources, proposed: Resources): Resources {
  const capped = (now: Reading, then: Reading): Reading =>
    now === null || now <= 0 || then === null || then > now ? null : then;
  return makeResources((field) => capped(current[field], proposed[field]));
}
