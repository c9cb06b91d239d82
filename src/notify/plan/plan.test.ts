import { describe, expect, test } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import type { Finding } from '../../model/finding.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { NoticeReason } from '../../store/notifications/notice.ts';
import { policyOf as configuredPolicy } from '../../channels/channels.ts';
import { createSilence } from '../silences/createSilence.ts';
import type {
  NotifiedRecord,
  Plan,
  PlanningView,
} from '../../store/notifications/deliveryStore.ts';
import { aFinding, anEvent, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { planDeliveries } from './plan.ts';

function policyOf(more: object = {}) {
  return configuredPolicy(
    configSchema.parse({
      slack: { token: 'x', channel: '#cost', securityChannel: '#security' },
      owners: { routes: [{ match: { namespace: 'shop' }, slack: '#shop' }] },
      webhooks: [{ name: 'pager', url: 'http://x.example', pager: true }],
      notifications: { preview: 'off' },
      ...more,
    }),
  );
}

const POLICY = policyOf();

function viewOf(findings: readonly Finding[], more: Partial<PlanningView> = {}): PlanningView {
  return {
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
    saidOnce: new Set(),
    ...more,
  };
}

/** `target reason name` of everything that is sent, the notes by their titles. */
function told({ deliveries }: Plan): readonly string[] {
  return deliveries.flatMap(({ receiver, notice }) => {
    const to = receiver.target === '' ? receiver.channel : receiver.target;
    if (notice.kind === 'note') return [`${to} note: ${notice.title}`];
    if (notice.kind !== 'findings') return [];
    return notice.changes.map(({ reason, findingId }) => {
      const finding = notice.findings.find(({ id }) => id === findingId);
      return `${to} ${reason} ${finding?.scope.workload?.name ?? finding?.scope.namespace ?? ''}`;
    });
  });
}

const plan = (view: PlanningView, policy = POLICY, now = TEST_NOW) =>
  planDeliveries(view, policy, now);

const warning = (kind: Finding['kind'], name: string, more: Partial<Finding> = {}) =>
  aFinding({ name, kind, severity: 'warning', ...more });

/** What a receiver got before. */
function recordOf(finding: Finding, more: Partial<NotifiedRecord> = {}): NotifiedRecord {
  return {
    receiver: { channel: 'slack', target: '#security' },
    findingId: finding.id,
    conversation: `finding/${finding.id}`,
    state: 'open',
    severity: finding.severity,
    reason: 'new',
    at: TEST_NOW - HOUR_MS,
    ...more,
  };
}

describe('who gets what at once', () => {
  test.each([
    [aFinding({ name: 'a' }), ['#security new a', 'webhook:pager new a', '#shop new a']],
    [warning('cryptojacking', 'a'), ['#security new a']],
    [aFinding({ name: 'a', severity: 'info' }), []],
    [warning('budget', 'a'), ['#shop new a']],
    [warning('underprovisioned', 'a', { rule: 'oom-killed' }), ['#shop new a']],
    [warning('underprovisioned', 'a', { rule: 'throttled', evidence: [] }), []],
    [warning('cost-spike', 'a'), ['#cost new a']],
    [warning('data-quality', 'a'), ['#cost new a']],
    [aFinding({ kind: 'data-quality', name: 'a' }), ['#cost new a', 'webhook:pager new a']],
    [warning('overprovisioned', 'a'), []],
    [warning('overprovisioned', 'a', { rule: 'gpu-unused' }), ['#shop new a']],
    [warning('abandoned', 'a'), []],
    [warning('posture', 'a'), []],
  ] as const)('%#: $kind of $severity', (finding, expected) => {
    expect(told(plan(viewOf([finding])))).toEqual(expected);
  });

  test('security and the pager go before everybody else', () => {
    const { deliveries } = plan(viewOf([aFinding(), warning('budget', 'b')]));
    const first = deliveries.toSorted((a, b) => b.priority - a.priority)[0];
    expect(first?.receiver.channel).toBe('webhook:pager');
  });
});

describe('the life of a finding, a named reason for each news', () => {
  const open = aFinding({ severity: 'warning' });
  test.each([
    ['worse', { severity: 'critical' }, {}],
    ['better', {}, { severity: 'critical' }],
    ['acknowledged', { state: 'acknowledged' }, {}],
    ['accepted', { state: 'accepted' }, {}],
    ['resolved', { state: 'resolved' }, {}],
    ['reopened', {}, { state: 'resolved' }],
    ['review-due', {}, { state: 'accepted' }],
    ['reminder', {}, { at: TEST_NOW - DAY_MS }],
  ] as const satisfies readonly [NoticeReason, Partial<Finding>, Partial<NotifiedRecord>][])(
    '%s',
    (reason, now, before) => {
      const finding = { ...open, ...now };
      const view = viewOf([finding], { events: [], records: [recordOf(open, before)] });
      expect(told(plan(view)).filter((line) => line.startsWith('#security'))).toEqual([
        `#security ${reason} checkout`,
      ]);
    },
  );

  test('nothing new is nothing sent; an acknowledged one is not reminded of', () => {
    const records = [recordOf(open)];
    expect(told(plan(viewOf([open], { events: [], records })))).toEqual([]);
    const mine = { ...open, state: 'acknowledged' } as const;
    const old = [recordOf(open, { state: 'acknowledged', at: TEST_NOW - 30 * DAY_MS })];
    expect(told(plan(viewOf([mine], { events: [], records: old })))).toEqual([]);
  });

  test('after a muted backfill it is already open, and what is over by then only if it was critical', () => {
    const muted = (finding: Finding) => [{ event: anEvent(finding), suppressed: true }];
    expect(told(plan(viewOf([open], { events: muted(open) })))).toEqual([
      '#security already-open checkout',
    ]);
    const over = aFinding({ state: 'resolved', resolvedAt: TEST_NOW });
    expect(told(plan(viewOf([over])))).toContain('#security missed checkout');
    expect(told(plan(viewOf([{ ...over, severity: 'warning' }])))).toEqual([]);
  });
});

describe('quiet', () => {
  const silence = (matcher: string) =>
    createSilence(
      { matchers: [matcher], endsAt: TEST_NOW + HOUR_MS, author: 'a', reason: 'r' },
      TEST_NOW - 1,
    );

  test('a silence holds back, and lets through what calms an old message', () => {
    const finding = aFinding();
    const silences = [silence('namespace=shop')];
    expect(told(plan(viewOf([finding], { silences })))).toEqual([]);
    const over = { ...finding, state: 'resolved' } as const;
    const view = viewOf([over], { silences, records: [recordOf(finding)] });
    expect(told(plan(view))).toEqual(['#security resolved checkout']);
  });

  test('abuse mutes money and right-sizing news of the same workload, not of others', () => {
    const findings = [
      aFinding({ name: 'a' }),
      warning('cost-spike', 'a'),
      warning('cost-spike', 'b'),
    ];
    expect(told(plan(viewOf(findings))).filter((line) => line.startsWith('#cost'))).toEqual([
      '#cost new b',
    ]);
  });

  test('accepted abuse mutes nothing: the use is wanted', () => {
    const accepted = { ...aFinding({ name: 'a' }), state: 'accepted' } as const;
    const lines = told(plan(viewOf([accepted, warning('cost-spike', 'a')])));
    expect(lines.filter((line) => line.startsWith('#cost'))).toEqual(['#cost new a']);
  });

  test('maintenance keeps all quiet but abuse, and abuse where it is named', () => {
    const findings = [aFinding({ name: 'a' }), warning('cost-spike', 'b')];
    const during = (matchers: readonly string[]) =>
      policyOf({
        maintenance: [
          {
            name: 'move',
            matchers,
            start: '2026-11-24T05:00:00Z',
            end: '2026-11-24T07:00:00Z',
          },
        ],
      });
    const names = (policy: typeof POLICY) => [
      ...new Set(told(plan(viewOf(findings), policy)).map((line) => line.split(' ')[2])),
    ];
    expect(names(during([]))).toEqual(['a']);
    expect(names(during(['kind=cryptojacking']))).toEqual(['b']);
  });
});

describe('grouping', () => {
  test('many of one namespace and kind are one message with a list', () => {
    const findings = ['a', 'b', 'c'].map((name) => warning('cost-spike', name));
    const { deliveries } = plan(viewOf(findings));
    expect(deliveries.map(({ notice }) => notice.kind === 'findings' && notice.total)).toEqual([3]);
  });

  test('one cause in many namespaces is one message', () => {
    const findings = Array.from({ length: 12 }, (_, index) =>
      warning('cost-spike', 'a', {
        scope: { namespace: `ns-${index}`, workload: null, container: null, subject: null },
      }),
    );
    const { deliveries } = plan(viewOf(findings));
    expect(deliveries.map(({ notice }) => notice.kind === 'findings' && notice.total)).toEqual([
      12,
    ]);
  });

  test('critical ones keep a message of their own', () => {
    const findings = ['a', 'b', 'c'].map((name) => aFinding({ name }));
    const toSecurity = plan(viewOf(findings)).deliveries.filter(
      ({ receiver }) => receiver.target === '#security',
    );
    expect(toSecurity).toHaveLength(3);
  });
});

describe('the first days', () => {
  const preview = policyOf({ notifications: { preview: '7d' } });
  const installedAt = TEST_NOW - DAY_MS;

  test('everything goes to the platform, marked with its later receiver', () => {
    const result = plan(viewOf([warning('budget', 'a')], { installedAt }), preview);
    expect(told(result)).toEqual(['#cost new a']);
    expect(result.deliveries[0]?.notice).toMatchObject({ insteadOf: 'the owner (#shop)' });
  });

  test('but critical abuse, which does not wait', () => {
    const result = plan(viewOf([aFinding({ name: 'a' })], { installedAt }), preview);
    expect(told(result)).toEqual(['#security new a', 'webhook:pager new a', '#cost new a']);
  });

  test('and then they are over', () => {
    const later = plan(
      viewOf([warning('budget', 'a')], { installedAt: TEST_NOW - 8 * DAY_MS }),
      preview,
    );
    expect(told(later)).toEqual(['#shop new a']);
  });
});

describe('paging.maxPerDay', () => {
  const pager = { channel: 'webhook:pager', target: '' };
  const policy = policyOf({ paging: { maxPerDay: 2 } });
  const findings = ['a', 'b', 'c', 'd'].map((name) => aFinding({ name }));
  const toPager = (result: Plan) => told(result).filter((line) => line.startsWith('webhook:pager'));

  test('two pages, then one summary, once; security gets each', () => {
    const first = plan(viewOf(findings), policy);
    expect(toPager(first)).toHaveLength(3);
    expect(
      toPager(first).filter((line) => line.includes('note: 2 pages in 24 hours')),
    ).toHaveLength(1);
    expect(told(first).filter((line) => line.startsWith('#security'))).toHaveLength(4);
    const again = plan(
      viewOf(findings, {
        records: first.records,
        pages: first.pages,
        saidOnce: new Set(first.saidOnce),
        events: [],
      }),
      policy,
      TEST_NOW + HOUR_MS,
    );
    expect(toPager(again)).toEqual([]);
  });

  test('a day later what is still open pages', () => {
    const pages = [1, 2].map(() => ({ receiver: pager, at: TEST_NOW - DAY_MS - 1 }));
    expect(toPager(plan(viewOf(findings.slice(0, 2), { pages }), policy))).toHaveLength(2);
  });

  test('the end of an incident always passes', () => {
    const over = { ...findings[0]!, state: 'resolved' } as const;
    const records = [recordOf(findings[0]!, { receiver: pager })];
    const pages = [1, 2].map(() => ({ receiver: pager, at: TEST_NOW - HOUR_MS }));
    expect(toPager(plan(viewOf([over], { records, pages }), policy))).toEqual([
      'webhook:pager resolved a',
    ]);
  });
});
