import { nodeNano } from '../../../model/costParts.ts';
import type { DetectContext } from '../../detector.ts';
import { scopeOn } from '../../verdict.ts';
import type { Scope } from '../../../model/finding.ts';
import type { Nano } from '../../../model/money.ts';
import type { PodSample } from '../../../model/snapshot.ts';
import type { TimeMs } from '../../../model/time.ts';
import { workloadKey } from '../../../model/workload.ts';
import type { AbandonedThresholds } from './thresholds.ts';

/** Since when a workload has done nothing (or a claim was mounted by no pod). Busy ones have no row. */
export interface IdleState {
  readonly since: TimeMs;
  /** Last window that was known to be idle: a gap longer than a day begins the count anew. */
  readonly seen: TimeMs;
  /** Smoothed cost in units of currency an hour. */
  readonly hourly: number;
}

/** Whether something did anything in one window. */
export interface Activity {
  readonly key: string;
  readonly scope: Scope;
  /** Null: not known. */
  readonly idle: boolean | null;
  readonly costNano: Nano;
  readonly pods: readonly string[];
  readonly what: 'workload' | 'volume' | 'cards';
}

/** Kinds whose pods come and go by themselves, or belong to their node. */
const NOT_JUDGED = new Set(['Job', 'CronJob', 'DaemonSet', 'StaticPod', 'Node']);
const NOBODY = { kind: '', name: '' };
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Every workload of the window that could be abandoned.
 * @param cards what its cards do: those that it does not use are a finding of their own.
 */
export function workloadActivity(
  context: DetectContext<AbandonedThresholds>,
  cards: readonly Activity[],
): readonly Activity[] {
  const { idleCores, idleBytesPerSecond } = context.thresholds.abandoned;
  const costs = new Map<string, Nano>();
  for (const one of context.costs.allocations) {
    const key = workloadKey(one.pod.namespace, one.pod.workload);
    const nano = nodeNano(one) + one.storageNano;
    costs.set(key, (costs.get(key) ?? 0) + nano);
  }
  for (const { idle, scope, costNano } of cards) {
    const key = workloadKey(scope.namespace ?? '', scope.workload ?? NOBODY);
    if (idle === true) costs.set(key, (costs.get(key) ?? 0) - costNano);
  }
  const judged = context.snapshot.pods.filter(
    ({ namespace, workload, workloadKnown }) =>
      workloadKnown && !NOT_JUDGED.has(workload.kind) && !SYSTEM.has(namespace),
  );
  const groups = Map.groupBy(judged, (pod) => workloadKey(pod.namespace, pod.workload));
  return [...groups].map(([key, pods]) => ({
    key,
    scope: scopeOn({ namespace: pods[0]!.namespace, workload: pods[0]!.workload }),
    idle: all(pods.map((pod) => isIdle(pod, idleCores, idleBytesPerSecond))),
    costNano: costs.get(key) ?? 0,
    pods: pods.map(({ name }) => name),
    what: 'workload' as const,
  }));
}

/** One busy pod makes a workload busy; one unknown pod among idle ones makes it unknown. */
function all(parts: readonly (boolean | null)[]): boolean | null {
  if (parts.includes(false)) return false;
  return parts.includes(null) ? null : true;
}

function isIdle(pod: PodSample, idleCores: number, idleBytes: number): boolean | null {
  let cores = 0;
  let isUnknown = false;
  for (const { cpuUsageCores, init } of pod.containers) {
    if (init) continue;
    if (cpuUsageCores === null) isUnknown = true;
    else cores += cpuUsageCores;
  }
  const { networkReceiveBytesPerSecond: received, networkTransmitBytesPerSecond: sent } = pod;
  if (cores > idleCores || (received ?? 0) > idleBytes || (sent ?? 0) > idleBytes) return false;
  return isUnknown || received === null || sent === null ? null : true;
}

/**
 * Claims of the window, by whether a pod mounts them. Which pods mount what is known only where the metric
 * (or the API) tells it of any claim at all: a cluster in which none is mounted most likely lacks it.
 */
export function unmountedVolumes({ snapshot, costs }: DetectContext): readonly Activity[] {
  const tells = snapshot.volumes.some(({ mountedBy }) => mountedBy.length > 0);
  const unattached = new Map<string, Nano>();
  for (const { namespace, name, kind, nano } of costs.unattached) {
    if (kind === 'volume') unattached.set(`${namespace}/${name}`, nano);
  }
  return snapshot.volumes.map(({ namespace, claim, mountedBy }) => ({
    key: `volume:${namespace}/${claim}`,
    scope: scopeOn({ namespace, subject: `PersistentVolumeClaim/${claim}` }),
    idle: mountedBy.length > 0 ? false : tells ? true : null,
    costNano: unattached.get(`${namespace}/${claim}`) ?? 0,
    pods: [],
    what: 'volume' as const,
  }));
}
