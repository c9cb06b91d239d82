import type { WindowConfig } from './config.ts';
import type { Thresholds } from '../detect/detectors.ts';
import { abuseDetector } from '../detect/abuse/abuseDetector.ts';
import { explainLast, explainNext, type Explanation } from '../detect/abuse/explain.ts';
import type { AbuseState, Rows } from '../detect/abuse/state/state.ts';
import { configuredEvents } from '../detect/planned/plannedEvents.ts';
import { plannedIn } from '../model/plannedEvent.ts';
import type { DetectContext, Detector } from '../detect/detector.ts';
import { SIGNAL_MEMORY, signalsOf, type SignalsSeen } from '../detect/signals/signalMemory.ts';
import type { DetectorCodecs, HistoryReader } from '../store/history.ts';
import type { StoredPodSpec } from '../store/workloads.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { floorTo, formatTime, type TimeMs, type Window } from '../model/time.ts';
import { containerKey, type WorkloadRef } from '../model/workload.ts';
import { nearNames, noSuchNamespace } from '../model/text/nearNames.ts';
import type { CycleState } from '../store/cycleState.ts';

export interface ExplainQuery {
  readonly namespace: string;
  readonly name: string;
  /** Null: every kind that bears the name. */
  readonly kind: string | null;
  /** The last window that ends at or before this is explained. */
  readonly at: TimeMs;
}

/** What abuse detection makes of a workload in one window. */
export interface AbuseExplanation {
  readonly window: Window;
  readonly historyStart: TimeMs;
  readonly workloads: readonly {
    readonly workload: WorkloadRef;
    readonly subjects: readonly Explanation[];
  }[];
  /** What this explanation does not know that the verdict of its time may have known. */
  readonly unknown: readonly string[];
}

/** The history cannot explain that; the message says why. */
export class CannotExplain extends Error {
  override readonly name = 'CannotExplain';
}

/** Specs of a namespace that are looked at. */
const MAX_SPECS = 2_000;

const CODECS: DetectorCodecs = new Map<string, Pick<Detector<unknown>, 'version' | 'codec'>>([
  [abuseDetector.name, abuseDetector],
  [SIGNAL_MEMORY.name, SIGNAL_MEMORY],
]);

/**
 * Explains a workload as the detector saw it: in the last sealed window from the state as it is, at an
 * earlier time by replaying the namespace's window rows from the last daily checkpoint of the state.
 *
 * @param present the pods that the sources list now, for what window rows do not hold; null: nothing.
 * @throws CannotExplain when the history does not reach there, or never saw the workload.
 */
export async function explainAbuse(
  reader: HistoryReader,
  { config, thresholds }: { readonly config: WindowConfig; readonly thresholds: Thresholds },
  query: ExplainQuery,
  present: Snapshot | null,
): Promise<AbuseExplanation> {
  const { historyStart, watermark, windowMs = config.schedule.window } = await reader.status();
  if (historyStart === null || watermark === null)
    throw new CannotExplain('the history is empty: nothing was observed yet');
  const end = Math.min(floorTo(query.at, windowMs), watermark);
  if (end < historyStart)
    throw new CannotExplain(
      `the history begins at ${formatTime(historyStart)}: what was before is not known`,
    );
  const isLast = end === watermark;
  const state = isLast
    ? await reader.loadState(CODECS)
    : await reader.stateBefore(end - windowMs, CODECS);
  if (state === null)
    throw new CannotExplain(
      `the state of ${formatTime(end)} is gone: daily checkpoints are kept for 14 days`,
    );
  const from = isLast ? end - windowMs : (state.watermark ?? historyStart - windowMs);
  const stored = await reader.storedWindows({ namespace: query.namespace, from, to: end });
  const kept = await reader.podSpecs({ namespace: query.namespace, pod: null, limit: MAX_SPECS });
  const rows = new Map((state.detectors.get('abuse') ?? []) as Iterable<[string, AbuseState]>);
  const enriched = enrich(stored, present, kept, rows);
  const last = enriched.snapshots.at(-1);
  if (last === undefined || last.window.end !== end)
    throw new CannotExplain(
      `the window rows of ${formatTime(end)} are gone: they are kept as long as history.retention.windows says`,
    );
  const workloads = workloadsOf(last, query);
  if (workloads.length === 0)
    throw new CannotExplain(absence(state, query, last, await reader.namespaces()));
  // At an earlier time they are those of the checkpoint: what came between is in the findings of then.
  const signals = signalsOf(state.detectors.get(SIGNAL_MEMORY.name));
  const contextOf = (snapshot: Snapshot): DetectContext<Thresholds> =>
    contextFor(snapshot, historyStart, config, thresholds, signals);
  const unknown = [...enriched.unknown];
  if (!isLast) {
    for (const snapshot of enriched.snapshots.slice(0, -1))
      abuseDetector.detect(contextOf(snapshot), rows);
    unknown.push(
      `Replayed from the state of ${formatTime(from)} with today’s thresholds: peers of its image in other namespaces stand as they were then`,
    );
  } else unknown.push('Groups of short-lived workloads are judged with the window, not again here');
  const explained = workloads.map((workload) => ({
    workload,
    subjects: isLast
      ? explainLast(contextOf(last), rows, workload)
      : explainNext(contextOf(last), new Map(rows), workload),
  }));
  return { window: last.window, historyStart, workloads: explained, unknown };
}

function contextFor(
  snapshot: Snapshot,
  historyStart: TimeMs,
  config: WindowConfig,
  thresholds: Thresholds,
  signals: SignalsSeen,
): DetectContext<Thresholds> {
  return {
    snapshot,
    costs: { allocations: [], nodes: [], unattached: [] },
    config,
    thresholds,
    historyStart,
    ownerOf: () => null,
    podOwners: () => new Map(),
    planned: (scope) => plannedIn(configuredEvents(config.events), scope, snapshot.window),
    isOpen: () => false,
    signals,
  };
}

/**
 * Creation times, host network and specs are not in window rows: taken from the present by pod UID, the host
 * network also from what was kept of specs, or from whether the detector knew the pod’s traffic.
 */
function enrich(
  stored: readonly Snapshot[],
  present: Snapshot | null,
  kept: readonly StoredPodSpec[],
  rows: Rows,
): { readonly snapshots: readonly Snapshot[]; readonly unknown: readonly string[] } {
  const known = new Map((present?.pods ?? []).map((pod) => [pod.uid, pod]));
  const keptOf = new Map(kept.map(({ uid, spec }) => [uid, spec]));
  let isHostNetworkGuessed = false;
  let isSpecMissing = false;
  const pods = (list: readonly PodSample[]): readonly PodSample[] =>
    list.map((pod) => {
      const now = known.get(pod.uid);
      const past = keptOf.get(pod.uid);
      const hostNetwork = now?.hostNetwork ?? past?.hostNetwork ?? networkThen(rows, pod);
      if (hostNetwork === null) isHostNetworkGuessed = true;
      if ((now?.spec ?? null) === null) isSpecMissing = true;
      return {
        ...pod,
        createdAt: now?.createdAt ?? null,
        hostNetwork,
        // What was kept has no commands: of signatures it would show "none" where they are unknown.
        spec: now?.spec ?? null,
      };
    });
  const snapshots = stored.map((snapshot) => ({ ...snapshot, pods: pods(snapshot.pods) }));
  const unknown: string[] = [];
  if (isHostNetworkGuessed)
    unknown.push(
      'Whether pods that are gone shared their node’s network is not kept: their network counts as unknown',
    );
  if (isSpecMissing)
    unknown.push('Commands, arguments and security settings of its pods are not known here');
  return { snapshots, unknown };
}

/** False where the detector counted the traffic of its workload, or of any where it never saw this one. */
function networkThen(rows: Rows, { namespace, workload, containers }: PodSample): false | null {
  const isCounted = (row: AbuseState | undefined): boolean =>
    row?.row === 'track' && row.smoothNet >= 0;
  const own = containers.flatMap(
    ({ name }) => rows.get(`c/${containerKey(namespace, workload, name)}`) ?? [],
  );
  const seen = own.length > 0 ? own : Array.from(rows.entries(), ([, row]) => row);
  return seen.some(isCounted) ? false : null;
}

function workloadsOf({ pods }: Snapshot, { name, kind }: ExplainQuery): readonly WorkloadRef[] {
  const found = new Map<string, WorkloadRef>();
  for (const { workload } of pods)
    if (workload.name === name && (kind === null || workload.kind === kind))
      found.set(`${workload.kind}/${workload.name}`, workload);
  return [...found.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function absence(
  state: CycleState,
  { namespace, name }: ExplainQuery,
  { pods, window }: Snapshot,
  namespaces: readonly string[],
): string {
  if (!namespaces.includes(namespace)) return noSuchNamespace(namespace, namespaces);
  let lastSeen = 0;
  for (const [key, row] of state.detectors.get('abuse') ?? []) {
    const [tag, where, , what] = key.split('/');
    const track = row as AbuseState;
    if (tag === 'c' && where === namespace && what === name && track.row === 'track')
      lastSeen = Math.max(lastSeen, track.lastSeen);
  }
  const running = [...new Set(pods.map(({ workload }) => workload.name))];
  const seen =
    lastSeen === 0
      ? nearNames(name, running)
      : `; it was last seen in the window of ${formatTime(lastSeen)} (--at TIME)`;
  return `${namespace}/${name} did not run in the window that ends at ${formatTime(window.end)}${seen}`;
}
