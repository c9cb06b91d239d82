import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import type { Autoscaling } from './autoscaling.ts';
import { cpuBasis, type CpuBasis } from './cpuRequest.ts';
import { cpuLimit, isThrottled, ramLimit, throttledShare } from './limits.ts';
import { memoryBasis, type MemoryBasis } from './memoryRequest.ts';
import type { RecommendationRule } from './rule.ts';
import { roundBytes, roundCores } from '../../../model/text/quantity.ts';

/** Requests and limits of one container; null: none, or for a proposal: leave it as it is. */
export interface Resources {
  readonly cpuRequestCores: Reading;
  readonly cpuLimitCores: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
}

export const NOTHING: Resources = {
  cpuRequestCores: null,
  cpuLimitCores: null,
  ramRequestBytes: null,
  ramLimitBytes: null,
};

/** What to write instead, and what that rests on. */
export interface ResourcesProposal {
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
  rule: RecommendationRule,
): ResourcesProposal {
  const cpu = cpuBasis(days, today, rule);
  const memory = memoryBasis(days, rule);
  const throttled = throttledShare(days);
  let proposed = NOTHING;
  if (cpu !== null && autoscaling?.cpuManaged !== true) {
    const isHeldBack = isThrottled(throttled);
    // Use that a limit holds back says nothing of what is needed: the request is not lowered.
    const cores = Math.max(cpu.cores, isHeldBack ? (current.cpuRequestCores ?? 0) : 0);
    const request = roundCores(cores);
    const peak = Math.max(...days.map((day) => day.cpu.max));
    const limit = cpuLimit(current.cpuLimitCores, request, peak, rule.margin, isHeldBack);
    const cpuLimitCores = roundedIfMoved(limit, current.cpuLimitCores, roundCores);
    proposed = { ...proposed, cpuRequestCores: request, cpuLimitCores };
  }
  if (memory !== null && autoscaling?.ramManaged !== true) {
    const request = roundBytes(memory.bytes);
    const limit = ramLimit(current.ramLimitBytes, request, memory.afterOom);
    const ramLimitBytes = roundedIfMoved(limit, current.ramLimitBytes, roundBytes);
    proposed = { ...proposed, ramRequestBytes: request, ramLimitBytes };
  }
  return { proposed, cpu, memory, throttledShare: throttled };
}

/** A limit that stays is left as it was written: rounding alone is no reason to change a manifest. */
function roundedIfMoved(
  limit: Reading,
  current: Reading,
  round: (value: number) => number,
): Reading {
  return limit === null || limit === current ? limit : round(limit);
}
