import { isOneShotKind } from '../../collect/identity.ts';
import type { DetectorState } from '../../store/stateCodec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import {
  DAY_MS,
  floorTo,
  MINUTE_MS,
  formatTime,
  type TimeMs,
  type Window,
} from '../../model/time.ts';
import { workloadKey } from '../../model/workload.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type {
  ContainerTrace,
  ObservedWorkload,
  Trace,
  WorkloadChange,
  WorkloadTrace,
} from './timelineState.ts';
import { carryOver, compareContainers } from './compareContainers.ts';
import { containersOf, revisionOf, youngestPod } from './observeWorkload.ts';
import { countPods } from './replicas.ts';
import { ownValue } from '../../model/ownValue.ts';

/** A workload that has not been seen for this long is forgotten: it appears anew. */
const FORGET_MS = 14 * DAY_MS;
/** Replicas that were observed longer before or after a window are another moment's. */
const WISH_MS = 15 * MINUTE_MS;

/** What a window is compared under. */
export interface TraceContext {
  readonly snapshot: Snapshot;
  /** Owners by pod UID. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * What changed about every workload since the windows before: pure, like everything that `runWindow` does,
 * so that live running, catch-up and backfill tell the same story. Unknown is never a change, and the very
 * first window of a history tells nothing.
 *
 * @returns the events, by workload, and changes `state`.
 */
export function traceWorkloads(
  { snapshot, owners }: TraceContext,
  state: DetectorState<Trace>,
): readonly WorkloadEvent[] {
  const isFirst = isEmpty(state);
  const nodes = traceNodes(snapshot, state, isFirst);
  const limitsKnown = snapshot.complete && tellsLimits(snapshot);
  const wishes = wishedReplicas(snapshot);
  const events: WorkloadEvent[] = [];
  for (const [key, pods] of podsByWorkload(snapshot)) {
    const [{ namespace, workload }] = pods;
    const before = state.get(`w/${key}`);
    const observed = {
      snapshot,
      pods,
      owners,
      limitsKnown,
      wished: wishes.get(key) ?? null,
      followsContainers: !isOneShotKind(workload),
    };
    const { trace, changes } = traceWorkload(
      before === undefined || 'node' in before ? null : before,
      observed,
    );
    if (trace !== before) state.set(`w/${key}`, trace);
    if (isFirst) continue;
    const node = newNodeEvent(pods, nodes, snapshot.window);
    for (const change of node === null ? changes : [...changes, node]) {
      events.push({ namespace, workload, ...change });
    }
  }
  if (snapshot.window.end % DAY_MS === 0) forget(state, snapshot.window.end);
  return events;
}

/** Wished-for replicas, where they were observed about when the window ended. */
function wishedReplicas({ objects, window }: Snapshot): ReadonlyMap<string, number | null> {
  if (!objects || Math.abs(objects.observedAt - window.end) > WISH_MS) return new Map();
  return new Map(
    objects.workloads.map((one) => [workloadKey(one.namespace, one.workload), one.replicas]),
  );
}

function podsByWorkload({ pods }: Snapshot): ReadonlyMap<string, [PodSample, ...PodSample[]]> {
  const groups = new Map<string, [PodSample, ...PodSample[]]>();
  for (const pod of pods) {
    // Whose owner is not known yet will be told of under its workload's name.
    if (!pod.workloadKnown) continue;
    const key = workloadKey(pod.namespace, pod.workload);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  return groups;
}

function tellsLimits({ pods }: Snapshot): boolean {
  return pods.some(({ containers }) =>
    containers.some((one) => one.cpuLimitCores !== null || one.ramLimitBytes !== null),
  );
}

function isEmpty(state: DetectorState<Trace>): boolean {
  for (const [key] of state.entries()) if (key.startsWith('w/')) return false;
  return true;
}

function forget(state: DetectorState<Trace>, now: TimeMs): void {
  const oldest = floorTo(now, DAY_MS) - FORGET_MS;
  const rows: readonly (readonly [string, Pick<WorkloadTrace, 'seen'>])[] = Array.from(
    state.entries(),
  );
  for (const [key, { seen }] of rows) if (seen < oldest) state.delete(key);
}

/** Compares a workload with what was remembered of it; `trace` is `before` itself when nothing changed. */
function traceWorkload(
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

/** A node is new for this long. */
const NEW_MS = DAY_MS;

/** Remembers since when each node is there; returns those that are new, with that time. */
function traceNodes(
  { nodes, window }: Snapshot,
  state: DetectorState<Trace>,
  isFirst: boolean,
): ReadonlyMap<string, TimeMs> {
  const seen = floorTo(window.start, DAY_MS);
  const fresh = new Map<string, TimeMs>();
  for (const { name } of nodes) {
    const before = state.get(`n/${name}`);
    const known = before !== undefined && 'node' in before ? before : null;
    // What the first window shows may be old.
    const firstSeen = known?.firstSeen ?? (isFirst ? window.start - NEW_MS : window.start);
    if (known?.seen !== seen) state.set(`n/${name}`, { node: true, seen, firstSeen });
    if (window.start - firstSeen < NEW_MS) fresh.set(name, firstSeen);
  }
  return fresh;
}

/** Kinds whose pods do not go to every new node by themselves, and do not come and go all day. */
const TOLD = new Set(['Deployment', 'StatefulSet', 'Rollout', 'DeploymentConfig']);

/** Tells that a pod made in this window runs on a new node. */
function newNodeEvent(
  pods: readonly PodSample[],
  fresh: ReadonlyMap<string, TimeMs>,
  { start, end }: Window,
): Omit<WorkloadEvent, 'namespace' | 'workload'> | null {
  if (fresh.size === 0 || !TOLD.has(pods[0]?.workload.kind ?? '')) return null;
  for (const { name, node, createdAt } of pods) {
    if (node === null || createdAt === null || createdAt < start || createdAt >= end) continue;
    const since = fresh.get(node);
    if (since === undefined) continue;
    return {
      at: createdAt,
      type: 'new-node',
      container: null,
      before: null,
      after: node,
      text: `the new pod ${name} runs on ${node}, a node since ${formatTime(since)}`,
    };
  }
  return null;
}
