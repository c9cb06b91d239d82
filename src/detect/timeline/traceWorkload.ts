import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { carryOver, compareContainers } from './compareContainers.ts';
import { containersOf, revisionOf, youngestPod } from './observeWorkload.ts';
import { countPods } from './replicas.ts';
import type {
  ContainerTrace,
  ObservedWorkload,
  WorkloadChange,
  WorkloadTrace,
} from './timelineState.ts';
import { ownValue } from '../../model/ownValue.ts';

/** Compares a workload with what was remembered of it; `trace` is `before` itself when nothing changed. */
export function traceWorkload(
  before: WorkloadTrace | null,
  observed: ObservedWorkload,
): { readonly trace: WorkloadTrace; readonly changes: readonly WorkloadChange[] } {
  const { snapshot, pods, owners, limitsKnown, followsContainers } = observed;
  const { start, end } = snapshot.window;
  const pod = youngestPod(pods);
  const containers = followsContainers ? containersOf(pod, limitsKnown) : {};
  const count = countPods(before, observed);
  const now: WorkloadTrace = {
    seen: floorTo(start, DAY_MS),
    revision: revisionOf(pod) ?? before?.revision ?? null,
    containers: before === null ? containers : merged(before.containers, containers),
    owner: owners.get(pod.uid) ?? before?.owner ?? null,
    wished: count.wished,
    pods: count.pods,
    counted: count.counted,
  };
  const at = bornAt(pod, end, end - start);
  const workload = pod.workload;
  if (before === null) {
    const text = `${workload.kind} ${workload.name} is there for the first time`;
    return { trace: now, changes: [{ ...PLAIN, at, type: 'appeared', text }] };
  }
  const changes: WorkloadChange[] = [];
  const { revision, owner } = now;
  if (before.revision !== null && revision !== null && revision !== before.revision) {
    const text = `pods of revision ${revision} take over from ${before.revision}`;
    changes.push({ ...PLAIN, at, type: 'rollout', text, before: before.revision, after: revision });
  }
  for (const [name, container] of Object.entries(containers)) {
    const known = ownValue(before.containers, name);
    if (known === undefined) continue;
    for (const change of compareContainers(name, known, container)) changes.push({ at, ...change });
  }
  changes.push(...count.changes);
  if (before.owner !== null && owner !== null && owner !== before.owner) {
    const text = `belongs to ${owner}, before to ${before.owner}`;
    const [was, is] = [before.owner, owner];
    changes.push({ ...PLAIN, at: end, type: 'owner', text, before: was, after: is });
  }
  return { trace: same(before, now) ? before : now, changes };
}

const PLAIN = { container: null, before: null, after: null } as const;

/** When the youngest pod came, as far as this window (or the one before, told late) shows it. */
function bornAt({ createdAt }: PodSample, end: TimeMs, length: number): TimeMs {
  return createdAt !== null && createdAt > end - 2 * length && createdAt <= end ? createdAt : end;
}

function merged(
  before: WorkloadTrace['containers'],
  after: WorkloadTrace['containers'],
): WorkloadTrace['containers'] {
  const all: Record<string, ContainerTrace> = {};
  for (const [name, container] of Object.entries(after)) {
    const known = ownValue(before, name);
    all[name] = known === undefined ? container : carryOver(known, container);
  }
  return all;
}

function same(before: WorkloadTrace, now: WorkloadTrace): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}
