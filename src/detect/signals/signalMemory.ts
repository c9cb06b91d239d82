import type { Severity } from '../../model/finding.ts';
import type { Signal, SignalClass, SignalSource } from '../../model/signal.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';
import { SEVERITY_RANK } from '../findings/severity.ts';
import { isInternetFacing, workloadFinder, type Joined } from './joinSignals.ts';
import type { SignalThresholds } from './thresholds.ts';

/** The same event of a tool about the same thing by the same user, however often it came. */
export interface KnownSignal {
  readonly class: SignalClass;
  readonly source: SignalSource;
  readonly rule: string;
  readonly severity: Severity;
  readonly since: TimeMs;
  readonly last: TimeMs;
  readonly count: number;
  readonly text: string;
  readonly pod: string | null;
  readonly user: string | null;
  readonly userAgent: string | null;
  readonly sourceIps: readonly string[];
  /** Of a vulnerability: those that are exploited in the wild, where clients outside the cluster reach the workload. */
  readonly exploited?: readonly string[];
}

/** What is remembered of a workload; or, where it was about none, of the user who did it or else of the rule. */
export interface SignalRow {
  /** Null for a user and for what belongs to no namespace. */
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  /** The user, or what else it is about. */
  readonly subject: string | null;
  readonly signals: readonly KnownSignal[];
}

/** Events whose pod no window has shown yet, with the windows that they have waited for. */
interface WaitingRow {
  readonly waiting: readonly { readonly signal: Signal; readonly windows: number }[];
}

type MemoryRow = SignalRow | WaitingRow;

/** State is kept beside the detectors’, under this name. */
export const SIGNAL_MEMORY = {
  name: 'signals',
  version: 1,
  codec: jsonCodec<MemoryRow>(),
} as const;

/** What detectors may ask of the events of other tools, as of the end of a window. */
export interface SignalsSeen {
  /** What lately came in about a workload, with what its users did elsewhere; oldest first. */
  of(namespace: string, workload: WorkloadRef): readonly KnownSignal[];
  /** Everything that is remembered, by what it is about. */
  readonly rows: readonly SignalRow[];
  /** Counts of API calls that this window took up. */
  readonly calls: readonly Signal[];
}

export const NO_SIGNALS: SignalsSeen = { of: () => [], rows: [], calls: [] };

const MOST_OF_ONE = 30;
const MOST_ROWS = 2_000;
const MOST_WAITING = 500;
/** A pod is in the metrics one or two windows after its first event. */
const WAITING_WINDOWS = 3;
const REPORTS: ReadonlySet<SignalClass> = new Set([
  'vulnerability',
  'exposed-secret',
  'configuration',
]);

/** Takes up the window’s signals and forgets the old: pure, from the state and the window alone. */
export function rememberSignals(
  snapshot: Snapshot,
  state: DetectorState<MemoryRow>,
  thresholds: SignalThresholds,
): SignalsSeen {
  const { window, signals = [] } = snapshot;
  const calls = signals.filter((one) => one.class === 'api-calls');
  const events = signals.filter((one) => one.class !== 'api-calls');
  const rows = new Map<string, SignalRow>();
  let waited: WaitingRow['waiting'] = [];
  for (const [key, row] of state.entries()) {
    if ('waiting' in row) waited = row.waiting;
    else rows.set(key, row);
  }
  const changed = new Set<string>();
  if (events.length > 0 || waited.length > 0) {
    const { keys, waiting } = takeUp(events, waited, { snapshot, rows, thresholds });
    for (const key of keys) changed.add(key);
    if (waiting.length > 0) state.set(WAITING, { waiting });
    else if (waited.length > 0) state.delete(WAITING);
  }
  for (const key of forget(rows, window.end, thresholds)) changed.add(key);
  for (const key of changed) {
    const row = rows.get(key);
    if (row === undefined) state.delete(key);
    else state.set(key, row);
  }
  return seenOf(rows, calls);
}

/** The same from the state alone, for what explains a window that is sealed already. */
export function signalsOf(state: ReadonlyMap<string, unknown> | undefined): SignalsSeen {
  const rows = [...((state ?? new Map()) as ReadonlyMap<string, MemoryRow>)].flatMap(
    ([key, row]): [string, SignalRow][] => ('waiting' in row ? [] : [[key, row]]),
  );
  return seenOf(new Map(rows), []);
}

const WAITING = 'waiting';

interface TakingUp {
  readonly snapshot: Snapshot;
  readonly rows: Map<string, SignalRow>;
  readonly thresholds: SignalThresholds;
}

function takeUp(
  events: readonly Signal[],
  waited: WaitingRow['waiting'],
  { snapshot, rows, thresholds }: TakingUp,
): { readonly keys: ReadonlySet<string>; readonly waiting: WaitingRow['waiting'] } {
  const workloadsOf = workloadFinder(snapshot);
  const pods = new Map(
    snapshot.pods.map((pod) => [workloadKey(pod.namespace, pod.workload), pod] as const),
  );
  const keys = new Set<string>();
  const waiting: { signal: Signal; windows: number }[] = [];
  const put = (key: string, about: Omit<SignalRow, 'signals'>, known: KnownSignal): void => {
    rows.set(key, { ...about, signals: added(rows.get(key)?.signals ?? [], known) });
    keys.add(key);
  };
  /** Takes back what the same rule of the same tool reported about the same. */
  const take = (key: string, known: KnownSignal): void => {
    const row = rows.get(key);
    if (row === undefined) return;
    const signals = row.signals.filter((one) => identityOf(one) !== identityOf(known));
    if (signals.length === 0) rows.delete(key);
    else rows.set(key, { ...row, signals });
    keys.add(key);
  };
  for (const { signal, windows } of [
    ...waited,
    ...events.map((one) => ({ signal: one, windows: 0 })),
  ]) {
    if (signal.isWithdrawn === true) {
      const known = knownOf(signal, undefined);
      const { namespace } = signal.target;
      for (const [key, row] of rows)
        if (row.namespace === null || row.namespace === namespace) take(key, known);
      continue;
    }
    const found = workloadsOf(signal);
    const mayCome = signal.target.pod !== null || signal.target.podUid !== null;
    if (
      found.length === 0 &&
      mayCome &&
      windows < WAITING_WINDOWS &&
      waiting.length < MOST_WAITING
    ) {
      waiting.push({ signal, windows: windows + 1 });
      continue;
    }
    for (const one of found) {
      const key = workloadKey(one.namespace, one.workload);
      const known = knownOf(signal, exploitedOf(signal, pods.get(key), one, snapshot, thresholds));
      put(`w/${key}`, { ...one, subject: null }, known);
    }
    if (found.length > 0 || REPORTS.has(signal.class)) continue;
    const known = knownOf(signal, undefined);
    const { namespace } = signal.target;
    const users = usersOf(signal);
    for (const user of users)
      put(`a/${user}`, { namespace: null, workload: null, subject: user }, known);
    if (users.size === 0)
      put(
        `n/${namespace ?? ''}/${signal.rule}`,
        { namespace, workload: null, subject: signal.rule },
        known,
      );
  }
  return { keys, waiting };
}

/** Who did it; and whose token was requested: what is done with that later is done as that service account. */
function usersOf({ actor: { user }, class: what, facts, target }: Signal): ReadonlySet<string> {
  const account = facts['serviceAccount'];
  return new Set([
    ...(user === null ? [] : [user]),
    ...(what === 'token' && account !== undefined && target.namespace !== null
      ? [`system:serviceaccount:${target.namespace}:${account}`]
      : []),
  ]);
}

function knownOf(signal: Signal, exploited: readonly string[] | undefined): KnownSignal {
  const { source, rule, severity, at, count, text, target, actor } = signal;
  return {
    class: signal.class,
    source,
    rule,
    severity,
    since: at,
    last: at,
    count,
    text,
    pod: target.pod,
    ...actor,
    ...(exploited !== undefined && { exploited }),
  };
}

/** Of a vulnerability report: what is exploited in the wild; nothing where no client outside reaches the workload. */
function exploitedOf(
  { class: what, facts }: Signal,
  pod: PodSample | undefined,
  { namespace }: Joined,
  snapshot: Snapshot,
  { exploited }: SignalThresholds,
): readonly string[] | undefined {
  if (what !== 'vulnerability' || pod === undefined) return undefined;
  const wanted = new Set(exploited);
  const found = (facts['critical'] ?? '').split(' ').filter((id) => wanted.has(id));
  return isInternetFacing(namespace, pod.labels, snapshot) === true ? found : [];
}

/** What makes two events the same. */
function identityOf({ class: what, source, rule, pod, user, exploited }: KnownSignal): string {
  return JSON.stringify([what, source, rule, pod, user, exploited === undefined ? '' : 'report']);
}

/** With one more; of too many the oldest of the least severe go. */
function added(signals: readonly KnownSignal[], one: KnownSignal): readonly KnownSignal[] {
  const same = signals.find((known) => identityOf(known) === identityOf(one));
  const merged = same === undefined ? one : mergedOf(same, one);
  const all = [...signals.filter((known) => known !== same), merged];
  if (all.length > MOST_OF_ONE) {
    const [least] = all.toSorted(
      (a, b) => SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] || a.last - b.last,
    );
    all.splice(all.indexOf(least!), 1);
  }
  return all.toSorted(inOrder);
}

/** The later words, since the first of them; of a workload’s several images what is exploited in any. */
function mergedOf(same: KnownSignal, one: KnownSignal): KnownSignal {
  const exploited = [...new Set([...(same.exploited ?? []), ...(one.exploited ?? [])])].sort();
  return {
    ...one,
    since: Math.min(same.since, one.since),
    last: Math.max(same.last, one.last),
    count: same.count + one.count,
    ...(one.exploited !== undefined && { exploited }),
  };
}

function inOrder(a: KnownSignal, b: KnownSignal): number {
  return a.since - b.since || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** Drops what is too old, and the rows that have been quiet for longest of too many. @returns keys that changed */
function forget(
  rows: Map<string, SignalRow>,
  now: TimeMs,
  { hours, reportHours }: SignalThresholds,
): readonly string[] {
  const changed: string[] = [];
  for (const [key, row] of rows) {
    const fresh = row.signals.filter(
      (one) => now - one.last < (REPORTS.has(one.class) ? reportHours : hours) * HOUR_MS,
    );
    if (fresh.length === row.signals.length) continue;
    changed.push(key);
    if (fresh.length === 0) rows.delete(key);
    else rows.set(key, { ...row, signals: fresh });
  }
  if (rows.size <= MOST_ROWS) return changed;
  const lastOf = ({ signals }: SignalRow): number => Math.max(...signals.map(({ last }) => last));
  const quietest = [...rows]
    .sort(([a, one], [b, other]) => lastOf(one) - lastOf(other) || (a < b ? -1 : 1))
    .slice(0, rows.size - MOST_ROWS);
  for (const [key] of quietest) {
    rows.delete(key);
    changed.push(key);
  }
  return changed;
}

function seenOf(rows: ReadonlyMap<string, SignalRow>, calls: readonly Signal[]): SignalsSeen {
  return {
    rows: [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    calls,
    of(namespace, workload) {
      const own = rows.get(`w/${workloadKey(namespace, workload)}`)?.signals ?? [];
      const users = new Set(own.flatMap(({ user }) => user ?? []));
      const elsewhere = [...users].flatMap((user) => rows.get(`a/${user}`)?.signals ?? []);
      const all = new Map([...own, ...elsewhere].map((one) => [JSON.stringify(one), one] as const));
      return [...all.values()].sort(inOrder);
    },
  };
}
