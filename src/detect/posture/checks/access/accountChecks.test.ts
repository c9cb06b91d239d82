import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../../../../test/support/specs.ts';
import { tidy } from '../../../../../test/support/posture/planted.ts';
import {
  binding,
  role,
  serviceAccount,
  type AnyObject,
} from '../../../../../test/support/posture/rawObjects.ts';
import { SIGNAL_ROUTES } from '../../../../collect/signals/readers.ts';
import { DAY_MS, type TimeMs } from '../../../../model/time.ts';
import { CALL_MEMORY, callsKnown, rememberCalls } from '../../../signals/callMemory.ts';
import { postureOfInventory } from '../../readInput.ts';
import { ACCOUNT_CHECKS } from './bindingChecks.ts';

const START = Date.UTC(2026, 9, 1);
const APP = 'system:serviceaccount:shop:app';

type Call = readonly [user: string, verb: string, path: string, code?: number];

/** An audit event as the API server’s webhook sends it. */
function auditEvent([user, verb, path, code = 200]: Call, at: TimeMs, index: number): object {
  const [apiGroup, resource, subresource] = path.split('/');
  const [own, other] = user.split(' as ');
  return {
    auditID: `${at}-${index}`,
    stage: 'ResponseComplete',
    verb,
    requestURI: '/',
    user: { username: own, groups: [] },
    ...(other !== undefined && { impersonatedUser: { username: other, groups: [] } }),
    objectRef: { apiGroup, resource, subresource, namespace: 'shop' },
    responseStatus: { code },
    stageTimestamp: new Date(at).toISOString(),
  };
}

/** What is known after these calls on each of so many days. */
function afterDays(days: number, calls: readonly Call[], without: readonly number[] = []) {
  const rows = new Map<string, unknown>();
  const state = {
    get: (key: string) => rows.get(key) as never,
    set: (key: string, row: unknown) => void rows.set(key, row),
    delete: (key: string) => void rows.delete(key),
    entries: () => rows.entries() as never,
  };
  for (let day = 0; day <= days; day += 1) {
    if (without.includes(day)) continue;
    const now = START + day * DAY_MS;
    const items = calls.map((call, index) => auditEvent(call, now, index));
    const body = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items };
    const signals = SIGNAL_ROUTES['audit']!.read(body, { now, windowMs: 300_000 });
    rememberCalls(
      signals.filter((one) => one.class === 'api-calls'),
      now,
      state,
    );
  }
  const encoded = [...rows].map(
    ([key, row]) => [key, CALL_MEMORY.codec.encode(row as never)] as const,
  );
  return callsKnown(new Map(encoded.map(([key, bytes]) => [key, CALL_MEMORY.codec.decode(bytes)])));
}

const GRANTED: readonly AnyObject[] = [
  ...tidy('shop'),
  serviceAccount('shop', 'app'),
  role('shop', 'app', ['get,list@/configmaps,secrets', 'patch@apps/deployments']),
  binding('shop', 'app', 'Role:app', 'shop/app'),
];

function unused(calls: ReturnType<typeof afterDays>, more: readonly AnyObject[] = []) {
  const input = postureOfInventory(inventoryOf([...GRANTED, ...more], START), null);
  const check = ACCOUNT_CHECKS.find(({ id }) => id === 'rbac-unused')!;
  return check
    .run({ ...input, calls })
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ outcome, subject = '', text }) => `${outcome} ${subject} ${text}`);
}

const GRANT = 'Role shop/app through RoleBinding shop/app';

describe('grants that are not used', () => {
  it('are the whole grant, or its strong rights alone', () => {
    expect(unused(afterDays(31, [['jane', 'list', '/pods']]))).toEqual([
      `failed ServiceAccount shop/app has not used in 31 days of audit events: ${GRANT}`,
    ]);
    expect(unused(afterDays(31, [[APP, 'get', '/configmaps']]))).toEqual([
      `failed ServiceAccount shop/app has not used in 31 days of audit events: read secrets, run pods of ${GRANT}`,
    ]);
    const all: Call[] = [
      [APP, 'list', '/secrets'],
      [APP, 'patch', 'apps/deployments', 409],
    ];
    expect(unused(afterDays(31, all))).toEqual([]);
  });

  it('do not count what was refused, or another’s calls', () => {
    const refused: Call[] = [
      [APP, 'list', '/secrets', 403],
      ['system:serviceaccount:blog:app', 'list', '/secrets'],
      [APP, 'list', 'example.com/secrets'],
      [APP, 'patch', 'apps/deployments/scale'],
    ];
    expect(unused(afterDays(31, refused))).toHaveLength(1);
  });

  it('count what somebody did in another’s name as the use of both', () => {
    const grants = [
      role(null, 'acts', ['impersonate@/users']),
      binding(null, 'acts', 'acts', 'User:jane', 'User:john'),
    ];
    const calls: Call[] = [
      [`jane as ${APP}`, 'list', '/secrets'],
      [APP, 'patch', 'apps/deployments'],
    ];
    // Impersonation is no verb of its own in audit events: a grant of nothing else cannot be judged.
    expect(unused(afterDays(31, calls), grants)).toEqual([]);
  });

  it.each([
    ['no audit events come in (signals.audit)', null],
    ['audit events are known of 12 days, 30 are needed', afterDays(12, [[APP, 'get', '/pods']])],
    [
      'audit events are known of 20 days, 30 are needed',
      afterDays(40, [[APP, 'get', '/pods']], [17, 18, 19]),
    ],
  ])('are not evaluated where %s', (text, calls) => {
    expect(unused(calls)).toEqual([`not-evaluated  ${text}`]);
  });

  it('are not evaluated where calls were too many to be counted apart', () => {
    const known = afterDays(31, [[APP, 'get', '/pods']])!;
    expect(known.users.get(APP)).toEqual({ 'get pods': START + 31 * DAY_MS });
    const rows = new Map<string, unknown>([['span', { since: known.since, last: known.last }]]);
    const state = {
      get: (key: string) => rows.get(key) as never,
      set: (key: string, row: unknown) => void rows.set(key, row),
      delete: (key: string) => void rows.delete(key),
      entries: () => rows.entries() as never,
    };
    const others = { rule: 'get', actor: { user: 'other clients' }, facts: { resource: 'others' } };
    const end = known.last + DAY_MS;
    expect(rememberCalls([others as never], end, state)?.since).toBe(end);
  });
});
