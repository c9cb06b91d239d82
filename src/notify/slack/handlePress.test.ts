import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../history/auditLog.ts';
import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { Delivery } from '../delivery.ts';
import type { Silence } from '../silences/silence.ts';
import { aFinding, TEST_NOW } from '../testing/findings.ts';
import { handlePress } from './handlePress.ts';
import { readPress, type Press } from './interaction.ts';

function payload(action: object): object {
  return {
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice' },
    channel: { id: 'C0SECURITY' },
    message: { ts: '1764000000.000100' },
    actions: [action],
  };
}

function recording(finding: Finding | null) {
  const audit: AuditEntry[] = [];
  const done: { actions: OperatorAction[]; silences: Silence[]; queued: Delivery[] } = {
    actions: [],
    silences: [],
    queued: [],
  };
  const parts = {
    reader: { finding: async () => finding },
    actions: { append: async (action: OperatorAction) => done.actions.push(action) },
    audit: { append: async (entry: AuditEntry) => audit.push(entry) },
    silences: { add: async (silence: Silence) => void done.silences.push(silence) },
    enqueue: async (deliveries: readonly Delivery[]) => void done.queued.push(...deliveries),
    platform: { channel: 'slack', target: '#cost' },
    abuseResponders: new Set(['U0SECURITY']),
  };
  return { done, audit, parts };
}

function press(what: Press['what'], finding: Finding, userId = 'U0ALICE'): Press {
  const where = { channel: 'C1', messageTs: '1.1' };
  return { what, days: 30, findingId: finding.id, userId, userName: 'alice', ...where };
}

describe('readPress', () => {
  test.each([
    [{ action_id: 'burnwatch_ack', value: 'f1' }, 'acknowledge', null],
    [{ action_id: 'burnwatch_silence_24h', value: 'f1' }, 'silence', null],
    [{ action_id: 'burnwatch_not_abuse', value: 'f1' }, 'not-abuse', null],
    [{ action_id: 'burnwatch_more', selected_option: { value: 'not-mine:f1' } }, 'not-mine', null],
    [{ action_id: 'burnwatch_more', selected_option: { value: 'accept-90d:f1' } }, 'accept', 90],
  ])('reads %j', (action, what, days) => {
    expect(readPress(payload(action))).toMatchObject({
      what,
      days,
      findingId: 'f1',
      userId: 'U0ALICE',
    });
  });

  test.each([
    null,
    'x',
    { type: 'view_submission' },
    payload({ action_id: 'burnwatch_open' }),
    payload({ action_id: 'burnwatch_more', selected_option: { value: 'delete:f1' } }),
    payload({ action_id: 'burnwatch_more', selected_option: { value: 'accept-367d:f1' } }),
    payload({ action_id: 'burnwatch_more', selected_option: { value: 'accept-99999999999d:f1' } }),
    { ...payload({ action_id: 'burnwatch_ack', value: 'f1' }), user: { id: '<!channel>' } },
  ])('leaves %j alone', (body) => {
    expect(readPress(body)).toBeNull();
  });
});

describe('handlePress', () => {
  test('acknowledging records who and when', async () => {
    const finding = aFinding();
    const { done, audit, parts } = recording(finding);
    const result = await handlePress(press('acknowledge', finding), parts, TEST_NOW);
    expect(audit).toMatchObject([
      { at: TEST_NOW, action: 'finding.acknowledge', subject: finding.id, namespace: 'shop' },
    ]);
    expect(result.changed).toBe(true);
    expect(done.actions).toEqual([
      {
        findingId: finding.id,
        action: 'acknowledge',
        decision: { by: 'slack:U0ALICE (alice)', at: TEST_NOW, reason: null, until: null },
      },
    ]);
  });

  test.each(['silence', 'not-abuse', 'accept'] as const)(
    'only named users may keep abuse quiet: %s',
    async (what) => {
      const finding = aFinding();
      const { done, audit, parts } = recording(finding);
      const refused = await handlePress(press(what, finding), parts, TEST_NOW);
      expect(refused).toMatchObject({ changed: false });
      expect(refused.answer).toContain('slack.abuseResponders');
      expect(done).toEqual({ actions: [], silences: [], queued: [] });
      expect(audit).toMatchObject([
        { who: 'slack:U0ALICE (alice)', door: 'slack', detail: { result: 'refused' } },
      ]);
      const allowed = await handlePress(press(what, finding, 'U0SECURITY'), parts, TEST_NOW);
      expect(allowed.changed).toBe(true);
      expect(done.actions.length + done.silences.length).toBe(1);
    },
  );

  test('anybody may silence what is no abuse, for a day and only this', async () => {
    const finding = aFinding({ kind: 'cost-spike' });
    const { done, parts } = recording(finding);
    await handlePress(press('silence', finding), parts, TEST_NOW);
    expect(done.silences).toMatchObject([
      {
        matchers: [{ label: 'fingerprint', operator: '=', value: finding.fingerprint }],
        endsAt: TEST_NOW + 86_400_000,
        author: 'slack:U0ALICE (alice)',
      },
    ]);
    expect(done.queued).toMatchObject([
      { receiver: { target: 'C1' }, notice: { replyTo: { channel: 'C1', ts: '1.1' } } },
    ]);
  });

  test('"not mine" tells the platform how to correct the owner', async () => {
    const finding = aFinding({ kind: 'budget', owner: 'team-shop' });
    const { done, parts } = recording(finding);
    await handlePress(press('not-mine', finding), parts, TEST_NOW);
    expect(done.queued).toMatchObject([
      { receiver: { target: '#cost' } },
      { notice: { title: 'alice says that this is not theirs', replyTo: { ts: '1.1' } } },
    ]);
    expect(JSON.stringify(done.queued[0]?.notice)).toContain('owners.routes');
  });

  test.each([[null], [aFinding({ state: 'resolved' })]])(
    'changes nothing that is over',
    async (finding) => {
      const { done, parts } = recording(finding);
      const result = await handlePress(press('acknowledge', aFinding()), parts, TEST_NOW);
      expect(result).toMatchObject({ changed: false });
      expect(done.actions).toEqual([]);
    },
  );
});
