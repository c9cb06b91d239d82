import type { Signal } from '../../model/signal.ts';
import { MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { formatDuration, formatNumber, plural } from '../../model/text/units.ts';
import type { ClientCalls, ClientRow } from './state.ts';
import { FORGET_MS, type Context, type ControlPlaneRows, type Trouble } from './trouble.ts';

/** A client and its requests of one window. */
export interface Client extends ClientCalls {
  readonly user: string;
  readonly userAgent: string;
}

const MOST_CLIENTS = 1_000;
/** Weight of the newest window in what is usual. */
const NEWEST = 0.1;
const MOST_IPS = 5;
const MOST_CALLS = 3;
/** Refused because the client is nobody: a missing, wrong or expired credential. */
const UNAUTHENTICATED = '401';

/** Controllers of Kubernetes: who deletes a namespace lists all that is in it. */
const SYSTEM_CONTROLLER = /^system:(kube-|serviceaccount:kube-system:)/;
const SYSTEM_TIMES = 10;

const COUNTED = [
  ['lists-without-limit', 'unlimitedLists'],
  ['watch-loop', 'watches'],
  ['failed-logins', 'failedLogins'],
] as const;

/** Clients that load the API as no client should. */
export function* clientTroubles(
  counted: readonly Signal[],
  { snapshot, thresholds }: Context,
  rows: ControlPlaneRows,
): Iterable<Trouble> {
  const { window } = snapshot;
  const clients = clientsOf(counted);
  const { clients: limits } = thresholds.controlPlane;
  const span = formatDuration(window.end - window.start);
  // A start takes many requests at once, however short the window is.
  const length = Math.max(1, (window.end - window.start) / (5 * MINUTE_MS));
  for (const client of clients.slice(0, MOST_CLIENTS)) {
    const { user, userAgent, ...calls } = client;
    const scale = SYSTEM_CONTROLLER.test(user) ? SYSTEM_TIMES * length : length;
    const key = `client/${nameOf(client)}`;
    const stored = rows.get(key);
    const before: ClientRow | null = stored?.row === 'client' ? stored : null;
    const isKnown = before !== null && before.windows >= limits.usualWindows;
    const usual = before?.usual ?? calls.total;
    const isHigh =
      isKnown &&
      calls.total >= limits.timesUsual * usual &&
      calls.total >= limits.minRequests * scale;
    rows.set(key, {
      row: 'client',
      user,
      userAgent,
      usual: isHigh ? usual : usual + NEWEST * (calls.total - usual),
      windows: (before?.windows ?? 0) + 1,
      last: calls,
      lastSeen: window.end,
    });
    const who = `${user}${userAgent === '' ? '' : ` with ${userAgent}`}${calls.sourceIps.length === 0 ? '' : ` from ${calls.sourceIps.join(', ')}`}`;
    const mostly = calls.calls.join(', ');
    const about = {
      subject: nameOf(client),
      severity: 'warning' as const,
      unit: 'requests',
      on: 1,
    };
    if (isHigh)
      yield {
        ...about,
        rule: 'client-far-above-its-usual',
        value: calls.total,
        threshold: limits.timesUsual * usual,
        text: `${who} sent ${plural(calls.total, 'request')} in ${span}, usually ${formatNumber(usual)}; mostly ${mostly}`,
      };
    const { unlimitedLists, watches, failedLogins } = calls;
    const told = {
      unlimitedLists: `listed everything in one answer ${unlimitedLists} times in ${span} (LIST without a limit); mostly ${mostly}`,
      watches: `began ${watches} watches in ${span}: it does not keep them; mostly ${mostly}`,
      failedLogins: `was refused ${failedLogins} times in ${span}: a missing, wrong or expired credential (401)`,
    };
    for (const [rule, count] of COUNTED) {
      const [value, threshold] = [calls[count], limits[count]];
      if (value >= threshold * scale)
        yield { ...about, rule, value, threshold, text: `${who} ${told[count]}` };
    }
  }
  if (clients.length > 0) forgetClients(rows, window.end);
}

function forgetClients(rows: ControlPlaneRows, now: TimeMs): void {
  const known = Array.from(rows.entries()).flatMap(([key, row]) =>
    row.row === 'client' ? [{ key, lastSeen: row.lastSeen }] : [],
  );
  known.sort((a, b) => b.lastSeen - a.lastSeen || (a.key < b.key ? -1 : 1));
  known.forEach(({ key, lastSeen }, index) => {
    if (index >= MOST_CLIENTS || now - lastSeen > FORGET_MS) rows.delete(key);
  });
}

/** A user with more programs than that in a window is one client: a program’s name is what it says of itself. */
const MOST_PROGRAMS = 8;

/** The requests of a window by client, the busiest first. */
function clientsOf(counted: readonly Signal[]): readonly Client[] {
  const byUser = Map.groupBy(counted, ({ actor }) => actor.user);
  return [...byUser.values()]
    .flatMap((own) => {
      const byProgram = Map.groupBy(own, ({ actor }) => actor.userAgent);
      return byProgram.size > MOST_PROGRAMS
        ? [{ ...clientOf(own), userAgent: 'several programs' }]
        : [...byProgram.values()].map(clientOf);
    })
    .sort((a, b) => b.total - a.total || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** `USER (PROGRAM)`: what a finding is about. */
function nameOf({ user, userAgent }: Pick<Client, 'user' | 'userAgent'>): string {
  return userAgent === '' ? user : `${user} (${userAgent})`;
}

function clientOf(counted: readonly Signal[]): Client {
  const [first] = counted;
  const sum = (fits: (one: Signal) => boolean): number =>
    counted.filter(fits).reduce((all, { count }) => all + count, 0);
  const calls = new Map<string, number>();
  for (const { rule, facts, count } of counted) {
    const call = `${rule} ${facts['resource'] ?? ''}`.trim();
    calls.set(call, (calls.get(call) ?? 0) + count);
  }
  const frequent = [...calls].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return {
    user: first?.actor.user ?? 'unknown',
    userAgent: first?.actor.userAgent ?? '',
    total: sum(() => true),
    unlimitedLists: sum(({ facts }) => facts['unlimited'] === 'true'),
    watches: sum(({ rule }) => rule === 'watch'),
    failedLogins: sum(({ facts }) => facts['code'] === UNAUTHENTICATED),
    sourceIps: [...new Set(counted.flatMap(({ actor }) => actor.sourceIps))]
      .sort()
      .slice(0, MOST_IPS),
    calls: frequent.slice(0, MOST_CALLS).map(([call]) => call),
  };
}
