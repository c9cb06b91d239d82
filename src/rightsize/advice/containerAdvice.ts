import type { ClusterObjects } from '../../model/clusterObjects.ts';
import type { Reading } from '../../model/reading.ts';
import { DAY_MS, HOURS_PER_MONTH, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ContainerDay, ContainerHistory } from '../containerDay.ts';
import { runsToAnEnd } from '../runs.ts';
import { adviseMinReplicas, autoscalingOf, type Autoscaling } from './autoscaling.ts';
import { dataBehind, type DataBehind } from './confidence.ts';
import type { CpuBasis } from './cpuRequest.ts';
import { isThrottled } from './limits.ts';
import { managedBy, type ManagedBy } from './ownership.ts';
import type { MemoryBasis } from './memoryRequest.ts';
import { NOTHING, proposeResources, type Resources } from './proposal.ts';
import { replayRisk, type Risk } from './risk.ts';
import type { RecommendationRule } from './rule.ts';

const GIB = 2 ** 30;

/** What one container should ask for instead, and how sure that is. */
export interface ContainerAdvice {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  /** Null: the pods' specification is not known, so that it may be a native side-car. */
  readonly role: 'main' | 'sidecar' | null;
  readonly behind: DataBehind;
  /** Pods on average over the span, fewer than one for what runs only at times. */
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
  priceOf(
    history: ContainerHistory,
  ): { readonly cpuCoreHour: number; readonly ramGiBHour: number } | null;
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
  const replicas = averageReplicas(days, context.windowMs);
  const object = objects?.workloads.find(
    (one) =>
      one.namespace === namespace &&
      one.workload.kind === workload.kind &&
      one.workload.name === workload.name,
  );
  const minReplicas = minReplicasOf(autoscaling, cpu, replicas * rule.margin, current, behind);
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
    savingPerMonth: saving(current, proposed, { replicas, kept }, context.priceOf(history)),
    autoscaling,
    minReplicas,
    managedBy: object === undefined ? null : managedBy(object),
  };
  return { ...advice, notes: notesOn(advice) };
}

/** Pod-windows per window of the hours that the days hold. */
function averageReplicas(days: readonly ContainerDay[], windowMs: number): number {
  const span = days.length === 0 ? 0 : days.at(-1)!.day - days[0]!.day + DAY_MS;
  const firstHours = 24 - lowestHour(days[0]?.hours ?? 1);
  const lastHours = highestHour(days.at(-1)?.hours ?? 1) + 1;
  const missing = 48 - firstHours - lastHours;
  const windows = (span - missing * 3_600_000) / windowMs;
  const podWindows = days.reduce((sum, day) => sum + day.podWindows, 0);
  return windows <= 0 ? 0 : podWindows / windows;
}

function lowestHour(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highestHour(bits: number): number {
  return 31 - Math.clz32(bits);
}

function saving(
  current: Resources,
  proposed: Resources,
  { replicas, kept }: { readonly replicas: number; readonly kept: number },
  price: ReturnType<AdviceContext['priceOf']>,
): Reading {
  if (price === null) return null;
  const freed = (before: Reading, after: Reading): number =>
    (before ?? 0) * replicas - (after ?? before ?? 0) * kept;
  const cores = freed(current.cpuRequestCores, proposed.cpuRequestCores);
  const bytes = freed(current.ramRequestBytes, proposed.ramRequestBytes);
  const hourly = cores * price.cpuCoreHour + (bytes / GIB) * price.ramGiBHour;
  return hourly * HOURS_PER_MONTH;
}

/** Replicas that stay with the advised minimum: those above the present one came by load and are left. */
function keptReplicas(
  replicas: number,
  minReplicas: Reading,
  autoscaling: Autoscaling | null,
): number {
  const present = autoscaling?.horizontal?.minReplicas ?? null;
  if (minReplicas === null || present === null) return replicas;
  return Math.max(Math.min(minReplicas, replicas), replicas - (present - minReplicas));
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

function notesOn(advice: Omit<ContainerAdvice, 'notes'>): readonly string[] {
  const { behind, autoscaling, minReplicas, memory, throttledShare: throttled, cpu } = advice;
  const notes: string[] = [];
  if (behind.confidence === 'insufficient') {
    const coverage = `${Math.round(behind.coverage * 100)} % coverage`;
    notes.push(`insufficient data: ${behind.days.toFixed(1)} days, ${coverage}`);
  }
  if (autoscaling?.vertical)
    notes.push(`VerticalPodAutoscaler ${autoscaling.vertical.name} sets the requests: left to it`);
  if (autoscaling?.horizontal && (autoscaling.cpuManaged || autoscaling.ramManaged))
    notes.push(
      `HorizontalPodAutoscaler ${autoscaling.horizontal.name} scales by the share of a request that is used: left as it is`,
    );
  if (autoscaling === null) notes.push('autoscalers are not known: check before you apply');
  if (minReplicas !== null)
    notes.push(
      `minReplicas ${minReplicas} instead of ${autoscaling?.horizontal?.minReplicas ?? '?'} would carry the load`,
    );
  if (memory !== null && memory.oomKills > 0)
    notes.push(`${memory.oomKills} OOM kills: memory was too small`);
  if (isThrottled(throttled))
    notes.push(`throttled in ${Math.round((throttled ?? 0) * 100)} % of its windows`);
  if (cpu !== null && cpu.busiestHour !== null)
    notes.push('sized for its busiest hour of the week');
  if (cpu !== null && (cpu.hottest ?? 0) > 2 * cpu.pooled)
    notes.push(
      advice.workload.kind === 'DaemonSet'
        ? 'uneven over the nodes: sized for the busiest node'
        : 'one pod uses more than the others: sized for it',
    );
  if (runsToAnEnd(advice.workload.kind)) notes.push('sized for the time in which it runs');
  return notes;
}
