import { memoryResponses } from '../../../test/support/respond/memoryResponses.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SlackStandIn } from '../../../demo/slack/options.ts';
import { startSlackStandIn } from '../../../demo/slack/startSlackStandIn.ts';
import type { Finding } from '../../model/finding.ts';
import { aFinding, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { listenToButtons } from './buttons.ts';
import { createSlackClient } from './client.ts';
import { ACTION_IDS } from './message.ts';

let slack: SlackStandIn;
let stop: AbortController;
let running: Promise<void>;
let clock: YieldingClock;
const log: string[] = [];

/** Sleeping costs no time, and lets others work. */
class YieldingClock extends FakeClock {
  override async sleep(ms: number): Promise<void> {
    await super.sleep(ms);
    await wait(1);
  }
}

beforeEach(async () => {
  log.length = 0;
  clock = new YieldingClock(TEST_NOW);
  slack = await startSlackStandIn({
    channels: [{ name: 'security' }],
    users: [{ id: 'U0ALICE01', name: 'alice', realName: 'Alice', email: 'alice@example.com' }],
    rates: null,
  });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  await slack.close();
});

function listen(finding: () => Promise<Finding | null>, appToken = slack.appToken): void {
  const nothing = async () => undefined;
  running = listenToButtons(
    {
      appToken,
      apiUrl: slack.apiUrl,
      client: createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl }),
      clock,
      reader: { finding },
      actions: { append: async () => 1 },
      silences: { add: nothing, list: async () => [] },
      audit: { append: async () => 1 },
      responses: memoryResponses(0),
      enqueue: nothing,
      platform: { channel: 'slack', target: '#security' },
      abuseResponders: new Set(),
      changed: () => log.push('changed'),
      logger: {
        info: (_, message) => log.push(message),
        warn: (_, message) => log.push(message),
      },
    },
    stop.signal,
  );
}

async function until(condition: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; !condition(); await wait(10))
    if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${log.join('; ')}`);
}

async function interaction(): Promise<{ acknowledged: boolean }> {
  const finding = aFinding();
  const text = { type: 'plain_text', text: 'Acknowledge' } as const;
  const button = {
    type: 'button',
    action_id: ACTION_IDS.acknowledge,
    text,
    value: finding.id,
  } as const;
  const answer = await createSlackClient({
    token: slack.botToken,
    apiUrl: slack.apiUrl,
  }).chat.postMessage({
    channel: '#security',
    text: 'x',
    blocks: [{ type: 'actions', elements: [button] }],
  });
  return slack.press({
    userId: 'U0ALICE01',
    channel: '#security',
    ts: answer.ts ?? '',
    actionId: ACTION_IDS.acknowledge,
  });
}

describe('listening to buttons', () => {
  test('Slack is away at first: it backs off, and connects when it can', async () => {
    const opens = { methods: ['apps.connections.open'], times: 2 };
    slack.faults.add({ ...opens, kind: 'status', status: 503 });
    slack.faults.add({ ...opens, kind: 'down' });
    listen(async () => aFinding());
    await until(() => slack.connections() === 1);
    expect(log.filter((line) => line.includes('connection for Slack'))).toHaveLength(4);
    // Beside them are the two seconds that a connection gets to close.
    const waits = clock.sleeps.filter((ms) => ms !== 2_000);
    expect(waits).toEqual([1_500, 3_000, 6_000, 12_000]);
  });

  test('a wrong app token is said, without the token, and tried again', async () => {
    listen(async () => aFinding(), 'xapp-wrong-canary');
    await until(() => log.filter((line) => line.includes('invalid_auth')).length >= 2);
    expect(log.join('\n')).not.toContain('canary');
  });

  test('an interaction is acknowledged before the work is done, also when the work fails', async () => {
    listen(async () => {
      throw new Error('the history cannot be read');
    });
    await until(() => slack.connections() === 1);
    expect(await interaction()).toMatchObject({ acknowledged: true });
    await until(() => log.some((line) => line.includes('Slack interaction failed')));
    expect(log).not.toContain('changed');
  });

  test('what changed something is planned at once', async () => {
    listen(async () => aFinding());
    await until(() => slack.connections() === 1);
    await interaction();
    await until(() => log.includes('changed'));
    expect(log.filter((line) => line === 'changed')).toHaveLength(1);
  });

  test('an abort ends a connection that is being opened', async () => {
    slack.faults.add({ methods: ['apps.connections.open'], kind: 'slow-answer', ms: 600_000 });
    listen(async () => aFinding());
    await until(() => slack.calls.length > 0);
    const asked = Date.now();
    stop.abort();
    await running;
    // Its own patience would have lasted 15 s.
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(slack.connections()).toBe(0);
  });
});
