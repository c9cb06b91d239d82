import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SlackStandIn } from '../../../demo/slack/options.ts';
import { signedHeaders } from '../../../demo/slack/sendSigned.ts';
import { startSlackStandIn } from '../../../demo/slack/startSlackStandIn.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { TEST_NOW } from '../../../test/support/notify/findings.ts';
import { aResponse, memoryResponses } from '../../../test/support/respond/memoryResponses.ts';
import type { AuditEntry } from '../../store/auditLog.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import { createSlackClient } from './client.ts';
import { ACTION_IDS } from './message.ts';
import { SignedInteractions } from './signedInteractions.ts';

let slack: SlackStandIn;
let interactions: SignedInteractions;
let audit: AuditEntry[];

beforeEach(async () => {
  audit = [];
  slack = await startSlackStandIn({ channels: [{ name: 'security' }], rates: null });
  const nothing = async () => undefined;
  const planned = aResponse('shop', 'one', 'miner', TEST_NOW);
  interactions = new SignedInteractions({
    signingSecret: slack.signingSecret,
    client: createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl }),
    clock: new FakeClock(TEST_NOW),
    reader: { finding: async () => null },
    actions: { append: async () => 1 },
    silences: { add: nothing, list: async () => [] },
    audit: { append: async () => 1 },
    responses: memoryResponses(TEST_NOW, [planned], audit),
    enqueue: nothing,
    platform: { channel: 'slack', target: '#security' },
    abuseResponders: new Set(),
    changed: () => undefined,
    logger: { info: () => undefined, warn: () => undefined },
  });
});
afterEach(async () => {
  await interactions.stop();
  await slack.close();
});

const PAYLOAD = {
  type: 'block_actions',
  user: { id: 'U0ANA0001', name: 'ana' },
  team: { id: 'T0' },
  actions: [
    { action_id: ACTION_IDS.approveResponse, action_ts: '1', value: `one:${'a'.repeat(64)}` },
  ],
};
const BODY = new URLSearchParams({ payload: JSON.stringify(PAYLOAD) }).toString();

function signed(body = BODY, secret = slack.signingSecret, at = TEST_NOW) {
  const headers = signedHeaders(body, secret, at);
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  return { body, timestamp, signature: headers['x-slack-signature'] ?? '' };
}

describe('interactions by HTTP', () => {
  test('one that Slack signed is taken', async () => {
    expect(await interactions.take(signed())).toEqual({ answer: {} });
    await interactions.stop();
    expect(audit.map(({ action }) => action)).toEqual(['response.approve']);
  });

  test.each([
    ['another secret', () => signed(BODY, 'another-signing-secret'), 'wrong-signature'],
    ['another body', () => ({ ...signed(), body: `${BODY}&x=1` }), 'wrong-signature'],
    ['no signature', () => ({ ...signed(), signature: '' }), 'wrong-signature'],
    [
      'a longer one',
      () => ({ ...signed(), signature: `${signed().signature}0` }),
      'wrong-signature',
    ],
    [
      'another version',
      () => ({ ...signed(), signature: signed().signature.replace('v0', 'v1') }),
      'wrong-signature',
    ],
    [
      'a time that was not signed',
      () => ({ ...signed(), timestamp: `${TEST_NOW / SECOND_MS + 1}` }),
      'wrong-signature',
    ],
    ['six minutes old', () => signed(BODY, slack.signingSecret, TEST_NOW - 6 * MINUTE_MS), 'old'],
    ['from the future', () => signed(BODY, slack.signingSecret, TEST_NOW + 6 * MINUTE_MS), 'old'],
    ['no time', () => ({ ...signed(), timestamp: '' }), 'old'],
    ['a time that is no number', () => ({ ...signed(), timestamp: 'NaN' }), 'old'],
    ['no payload', () => signed('a=1'), 'bad-body'],
  ] as const)('%s is refused, and nothing is done', async (_name, request, problem) => {
    expect(await interactions.take(request())).toEqual({ problem });
    await interactions.stop();
    expect(audit).toEqual([]);
  });
});
