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
import { notesOn } from './notes.ts';
import { noMoreThan, proposeResources } from './proposal.ts';
import { averageReplicas, countedReplicas, keptReplicas } from './replicas.ts';
import { replayRisk } from './risk.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';
import { resizablePods, type PresentPod } from './resize.ts';
import { savingOf, type HourlyPrice } from './saving.ts';

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
