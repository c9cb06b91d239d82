import type { ObservedWorkload, WorkloadChange, WorkloadTrace } from './timelineState.ts';

/** Kinds that somebody scales. DaemonSets follow the nodes, Knative scales to zero and back all day. */
const SCALED = new Set([
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'Rollout',
  'DeploymentConfig',
  'ReplicationController',
]);

interface Count extends Pick<WorkloadTrace, 'wished' | 'pods' | 'counted'> {
  readonly changes: readonly WorkloadChange[];
}

/**
 * Replicas of a workload and whether they changed. The wish says it exactly; without one, pods are counted
 * by the time that they held their place, and a number counts once two windows in a row show it: in a
 * rollout old and new pods overlap.
 */
export function countPods(before: WorkloadTrace | null, observed: ObservedWorkload): Count {
  const { snapshot, pods } = observed;
  const known = {
    wished: before?.wished ?? null,
    pods: before?.pods ?? null,
    counted: before?.counted ?? null,
  };
  if (!SCALED.has(pods[0].workload.kind) || !snapshot.complete) return { ...known, changes: [] };
  const { end } = snapshot.window;
  const held = Math.round(pods.reduce((sum, { heldShare }) => sum + heldShare, 0));
  const stands = known.counted?.pods === held;
  const count = {
    pods: stands || known.pods === null ? held : known.pods,
    counted: held === known.pods || stands ? null : { pods: held, at: end },
  };
  const { wished } = observed;
  if (wished !== null) {
    const from = known.wished;
    const changes = from !== null && from !== wished ? [scaled(from, wished, end)] : [];
    return { wished, ...count, changes };
  }
  const from = known.pods;
  const isScaled = stands && from !== null && from !== held;
  const since = known.counted?.at ?? end;
  const changes = isScaled ? [scaled(from, held, since)] : [];
  return { wished: null, ...count, changes };
}

function scaled(from: number, to: number, at: number): WorkloadChange {
  return {
    at,
    type: 'scaled',
    container: null,
    text: `scaled from ${from} to ${to}`,
    before: `${from}`,
    after: `${to}`,
  };
}
