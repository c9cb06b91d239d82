import type { DetectContext } from '../detect/detector.ts';
import type { Evidence, Scope, Verdict } from '../model/finding.ts';
import { formatBytes, formatCores } from '../model/quantity.ts';
import type { TimeMs } from '../model/time.ts';
import type { ContainerGroup } from './containerGroups.ts';
import type { Recommendation } from './recommend.ts';
import type { Waste } from './waste.ts';

export const RULE = 'request-exceeds-use';

/** The sentence, the evidence and the next step of an overprovisioned container. */
export function overprovisionedVerdict(
  scope: Scope,
  group: ContainerGroup,
  advice: Recommendation,
  waste: Waste,
  startedAt: TimeMs,
  days: number,
  context: DetectContext,
): Verdict {
  const money = `${waste.costPerMonth.toFixed(2)} ${context.config.pricing.currency}`;
  const evidence: Evidence[] = [];
  if (group.cpuRequestCores !== null)
    evidence.push({
      signal: 'cpu-request',
      family: 'level',
      value: group.cpuRequestCores,
      threshold: advice.cpuCores,
      unit: 'cores',
      weight: 50,
      text: `Requests ${formatCores(group.cpuRequestCores)} of CPU; ${formatCores(advice.cpuCores)} would have covered ${days} days`,
    });
  if (group.ramRequestBytes !== null)
    evidence.push({
      signal: 'memory-request',
      family: 'level',
      value: group.ramRequestBytes,
      threshold: advice.ramBytes,
      unit: 'bytes',
      weight: 50,
      text: `Requests ${formatBytes(group.ramRequestBytes)} of memory; ${formatBytes(advice.ramBytes)} would have covered ${days} days`,
    });
  return {
    kind: 'overprovisioned',
    rule: RULE,
    scope,
    status: 'firing',
    severity: 'info',
    score: Math.min(100, Math.round(waste.costPerMonth)),
    startedAt,
    summary: `Asks for ${formatCores(waste.cores)} CPU and ${formatBytes(waste.bytes)} memory more than it uses over ${group.pods.length} pod(s): ${money} a month`,
    evidence,
    next: [setResources(group, advice)],
    pods: [...group.pods].sort().slice(0, 20),
    costBeforeNano: null,
    costPerMonth: waste.costPerMonth,
  };
}

function setResources(group: ContainerGroup, advice: Recommendation): Verdict['next'][number] {
  const target = `${group.workload.kind.toLowerCase()}/${group.workload.name}`;
  const requests = `cpu=${formatCores(advice.cpuCores)},memory=${formatBytes(advice.ramBytes)}`;
  return {
    command: `kubectl -n ${group.namespace} set resources ${target} -c ${group.container} --requests=${requests}`,
    effect: 'contain',
    why: 'asks for what was used, with a margin; rolls the pods',
  };
}
