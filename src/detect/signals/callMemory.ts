import type { Signal } from '../../model/signal.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { jsonCodec, type DetectorState } from '../../store/stateCodec.ts';

/** Allowed calls of a user (`get secrets`, `create pods/exec`, `patch deployments.apps`) with the last UTC day of each. */
export type CallDays = Readonly<Record<string, TimeMs>>;

/** Since when and until when audit events have come in whole. */
interface SpanRow {
  readonly since: TimeMs;
  readonly last: TimeMs;
}

interface UserRow {
  readonly calls: CallDays;
}

type CallRow = SpanRow | UserRow;

/** State is kept beside the detectors’, under this name. */
export const CALL_MEMORY = { name: 'calls', version: 1, codec: jsonCodec<CallRow>() } as const;

/** What users asked the API for, as far as audit events say. */
export interface CallsKnown extends SpanRow {
  readonly users: ReadonlyMap<string, CallDays>;
}

/** What somebody does in another’s name is an impersonation. */
export const IMPERSONATES = 'impersonate';

const SPAN = 'span';
/** After a longer silence they begin anew: calls in between are unknown. */
const GAP_MS = 2 * DAY_MS;
const KEPT_MS = 120 * DAY_MS;
const MOST_USERS = 2_000;
const MOST_CALLS = 300;
/** Clients whose rights are Kubernetes’ own. */
const OF_CONTROL_PLANE = /^system:(?!serviceaccount:)|^unknown$/;
const REFUSED = new Set(['401', '403']);

/** Takes up the calls of the window that ends here; null while no audit event has come in. */
export function rememberCalls(
  calls: readonly Signal[],
  end: TimeMs,
  state: DetectorState<CallRow>,
): CallsKnown | null {
  if (calls.length > 0) takeUp(calls, end, state);
  if (end % DAY_MS === 0) forget(end, state);
  return callsKnown(new Map(state.entries()));
}

/** The same from the state alone. */
export function callsKnown(rows: ReadonlyMap<string, unknown> | undefined): CallsKnown | null {
  const span = rows?.get(SPAN) as SpanRow | undefined;
  if (rows === undefined || span === undefined) return null;
  const users = new Map<string, CallDays>();
  for (const [key, row] of rows) if (key !== SPAN) users.set(key.slice(2), (row as UserRow).calls);
  return { ...span, users };
}

function takeUp(calls: readonly Signal[], end: TimeMs, state: DetectorState<CallRow>): void {
  const before = state.get(SPAN) as SpanRow | undefined;
  // Of too many different calls some are counted together: whose they were is unknown.
  const isWhole = calls.every(({ facts }) => facts['resource'] !== 'others');
  const goesOn = before !== undefined && isWhole && end - before.last <= GAP_MS;
  const last = floorTo(end, HOUR_MS);
  if (!goesOn) state.set(SPAN, { since: end, last });
  else if (last > before.last) state.set(SPAN, { ...before, last });
  const day = floorTo(end, DAY_MS);
  const found = new Map<string, Set<string>>();
  const add = (user: string, call: string): void => {
    if (OF_CONTROL_PLANE.test(user)) return;
    const own = found.get(user) ?? new Set();
    found.set(user, own.add(call));
  };
  for (const { actor, rule: verb, facts } of calls) {
    if (actor.user === null || REFUSED.has(facts['code'] ?? '')) continue;
    const [user = '', other] = actor.user.split(' as ');
    if (other !== undefined) add(user, IMPERSONATES);
    add(other ?? user, `${verb} ${facts['resource'] ?? ''}`);
  }
  for (const [user, names] of found) {
    const row = state.get(`u/${user}`) as UserRow | undefined;
    const known = row?.calls ?? {};
    const fresh = [...names].filter((name) => known[name] !== day);
    if (fresh.length === 0) continue;
    const all = [...Object.entries(known), ...fresh.map((name) => [name, day] as const)];
    const latest = new Map(all);
    const kept = [...latest].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    state.set(`u/${user}`, { calls: Object.fromEntries(kept.slice(0, MOST_CALLS)) });
  }
}

/** Drops what is old, and the users that have been silent for longest of too many. */
function forget(end: TimeMs, state: DetectorState<CallRow>): void {
  const users = [...state.entries()].flatMap(([key, row]) =>
    'calls' in row ? [{ key, last: Math.max(0, ...Object.values(row.calls)) }] : [],
  );
  users.sort((a, b) => b.last - a.last || (a.key < b.key ? -1 : 1));
  for (const [index, { key, last }] of users.entries())
    if (index >= MOST_USERS || end - last > KEPT_MS) state.delete(key);
}
