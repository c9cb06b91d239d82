import type { ClusterObjects } from '../../model/clusterObjects.ts';
import type { Reading } from '../../model/reading.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ContainerHistory } from '../containerDay.ts';
import { runsToAnEnd } from '../runs.ts';
import { adviseMinReplicas, autoscalingOf, type Autoscaling } from './autoscaling.ts';
import { dataBehind, type DataBehind } from './confidence.ts';
import type { CpuBasis } from './cpuRequest.ts';
import { managedBy, type ManagedBy } from './ownership.ts';
import type { MemoryBasis } from './memoryRequest.ts';
import { notesOn } from './notes.ts';
import { NOTHING, proposeResources, type Resources } from './proposal.ts';
import { averageReplicas, countedReplicas, keptReplicas } from './replicas.ts';
import { replayRisk, type Risk } from './risk.ts';
import type { RecommendationRule } from './rule.ts';
import { savingOf, type HourlyPrice } from './saving.ts';

/** What one container should ask for instead, and how sure that is. */
export interface ContainerAdvice {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  /** Null: the pods' specification is not known, so that it may be a native side-car. */
  readonly role: 'main' | 'sidecar' | null;
  readonly behind: DataBehind;
  /** Pods that money is counted for; fewer than one for what runs only at times. */
  readonly replicas: number;
  readonly current: Resources;
  readonly proposed: Resources;
  readonly cpu: CpuBasis | null;
  readonly memory: MemoryBasis | null;
  readonly risk: Risk;
  readonly throttledShare: Reading;
  /**
   * Units of currency a month that the requests would cost less at their nodes' prices; negative where more
   * is needed. Money is saved only when nodes go away. Null where no price is known.
   */
  readonly savingPerMonth: Reading;
  /** Null: autoscalers are not known. */
  readonly autoscaling: Autoscaling | null;
  readonly minReplicas: Reading;
  readonly managedBy: ManagedBy | null;
  /** Plain sentences: why, and what to mind. */
  readonly notes: readonly string[];
}

export interface AdviceContext {
  readonly rule: RecommendationRule & { readonly minDays: number };
  /** UTC day that counts as today. */
  readonly today: TimeMs;
  readonly windowMs: number;
  /** What the cluster looks like now; null where it could not be asked. */
  readonly objects: ClusterObjects | null;
  /** Role of a container where its pods' specification is known. */
  roleOf(history: ContainerHistory): 'main' | 'init' | 'sidecar' | null;
  /** Hourly prices where the container runs; null where none is known. */
  priceOf(history: ContainerHistory): HourlyPrice | null;
}

/** Advises one container from its days; null for init containers and where nothing was seen. */
export function adviseContainer(
  history: ContainerHistory,
  context: AdviceContext,
): ContainerAdvice | null {
  const { namespace, workload, container, days } = history;
  const role = context.roleOf(history);
  const last = days.at(-1);
  if (role === 'init' || last === undefined) return null;
  const { rule, today, objects } = context;
  const behind = dataBehind(days, rule.minDays, runsToAnEnd(workload.kind));
  const autoscaling = autoscalingOf(objects, namespace, workload);
  const { cpuRequestCores, cpuLimitCores, ramRequestBytes, ramLimitBytes } = last;
  const current = { cpuRequestCores, cpuLimitCores, ramRequestBytes, ramLimitBytes };
  const proposal = proposeResources(days, today, current, autoscaling, rule);
  const { cpu, memory } = proposal;
  const proposed = behind.confidence === 'insufficient' ? NOTHING : proposal.proposed;
  const replicas = countedReplicas(days, context.windowMs, workload.kind);
  const object = objects?.workloads.find(
    (one) =>
      one.namespace === namespace &&
      one.workload.kind === workload.kind &&
      one.workload.name === workload.name,
  );
  const inAll = averageReplicas(days, context.windowMs) * rule.margin;
  const minReplicas = minReplicasOf(autoscaling, cpu, inAll, current, behind);
  const kept = keptReplicas(replicas, minReplicas, autoscaling);
  const advice = {
    namespace,
    workload,
    container,
    role,
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
    managedBy: object === undefined ? null : managedBy(object),
  };
  return { ...advice, notes: notesOn(advice) };
}

function minReplicasOf(
  autoscaling: Autoscaling | null,
  cpu: CpuBasis | null,
  replicasWithMargin: number,
  current: Resources,
  behind: DataBehind,
): Reading {
  const horizontal = autoscaling?.horizontal ?? null;
  if (horizontal === null || cpu === null || behind.confidence === 'insufficient') return null;
  return adviseMinReplicas(horizontal, cpu.pooled * replicasWithMargin, current.cpuRequestCores);
}
