import { describe, expect, test } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { policyOf } from '../../channels/channels.ts';
import type { PlanningView } from '../../store/notifications/deliveryStore.ts';
import { aFinding, anEvent, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { planDeliveries } from './plan.ts';

const config = configSchema.parse({
  slack: { token: 'x', channel: '#cost', securityChannel: '#security' },
  owners: {
    routes: [{ match: { namespace: 'payments' }, slack: '#payments' }],
    teams: { 'team-cart': '#cart', 'team-lost': 'nowhere' },
  },
  notifications: { preview: 'off' },
});
const policy = policyOf(config);

const budget = (namespace: string, owner: string | null) =>
  aFinding({
    kind: 'budget',
    severity: 'warning',
    owner,
    scope: { namespace, workload: null, container: null, subject: '2026-11' },
  });

function planFor(findings: PlanningView['findings'], saidOnce: readonly string[] = []) {
  const view: PlanningView = {
    version: 0,
    cursor: 1,
    events: findings.map((finding) => ({ event: anEvent(finding), suppressed: false })),
    findings,
    records: [],
    silences: [],
    holdUntil: null,
    toldUntil: null,
    watermark: TEST_NOW,
    installedAt: 1,
    pages: [],
    saidOnce: new Set(saidOnce),
  };
  return planDeliveries(view, policy, TEST_NOW);
}

function notesOf({ deliveries }: ReturnType<typeof planFor>): readonly string[] {
  return deliveries.flatMap(({ notice, receiver }) =>
    notice.kind === 'note' ? notice.lines.map((line) => `${receiver.target} ${line}`) : [],
  );
}

const targetsOf = ({ deliveries }: ReturnType<typeof planFor>) =>
  deliveries
    .filter(({ notice }) => notice.kind === 'findings')
    .map(({ receiver }) => receiver.target);

describe('owners', () => {
  test.each([
    ['a route of the operator', budget('payments', null), '#payments'],
    ['a team that is mapped to a channel', budget('shop', 'team-cart'), '#cart'],
    ['a channel of its own', budget('shop', '#shop'), '#shop'],
    ['an e-mail address', budget('shop', 'Alice@Example.com'), 'email:alice@example.com'],
    ['a user group by handle', budget('shop', '@Shop-Devs'), 'group:@shop-devs'],
    ['a user group by id', budget('shop', 'S0SHOPDEVS'), 'group:S0SHOPDEVS'],
  ])('are reached by %s', (_, finding, target) => {
    const plan = planFor([finding]);
    expect(targetsOf(plan)).toEqual([target]);
    expect(notesOf(plan)).toEqual([]);
  });

  test.each([
    [
      'nobody owns it',
      budget('shop', null),
      'namespace shop has no owner. Set one of burnwatch.io/owner',
    ],
    [
      'a name that Slack does not know',
      budget('shop', 'team-x'),
      "Map it under owners.teams, such as team-x: '#channel'",
    ],
    ['a mapping that leads nowhere', budget('shop', 'team-lost'), 'is mapped to nowhere'],
    [
      'abuse of a workload that names its owner itself',
      aFinding({ owner: '#attacker' }),
      'do not route abuse',
    ],
  ])(
    '%s: said with how to fix it, and its news come to the platform or security',
    (_, finding, text) => {
      const plan = planFor([finding]);
      expect(notesOf(plan)[0]).toContain(text);
      expect(notesOf(plan)[0]).toMatch(/^#cost /);
      expect(targetsOf(plan)).toEqual([finding.kind === 'budget' ? '#cost' : '#security']);
    },
  );

  test('several at once are one note; each is listed once', () => {
    const findings = [budget('a', null), budget('b', 'team-x'), budget('c', 'team-x')];
    const first = planFor(findings);
    expect(notesOf(first)).toHaveLength(3);
    const second = planFor([...findings, budget('d', null)], first.saidOnce);
    expect(notesOf(second)).toHaveLength(2);
    expect(notesOf(second)[0]).toContain('namespace d');
    expect(notesOf(planFor(findings, [...first.saidOnce]))).toEqual([]);
  });
});
