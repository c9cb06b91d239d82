import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { checkView } from '../../../demo/slack/blockKit/checkView.ts';
import { DAY_MS } from '../../model/time.ts';
import { aFinding, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { acceptDialog, readAcceptance } from './acceptDialog.ts';
import type { Interaction } from './interaction.ts';

const PRESS: Interaction = {
  what: 'ask-acceptance',
  id: 'interaction',
  acceptance: null,
  findingId: 'f1',
  userId: 'U0ALICE',
  userName: 'alice',
  teamId: 'T0HOME',
  enterpriseId: null,
  channel: 'C1',
  messageTs: '1.1',
  triggerId: '1.2.x',
};
const dialog = acceptDialog(aFinding({ id: 'f1' }), PRESS, TEST_NOW);
const dayAfter = (days: number) => new Date(TEST_NOW + days * DAY_MS).toISOString().slice(0, 10);

function sent(day: string | null, reason: string | null, change: object = {}) {
  const { private_metadata: about, callback_id: callback } = dialog;
  const view = { id: 'V1', callback_id: callback, private_metadata: about, ...change };
  const values = {
    until: { value: { type: 'datepicker', selected_date: day } },
    reason: { value: { type: 'plain_text_input', value: reason } },
  };
  return {
    type: 'view_submission',
    user: { id: 'U0ALICE', name: 'alice', team_id: 'T0HOME' },
    team: { id: 'T0HOME' },
    view: { ...view, state: { values } },
  };
}

describe('the dialog of "Accept until"', () => {
  test('proposes a month', () => {
    expect(JSON.stringify(dialog)).toContain(`"initial_date":"${dayAfter(30)}"`);
  });

  test('is valid and mentions no user, whatever the names are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('<!channel>', '`'.repeat(2_000), '<https://evil.example|x>', '\uD800'),
    );
    fc.assert(
      fc.property(text, text, (namespace, name) => {
        const { scope } = aFinding();
        const finding = aFinding({ name, scope: { ...scope, namespace } });
        const view = acceptDialog(finding, PRESS, TEST_NOW);
        const parsed = JSON.parse(JSON.stringify(view)) as Readonly<Record<string, unknown>>;
        expect(checkView(parsed, { fileIsReady: () => false })).toEqual([]);
        expect(JSON.stringify(parsed['blocks'])).not.toMatch(/<[!@#h]/);
      }),
    );
  });

  test('says who accepts what, until when and why', () => {
    expect(readAcceptance(sent(dayAfter(90), ' load test\u0000 '), TEST_NOW)).toEqual({
      interaction: {
        ...PRESS,
        what: 'accept',
        id: 'dialog/V1',
        triggerId: null,
        acceptance: { until: Date.parse(dayAfter(90)), reason: 'load test' },
      },
    });
  });

  test.each([
    [dayAfter(0), 'x', ['until']],
    [dayAfter(400), 'x', ['until']],
    [null, 'x', ['until']],
    [dayAfter(3), null, ['reason']],
    [dayAfter(3), ' \u200b ', ['reason']],
    [null, 'x'.repeat(501), ['until', 'reason']],
  ])('%s and %j: says at which field what is missing', (day, reason, fields) => {
    const answer = readAcceptance(sent(day, reason), TEST_NOW);
    expect(Object.keys(answer !== null && 'errors' in answer ? answer.errors : {})).toEqual(fields);
  });

  test.each([
    null,
    { type: 'block_actions' },
    sent(dayAfter(3), 'x', { callback_id: 'another' }),
    sent(dayAfter(3), 'x', { private_metadata: '{' }),
    sent(dayAfter(3), 'x', { private_metadata: '{"finding":7}' }),
    { ...sent(dayAfter(3), 'x'), user: { id: '<!channel>' } },
  ])('leaves %j alone', (payload) => {
    expect(readAcceptance(payload, TEST_NOW)).toBeNull();
  });
});
