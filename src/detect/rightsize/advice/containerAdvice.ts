import type { ClusterObjects } from '../../../model/clusterObjects.ts';
import type { Reading } from '../../../model/reading.ts';
import { NO_RESOURCES, resourcesOf } from '../../../model/resources.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { ContainerSpecFacts } from '../../../model/podSpec.ts';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { AbuseMark } from '../../findings/suspectedWorkloads.ts';
import { workloadKey } from '../../../model/workload.ts';
import { runsToAnEnd } from '../../../store/containerDays/hourOfUse.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import { adviseMinReplicas, autoscalingOf } from './autoscaling.ts';
import { boundsOf, fitBounds } from './bounds.ts';
import { dataBehind, isSure } from './confidence.ts';
import { managerOf } from './ownership.ts';
import { noMoreThan, proposeResources } from './proposal.ts';
import { averageReplicas, countedReplicas, keptReplicas } from './replicas.ts';
import { replayRisk } from './risk.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';
import { resizablePods, type PresentPod } from './resize.ts';
import { savingOf, type HourlyPrice } from './saving.ts';
import { isThrottled } from './limits.ts';
import { formatNumber, formatShare } from '../../../model/text/units.ts';

export interface AdviceContext {
  readonly rule: RecommendationRule & { readonly minDays: number };
  /** UTC day that counts as today. */
  readonly today: TimeMs;
  readonly windowMs: number;
  /** What the cluster looks like now; null where it could not be asked. */
  readonly objects: ClusterObjects | null;
  /** Workloads, by `workloadKey`, whose use is or may be a miner's. */
  readonly abuse: ReadonlyMap<string, AbuseMark>;
  /** Role of a container where its pods' specification is known. */
  roleOf(history: ContainerHistory): ContainerSpecFacts['role'] | null;
  /** The pods of its workload that run now, as far as they are known. */
  podsOf(history: ContainerHistory): readonly PresentPod[];
  /** Hourly prices where the container runs; null where none is known. */
  priceOf(history: ContainerHistory): HourlyPrice | null;
}

const OF_POD = 'its pod has requests as a whole (spec.resources): its containers share them';
const SUSPECTED = 'suspected of mining: its use is no requirement (burnwatch findings)';

/** Advises one container from its days; null for init containers and where nothing was seen. */
export function adviseContainer(
  history: ContainerHistory,
  context: AdviceContext,
): ContainerAdvice | null {
  const { namespace, workload, container, days } = history;
  const role = context.roleOf(history);
  const last = days.at(-1);
  // The first runs once and the other cannot have requests.
  if (role === 'init' || role === 'ephemeral' || last === undefined) return null;
  const { rule, today, objects } = context;
  const behind = dataBehind(days, rule.minDays, runsToAnEnd(workload.kind));
  const autoscaling = autoscalingOf(objects, namespace, workload, container);
  const current = resourcesOf(last);
  const mark = context.abuse.get(workloadKey(namespace, workload));
  const pods = context.podsOf(history);
  const ofPod = pods.some(({ spec }) => spec?.resources) ? OF_POD : null;
  const withheld = mark === 'suspected' ? SUSPECTED : ofPod;
  const keepsPeak = behind.confidence === 'very-low';
  const proposal = proposeResources(days, today, current, autoscaling, { ...rule, keepsPeak });
  const { cpu, memory } = proposal;
  const wanted =
    withheld !== null || behind.confidence === 'insufficient'
      ? NO_RESOURCES
      : mark === 'accepted'
        ? noMoreThan(current, proposal.proposed)
        : proposal.proposed;
  const { proposed, bound } = fitBounds(wanted, boundsOf(objects, namespace));
  const replicas = countedReplicas(days, context.windowMs, workload.kind);
  const inAll = averageReplicas(days, context.windowMs) * rule.margin;
  const minReplicas =
    withheld === null
      ? minReplicasOf({ autoscaling, container, cpu, current, behind }, inAll)
      : null;
  const kept = keptReplicas(replicas, minReplicas, autoscaling);
  const advice = {
    namespace,
    workload,
    container,
    role,
    withheld,
    bound,
    resizablePods: resizablePods(pods, objects),
    isWindows: pods.some(({ spec }) => spec?.isWindows === true),
    behind,
    replicas,
    current,
    proposed,
    cpu,
    memory,
    risk: replayRisk(days, today, {
      cpuCores: proposed.cpuRequestCores,
      ramBytes: proposed.ramRequestBytes,
    }),
    throttledShare: proposal.throttledShare,
    savingPerMonth: savingOf(current, proposed, { replicas, kept }, context.priceOf(history)),
    autoscaling,
    minReplicas,
    managedBy: managerOf(objects, namespace, workload),
  };
  return { ...advice, notes: notesOn(advice) };
}

function minReplicasOf(
  {
    autoscaling,
    container,
    cpu,
    current,
    behind,
  }: Pick<ContainerAdvice, 'autoscaling' | 'container' | 'cpu' | 'current' | 'behind'>,
  replicasWithMargin: number,
): Reading {
  const horizontal = autoscaling?.horizontal ?? null;
  if (horizontal === null || cpu === null || !isSure(behind)) return null;
  const cores = cpu.pooled * replicasWithMargin;
  return adviseMinReplicas(horizontal, container, cores, current.cpuRequestCores);
}

function autoscalerNotes({ autoscaling }: Pick<ContainerAdvice, 'autoscaling'>): readonly string[] {
  if (autoscaling === null) return [];
  const { horizontal, vertical, cpuManaged, ramManaged } = autoscaling;
  const notes: string[] = [];
  if (vertical !== null && (cpuManaged || ramManaged))
    notes.push(
      `VerticalPodAutoscaler ${vertical.name} (${vertical.updateMode}) sets the requests; no proposal`,
    );
  if (horizontal === null) return notes;
  const scaler =
    horizontal.scaledObject === null
      ? `HorizontalPodAutoscaler ${horizontal.name}`
      : `ScaledObject ${horizontal.scaledObject} of KEDA`;
  if (horizontal.targets.length > 0 && (cpuManaged || ramManaged))
    notes.push(`${scaler} scales on request utilization; request kept`);
  if (horizontal.otherMetrics.length > 0)
    notes.push(
      `${scaler} scales by ${horizontal.otherMetrics.join(', ')}: pods come and go with it`,
    );
  return notes;
}

/** Plain sentences: why it is proposed, and what to mind. */
function notesOn(advice: Omit<ContainerAdvice, 'notes'>): readonly string[] {
  const { behind, autoscaling, minReplicas, memory, throttledShare: throttled, cpu } = advice;
  if (advice.withheld !== null) return [advice.withheld];
  const notes: string[] = [];
  const data = `${formatNumber(behind.days)} days, ${formatShare(behind.coverage)} coverage`;
  if (behind.confidence === 'insufficient') notes.push(`insufficient data: ${data}`);
  if (behind.confidence === 'very-low')
    notes.push(`very low confidence: ${data}; not lowered below the highest use seen`);
  if (advice.managedBy?.tool === 'the provider of the cluster')
    notes.push(
      'managed add-on: its provider reverts patches; set it in the add-on’s configuration',
    );
  notes.push(...autoscalerNotes(advice));
  if (advice.bound.length > 0) notes.push(`kept within ${advice.bound.join(', ')}`);
  if (advice.bound.includes('GKE Autopilot'))
    notes.push('Autopilot also raises a pod to 1 GiB a core, or to a core for 6.5 GiB');
  if (advice.isWindows)
    notes.push('Windows commits more memory than the working set: check it first');
  if (autoscaling === null) notes.push('autoscalers are unknown: check before applying');
  if (minReplicas !== null)
    notes.push(
      `minReplicas ${minReplicas} instead of ${autoscaling?.horizontal?.minReplicas ?? '?'} would suffice`,
    );
  if (memory !== null && memory.oomKills > 0) notes.push(`${memory.oomKills} OOM kills`);
  if (isThrottled(throttled)) notes.push(`throttled in ${formatShare(throttled)} of its windows`);
  if (cpu !== null && cpu.busiestHour !== null)
    notes.push('sized for its busiest hour of the week');
  if (cpu !== null && (cpu.hottest ?? 0) > 2 * cpu.pooled)
    notes.push(
      advice.workload.kind === 'DaemonSet'
        ? 'uneven over the nodes: sized for the busiest node'
        : 'one pod uses more than the others: sized for it',
    );
  if (runsToAnEnd(advice.workload.kind)) notes.push('sized for its run time');
  return notes;
}
