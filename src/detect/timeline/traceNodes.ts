import type { DetectorState } from '../../store/stateCodec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { DAY_MS, floorTo, formatTime, type TimeMs, type Window } from '../../model/time.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { Trace } from './timelineState.ts';

/** A node is new for this long. */
const NEW_MS = DAY_MS;

/** Remembers since when each node is there; returns those that are new, with that time. */
export function traceNodes(
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
export function newNodeEvent(
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
