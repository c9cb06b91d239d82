import type { Snapshot } from '../../../model/snapshot.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { workloadKey, type WorkloadRef } from '../../../model/workload.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import { jsonCodec, type DetectorState } from '../../../store/stateCodec.ts';
import { CLUSTER, distinctWorkloads } from '../check.ts';
import type { PostureInput } from '../postureInput.ts';
import { accessOf, describeGrant, lacksAccess, type Account, type Grantee } from './access.ts';

/** What somebody had: the abilities that each of its grants gives. */
interface AccessTrace {
  /** A user’s or group’s is that of its first binding, `(cluster)` for the whole cluster. */
  readonly namespace: string;
  readonly subject: WorkloadRef;
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

type Row = AccessTrace | { readonly begun: true };

/** State is kept beside the detectors’, by `subjectKey`. */
export const ACCESS_TRACES = { name: 'access', version: 1, codec: jsonCodec<Row>() } as const;

const BEGUN = 'begun';
/** Workloads that an account’s change is shown on, and characters of what it had. */
const MOST_WORKLOADS = 20;
const MOST_CHARACTERS = 1_000;
const RULES = 'what its rules say';

/**
 * What changed of who may do what since the hour before, on the time line of each user, group and service account and of
 * the workloads that run with it. Unknown is never a change, and the very first look tells nothing.
 *
 * @returns the events, and changes `state`.
 */
export function traceAccess(
  { window: { end }, objects }: Snapshot,
  posture: () => PostureInput,
  state: DetectorState<Row>,
): readonly WorkloadEvent[] {
  if (end % HOUR_MS !== 0 || !objects) return [];
  const input = posture();
  if (lacksAccess(input)) return [];
  const { grantees, accounts } = accessOf(input);
  const isFirst = state.get(BEGUN) === undefined;
  const now = new Map(
    [...grantees].flatMap(([key, grantee]) => {
      const trace = traceOf(grantee);
      return trace === null ? [] : [[key, trace] as const];
    }),
  );
  const before = new Map(
    Array.from(state.entries()).flatMap(([key, row]) =>
      'begun' in row ? [] : [[key, row] as const],
    ),
  );
  if (isFirst) state.set(BEGUN, { begun: true });
  const events: WorkloadEvent[] = [];
  for (const key of [...new Set([...before.keys(), ...now.keys()])].sort()) {
    const [was, is] = [before.get(key), now.get(key)];
    const text = changeOf(was?.grants ?? {}, is?.grants ?? {});
    if (text === null) continue;
    if (is === undefined) state.delete(key);
    else state.set(key, is);
    if (isFirst) continue;
    const { namespace, subject } = (is ?? was)!;
    const change = {
      at: end,
      type: 'access',
      container: null,
      before: was === undefined ? null : listed(was),
      after: is === undefined ? null : listed(is),
    } as const;
    events.push({ ...change, namespace, workload: subject, text });
    for (const workload of workloadsWith(accounts, namespace, subject))
      events.push({
        ...change,
        namespace,
        workload,
        text: `its service account ${subject.name} ${text}`,
      });
  }
  return events;
}

function traceOf({ subject, bindings, reaches }: Grantee): AccessTrace | null {
  const grants: Record<string, readonly string[]> = {};
  let place: string | null = null;
  for (const { binding, role, isBuiltIn } of bindings) {
    if (role === null || isBuiltIn) continue;
    place ??= binding.namespace || CLUSTER;
    grants[describeGrant({ role, binding })] = reaches
      .filter((one) => one.binding === binding)
      .map(({ ability, names }) =>
        names === null ? ability : `${ability} (${[...names].join(', ')})`,
      )
      .sort();
  }
  if (place === null) return null;
  const { kind, namespace, name } = subject;
  return {
    namespace: kind === 'ServiceAccount' ? namespace : place,
    subject: { kind, name },
    grants,
  };
}

/** What was given and taken, in words; null where it is the same. */
function changeOf(before: AccessTrace['grants'], now: AccessTrace['grants']): string | null {
  const parts: string[] = [];
  for (const grant of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
    const [was = null, is = null] = [before[grant], now[grant]];
    const more = (is ?? []).filter((one) => was?.includes(one) !== true);
    const less = (was ?? []).filter((one) => is?.includes(one) !== true);
    if (was === null) parts.push(`may now ${more.join(', ') || RULES}: ${grant}`);
    else if (is === null) parts.push(`may no longer ${less.join(', ') || RULES}: ${grant}`);
    else {
      if (more.length > 0) parts.push(`may now ${more.join(', ')}: ${grant} has changed`);
      if (less.length > 0) parts.push(`may no longer ${less.join(', ')}: ${grant} has changed`);
    }
  }
  return parts.length === 0 ? null : parts.join('; ').slice(0, MOST_CHARACTERS);
}

function listed({ grants }: AccessTrace): string {
  const texts = Object.entries(grants).map(
    ([grant, abilities]) => `${grant} (${abilities.join(', ') || RULES})`,
  );
  return texts.sort().join('; ').slice(0, MOST_CHARACTERS);
}

function workloadsWith(
  accounts: ReadonlyMap<string, Account>,
  namespace: string,
  { kind, name }: WorkloadRef,
): readonly WorkloadRef[] {
  if (kind !== 'ServiceAccount') return [];
  const pods = accounts.get(`${namespace}/${name}`)?.pods ?? [];
  return distinctWorkloads(pods)
    .toSorted((a, b) => (workloadKey(namespace, a) < workloadKey(namespace, b) ? -1 : 1))
    .slice(0, MOST_WORKLOADS);
}
