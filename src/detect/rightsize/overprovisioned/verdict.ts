import type { DetectContext } from '../../detector.ts';
import { firing, readStep } from '../../verdict.ts';
import type { Evidence, NextStep, Scope, Verdict } from '../../../model/finding.ts';
import { isPatchable, setResources } from '../advice/patch.ts';
import type { Resources } from '../../../model/resources.ts';
import type { ContainerGroup } from './containerGroups.ts';
import type { Waste } from './waste.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { memoryQuantity, cpuQuantity } from '../../../model/text/quantity.ts';
import { plural, formatMoney } from '../../../model/text/units.ts';

/** The sentence, the evidence and the next step of an overprovisioned container. */
export function overprovisionedVerdict(
  about: Pick<Verdict, 'kind' | 'rule' | 'scope' | 'startedAt'>,
  group: ContainerGroup,
  found: { readonly proposed: Resources; readonly waste: Waste; readonly days: number },
  context: DetectContext,
): Verdict {
  const { proposed, waste, days } = found;
  const money = formatMoney(waste.costPerMonth, context.config.pricing.currency);
  return firing({
    ...about,
    severity: 'info',
    score: Math.min(100, Math.round(waste.costPerMonth)),
    summary: `Requests ${excess(waste)} more than it needs on ${plural(group.pods.length, 'pod')}: ${money} a month`,
    evidence: evidenceOf(group, proposed, days),
    next: nextSteps(group, about.scope, proposed),
    pods: [...group.pods].sort().slice(0, 20),
    costPerMonth: waste.costPerMonth,
  });
}

function excess({ cores, bytes }: Waste): string {
  const parts = [
    ...(cores > 0 ? [`${cpuQuantity(cores)} CPU`] : []),
    ...(bytes > 0 ? [`${memoryQuantity(bytes)} memory`] : []),
  ];
  return parts.length === 0 ? 'no' : parts.join(' and ');
}

function evidenceOf(
  { current }: ContainerGroup,
  proposed: Resources,
  days: number,
): readonly Evidence[] {
  const { cpuRequestCores, ramRequestBytes } = current;
  const covered = `would have covered ${plural(Math.round(days), 'day')}`;
  const evidence: Evidence[] = [];
  // Nothing requested is no request that could be too large.
  if (cpuRequestCores !== null && cpuRequestCores > 0 && proposed.cpuRequestCores !== null)
    evidence.push({
      signal: 'cpu-request',
      family: 'level',
      value: cpuRequestCores,
      threshold: proposed.cpuRequestCores,
      unit: 'cores',
      weight: 50,
      text: `Requests ${cpuQuantity(cpuRequestCores)} of CPU; ${cpuQuantity(proposed.cpuRequestCores)} ${covered}`,
    });
  if (ramRequestBytes !== null && ramRequestBytes > 0 && proposed.ramRequestBytes !== null)
    evidence.push({
      signal: 'memory-request',
      family: 'level',
      value: ramRequestBytes,
      threshold: proposed.ramRequestBytes,
      unit: 'bytes',
      weight: 50,
      text: `Requests ${memoryQuantity(ramRequestBytes)} of memory; ${memoryQuantity(proposed.ramRequestBytes)} ${covered}`,
    });
  return evidence;
}

/** The whole advice first: it knows what Helm, Argo CD or Flux would write again. */
function nextSteps(
  { namespace, workload }: ContainerGroup,
  scope: Scope,
  proposed: Resources,
): readonly NextStep[] {
  const advice = readStep(
    `burnwatch recommend --namespace ${shellQuote(namespace)} -o patch`,
    'Shows the change with its data, risk and saving; as values for Helm, Argo CD or Flux',
  );
  const { cpuRequestCores, ramRequestBytes } = proposed;
  const requests = [
    ...(cpuRequestCores === null ? [] : [`cpu=${cpuQuantity(cpuRequestCores)}`]),
    ...(ramRequestBytes === null ? [] : [`memory=${memoryQuantity(ramRequestBytes)}`]),
  ];
  if (requests.length === 0 || !isPatchable(workload.kind)) return [advice];
  const why = 'Sets the request to what was used plus a margin; restarts the pods';
  return [advice, setResources(scope, `--requests=${requests.join(',')}`, why)];
}
