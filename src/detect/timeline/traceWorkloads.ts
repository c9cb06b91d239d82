import { isOneShotKind } from '../../collect/identity.ts';
import type { DetectorState } from '../../store/stateCodec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { DAY_MS, floorTo, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { workloadKey } from '../../model/workload.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import { newNodeEvent, traceNodes } from './traceNodes.ts';
import type { Trace, WorkloadTrace } from './timelineState.ts';
import { traceWorkload } from './traceWorkload.ts';

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
