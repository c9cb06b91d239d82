import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../store/auditLog.ts';
import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Silence } from '../../store/silences/silence.ts';
import { DAY_MS } from '../../model/time.ts';
import { aFinding, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { handleInteraction } from './handleInteraction.ts';
import { readButton, type Interaction } from './interaction.ts';

function payload(action: object): object {
  return {
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice', team_id: 'T0HOME' },
    team: { id: 'T0HOME' },
    trigger_id: '1.2.x',
    channel: { id: 'C0SECURITY' },
    message: { ts: '1764000000.000100' },
    actions: [{ action_ts: '1764000001.000200', ...action }],
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
    audit: {
      append: async (entry: AuditEntry) =>
        audit.some(({ once }) => once === entry.once) ? null : audit.push(entry),
    },
    silences: {
      add: async (silence: Silence) => void done.silences.push(silence),
      list: async () => [],
    },
    enqueue: async (deliveries: readonly Delivery[]) => void done.queued.push(...deliveries),
    platform: { channel: 'slack', target: '#cost' },
    workspace: { teamId: 'T0HOME', enterpriseId: null },
    abuseResponders: new Set(['U0SECURITY']),
  };
  return { done, audit, parts };
}

let presses = 0;

function interaction(what: Interaction['what'], finding: Finding, userId = 'U0ALICE'): Interaction {
  presses += 1;
  return {
    what,
    id: `interaction-${presses}`,
    acceptance: what === 'accept' ? { until: TEST_NOW + DAY_MS, reason: 'a load test' } : null,
    findingId: finding.id,
    userId,
    userName: 'alice',
    teamId: 'T0HOME',
    enterpriseId: null,
    channel: 'C1',
    messageTs: '1.1',
    triggerId: '1.2.x',
  };
}

describe('readButton', () => {
  test.each([
    [{ action_id: 'burnwatch_ack', value: 'f1' }, 'acknowledge'],
    [{ action_id: 'burnwatch_silence_24h', value: 'f1' }, 'silence'],
    [{ action_id: 'burnwatch_not_abuse', value: 'f1' }, 'not-abuse'],
    [{ action_id: 'burnwatch_more', selected_option: { value: 'not-mine:f1' } }, 'not-mine'],
    [{ action_id: 'burnwatch_more', selected_option: { value: 'accept:f1' } }, 'ask-acceptance'],
  ])('reads %j', (action, what) => {
    expect(readButton(payload(action))).toEqual({
      what,
      id: `U0ALICE/${action.action_id}/1764000001.000200`,
      acceptance: null,
      findingId: 'f1',
      userId: 'U0ALICE',
      userName: 'alice',
      teamId: 'T0HOME',
      enterpriseId: null,
      channel: 'C0SECURITY',
      messageTs: '1764000000.000100',
      triggerId: '1.2.x',
    });
  });

  test.each([
    null,
    'x',
    { type: 'view_submission' },
    payload({ action_id: 'burnwatch_open' }),
    payload({ action_id: 'burnwatch_more', selected_option: { value: 'delete:f1' } }),
    payload({ action_id: 'burnwatch_more', selected_option: { value: 'accept:' } }),
    { ...payload({ action_id: 'burnwatch_ack', value: 'f1' }), user: { id: '<!channel>' } },
  ])('leaves %j alone', (body) => {
    expect(readButton(body)).toBeNull();
  });
});

describe('handleInteraction', () => {
  test('acknowledging records who and when', async () => {
    const finding = aFinding();
    const { done, audit, parts } = recording(finding);
    const result = await handleInteraction(interaction('acknowledge', finding), parts, TEST_NOW);
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

  test.each(['silence', 'not-abuse', 'ask-acceptance', 'accept'] as const)(
    'only named users may keep abuse quiet: %s',
    async (what) => {
      const finding = aFinding();
      const { done, audit, parts } = recording(finding);
      const refused = await handleInteraction(interaction(what, finding), parts, TEST_NOW);
      expect(refused).toMatchObject({ changed: false });
      expect(refused.answer).toContain('slack.abuseResponders');
      expect(done).toEqual({ actions: [], silences: [], queued: [] });
      expect(audit).toMatchObject([
        { who: 'slack:U0ALICE (alice)', via: 'slack', detail: { result: 'refused' } },
      ]);
      const allowed = await handleInteraction(
        interaction(what, finding, 'U0SECURITY'),
        parts,
        TEST_NOW,
      );
      expect(allowed.changed || allowed.dialog !== undefined).toBe(true);
      expect(done.actions.length + done.silences.length).toBe(what === 'ask-acceptance' ? 0 : 1);
    },
  );

  test('every user may silence what is no abuse, for a day and only this', async () => {
    const finding = aFinding({ kind: 'cost-spike' });
    const { done, parts } = recording(finding);
    await handleInteraction(interaction('silence', finding), parts, TEST_NOW);
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
    await handleInteraction(interaction('not-mine', finding), parts, TEST_NOW);
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
      const result = await handleInteraction(
        interaction('acknowledge', aFinding()),
        parts,
        TEST_NOW,
      );
      expect(result).toMatchObject({ changed: false });
      expect(done.actions).toEqual([]);
    },
  );

  test.each(['acknowledge', 'silence', 'not-mine', 'accept'] as const)(
    'what is delivered twice is done and recorded once: %s',
    async (what) => {
      const finding = aFinding({ kind: 'budget' });
      const { done, audit, parts } = recording(finding);
      const once = interaction(what, finding);
      expect(await handleInteraction(once, parts, TEST_NOW)).toMatchObject({ changed: true });
      const first = structuredClone(done);
      const again = await handleInteraction(once, parts, TEST_NOW + 3_000);
      expect(again).toEqual({ answer: null, changed: false });
      expect(done).toEqual(first);
      expect(audit).toHaveLength(1);
    },
  );

  test.each(['acknowledge', 'not-mine', 'ask-acceptance'] as const)(
    'Sec: people of other companies in a shared channel decide nothing: %s',
    async (what) => {
      const finding = aFinding({ kind: 'budget' });
      const { done, audit, parts } = recording(finding);
      const foreign = { ...interaction(what, finding), teamId: 'T0OTHER' };
      const refused = await handleInteraction(foreign, parts, TEST_NOW);
      expect(refused.answer).toContain('Only members of the workspace');
      expect(refused.dialog).toBeUndefined();
      expect(done).toEqual({ actions: [], silences: [], queued: [] });
      expect(audit).toMatchObject([{ detail: { result: 'refused' } }]);
      const grid = { ...parts, workspace: { teamId: 'T0HOME', enterpriseId: 'E0CORP' } };
      const colleague = { ...foreign, id: 'other', enterpriseId: 'E0CORP' };
      const { answer } = await handleInteraction(colleague, grid, TEST_NOW);
      expect(answer ?? '').not.toContain('Only members');
    },
  );

  test('asking to accept opens a dialog and decides nothing yet; its answer does', async () => {
    const finding = aFinding({ kind: 'cost-spike' });
    const { done, audit, parts } = recording(finding);
    const asked = await handleInteraction(interaction('ask-acceptance', finding), parts, TEST_NOW);
    expect(asked).toMatchObject({ changed: false, dialog: { callback_id: 'burnwatch_accept' } });
    expect(done.actions).toEqual([]);
    expect(audit).toEqual([]);
    await handleInteraction(interaction('accept', finding), parts, TEST_NOW);
    const acceptance = { reason: 'a load test', until: TEST_NOW + DAY_MS };
    expect(done.actions).toMatchObject([{ action: 'accept', decision: acceptance }]);
    expect(audit).toMatchObject([{ action: 'finding.accept', detail: acceptance }]);
  });
});
