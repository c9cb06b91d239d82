import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SlackStandIn } from '../../../demo/slack/options.ts';
import { startSlackStandIn } from '../../../demo/slack/startSlackStandIn.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { aDelivery } from '../../../test/support/notify/deliveries.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { TEST_NOW } from '../../../test/support/notify/findings.ts';
import { createSlackClient } from './client.ts';
import { slackChannel } from './slackChannel.ts';

let slack: SlackStandIn;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(TEST_NOW);
  slack = await startSlackStandIn({
    now: () => clock.now(),
    channels: [{ name: 'shop' }],
    users: [{ id: 'U0ALICE01', name: 'alice', realName: 'Alice', email: 'alice@example.com' }],
    userGroups: [
      { id: 'S0SHOPDEVS', handle: 'shop-devs', name: 'Shop', users: [], channels: ['shop'] },
      { id: 'S0LOOSE001', handle: 'loose', name: 'Loose', users: [] },
    ],
  });
});
afterEach(() => slack.close());

function channel() {
  const client = createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl });
  const context = { currency: 'USD', externalUrl: null, kubeContext: null };
  return slackChannel({ client, clock, context, pictures: null });
}

const to = (target: string) =>
  aDelivery({ id: `d${slack.calls.length}`, receiver: { channel: 'slack', target } });
const asked = (method: string) => slack.calls.filter((call) => call.method === method).length;
const signal = () => AbortSignal.timeout(5_000);

describe('whom a message reaches', () => {
  test('an e-mail address is looked up once a day', async () => {
    const ours = channel();
    await ours.send(to('email:alice@example.com'), signal());
    await ours.send(to('email:alice@example.com'), signal());
    expect(asked('users.lookupByEmail')).toBe(1);
    clock.time += DAY_MS + HOUR_MS;
    await ours.send(to('email:alice@example.com'), signal());
    expect(asked('users.lookupByEmail')).toBe(2);
    expect(slack.messages('U0ALICE01')).toHaveLength(3);
  });

  test.each(['group:@shop-devs', 'group:S0SHOPDEVS'])(
    '%s: its default channel, with the group mentioned',
    async (target) => {
      await channel().send(to(target), signal());
      const [message] = slack.messages('#shop');
      expect(message?.text).toMatch(/^<!subteam\^S0SHOPDEVS> /);
      expect(message?.blocks[0]).toMatchObject({
        type: 'context',
        elements: [{ text: '<!subteam^S0SHOPDEVS>' }],
      });
    },
  );

  test.each([
    ['email:nobody@example.com', 'users_not_found', 'map it under owners.teams'],
    ['group:@nobody', 'no_such_group', 'map it under owners.teams'],
    ['group:@loose', 'group_without_channel', 'set one in Slack'],
    ['#nowhere', 'channel_not_found', 'create the channel'],
  ])('%s is %s, with its cure', async (target, code, cure) => {
    await expect(channel().send(to(target), signal())).rejects.toMatchObject({
      kind: 'target',
      code,
      message: expect.stringContaining(cure) as string,
    });
  });
});
