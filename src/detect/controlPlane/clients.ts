import type { Signal } from '../../model/signal.ts';
import type { ClientCalls } from './state.ts';

/** A client and its requests of one window. */
export interface Client extends ClientCalls {
  readonly user: string;
  readonly userAgent: string;
}

const MOST_IPS = 5;
const MOST_CALLS = 3;
/** Refused because the client is nobody: a missing, wrong or expired credential. */
const UNAUTHENTICATED = '401';

/** The requests of a window by client, the busiest first. */
export function clientsOf(counted: readonly Signal[]): readonly Client[] {
  const byClient = new Map<string, Signal[]>();
  for (const one of counted) {
    const key = JSON.stringify([one.actor.user, one.actor.userAgent]);
    const same = byClient.get(key);
    if (same === undefined) byClient.set(key, [one]);
    else same.push(one);
  }
  return [...byClient.values()]
    .map(clientOf)
    .sort((a, b) => b.total - a.total || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** `USER (PROGRAM)`: what a finding is about. */
export function nameOf({ user, userAgent }: Pick<Client, 'user' | 'userAgent'>): string {
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
