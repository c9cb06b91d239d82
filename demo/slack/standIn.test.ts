import type { ChatPostMessageResponse } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackClient } from '../../src/channels/slack/client.ts';
import { checkView } from './blockKit/checkView.ts';
import type { SlackStandIn, SlackStandInOptions } from './options.ts';
import { startSlackStandIn } from './startSlackStandIn.ts';

const OPTIONS: SlackStandInOptions = {
  channels: [
    { name: 'cloud-cost' },
    { name: 'open', botIsMember: false },
    { name: 'secret', isPrivate: true, botIsMember: false },
    { name: 'old', isArchived: true },
  ],
  users: [{ id: 'U0ALICE01', name: 'alice', realName: 'Alice', email: 'alice@example.com' }],
  userGroups: [
    {
      id: 'S0TEAM001',
      handle: 'team-shop',
      name: 'Shop',
      users: ['U0ALICE01'],
      channels: ['open'],
    },
  ],
};

let slack: SlackStandIn;
beforeEach(async () => {
  slack = await startSlackStandIn(OPTIONS);
});
afterEach(async () => {
  await slack.close();
});

/** The SDK, as Burnwatch makes it. */
function client(token = slack.botToken) {
  return createSlackClient({ token, apiUrl: slack.apiUrl });
}

/** The error's code of a call that Slack refuses. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => 'it was taken',
    (thrown: unknown) => thrown,
  );
  return (error as { data?: unknown }).data ?? error;
}

const post = async (channel: string, more: object = {}): Promise<ChatPostMessageResponse> =>
  client().apiCall('chat.postMessage', { channel, text: 'hello', ...more });

describe('authentication', () => {
  test('auth.test knows the app', async () => {
    const answer = await client().auth.test();
    expect(answer).toMatchObject({ ok: true, team: 'Example Corp', user: 'burnwatch' });
  });

  test.each([
    ['a token of another app', 'xoxb-other', 'invalid_auth'],
    ['the wrong kind of token', 'app', 'not_allowed_token_type'],
  ])('%s is refused', async (_, token, error) => {
    const used = token === 'app' ? slack.appToken : token;
    expect(
      await refusal(client(used).chat.postMessage({ channel: '#cloud-cost', text: 'x' })),
    ).toMatchObject({ ok: false, error });
  });

  test('no token is not_authed, an unknown method is unknown_method', async () => {
    const answer = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ ok: false, error: 'not_authed' });
    expect(await refusal(client().apiCall('chat.shout'))).toMatchObject({
      error: 'unknown_method',
    });
  });

  test('a scope that is missing is named', async () => {
    await slack.close();
    slack = await startSlackStandIn({ ...OPTIONS, scopes: ['channels:read'] });
    expect(await refusal(post('#cloud-cost'))).toMatchObject({
      error: 'missing_scope',
      response_metadata: { scopes: ['channels:read'], acceptedScopes: ['chat:write'] },
      needed: 'chat:write',
      provided: 'channels:read',
    });
  });
});

describe('posting', () => {
  test('gives ids and time stamps that are never the same twice', async () => {
    await slack.close();
    slack = await startSlackStandIn({ ...OPTIONS, rates: null });
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('#cloud-cost')));
    const stamps = answers.map(({ ts }) => String(ts));
    expect(new Set(stamps).size).toBe(50);
    for (const ts of stamps) expect(ts).toMatch(/^\d{10}\.\d{6}$/);
    expect([...stamps].sort()).toEqual(slack.messages('#cloud-cost').map(({ ts }) => ts));
  });

  test.each([
    ['#nowhere', 'channel_not_found'],
    ['#secret', 'channel_not_found'],
    ['#old', 'is_archived'],
    ['U0NOBODY1', 'channel_not_found'],
  ])('to %s is %s', async (channel, error) => {
    expect(await refusal(post(channel))).toMatchObject({ ok: false, error });
  });

  test('a channel that the app is not in takes it with chat:write.public only', async () => {
    await post('#open');
    await slack.close();
    slack = await startSlackStandIn({ ...OPTIONS, scopes: ['chat:write'] });
    expect(await refusal(post('#open'))).toMatchObject({ error: 'not_in_channel' });
  });

  test.each([
    [{ text: '' }, 'no_text'],
    [{ text: 'x'.repeat(40_001) }, 'msg_too_long'],
    [{ blocks: '{"type":"divider"}' }, 'invalid_blocks_format'],
    [{ metadata: { event_type: 'x' } }, 'invalid_metadata_schema'],
    [{ thread_ts: '1.1' }, 'invalid_arguments'],
    [{ thread_ts: '1111111111.111111' }, 'cannot_reply_to_message'],
  ])('%j is %s', async (more, error) => {
    expect(await refusal(post('#cloud-cost', more))).toMatchObject({ ok: false, error });
  });

  test('about one message a second and channel, and Retry-After says when', async () => {
    await post('#cloud-cost');
    const error: unknown = await post('#cloud-cost').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 1 });
    await post('#open');
  });

  test('a direct message by the id that an e-mail address has', async () => {
    const { user } = await client().users.lookupByEmail({ email: 'Alice@example.com' });
    const { channel } = await post(user?.id ?? '');
    expect(channel).toMatch(/^D/);
    expect(slack.messages('U0ALICE01')).toHaveLength(1);
    const nobody = client().users.lookupByEmail({ email: 'nobody@example.com' });
    expect(await refusal(nobody)).toMatchObject({ error: 'users_not_found' });
  });
});

describe('blocks', () => {
  const section = (text: object) => ({ type: 'section', text });
  test.each([
    [
      [section({ type: 'mrkdwn', text: 'x'.repeat(3_001) })],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      [section({ type: 'mrkdwn', text: '' })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [[{ type: 'section' }], 'must define either text or fields [json-pointer:/blocks/0]'],
    [
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text]',
    ],
    [[{ type: 'banner' }], 'unsupported type: banner [json-pointer:/blocks/0]'],
    [
      Array.from({ length: 51 }, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      'block_id already exists: a [json-pointer:/blocks/1]',
    ],
    [
      [
        {
          type: 'actions',
          elements: [1, 2].map(() => ({
            type: 'button',
            action_id: 'a',
            text: { type: 'plain_text', text: 'x' },
          })),
        },
      ],
      'action_id already exists: a [json-pointer:/blocks/0/elements]',
    ],
    [
      [
        {
          type: 'actions',
          elements: [
            { type: 'button', text: { type: 'plain_text', text: 'x' }, url: 'javascript:alert(1)' },
          ],
        },
      ],
      'must be a valid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      [{ type: 'image', slack_file: { id: 'F0NONE' }, alt_text: 'x' }],
      'invalid slack file [json-pointer:/blocks/0/slack_file]',
    ],
    [
      [{ type: 'image', image_url: 'https://x.example/a.png' }],
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
  ])('%# are refused in Slack’s words', async (blocks, message) => {
    expect(await refusal(post('#cloud-cost', { blocks }))).toMatchObject({
      error: 'invalid_blocks',
      errors: [message],
      response_metadata: { messages: [`[ERROR] ${message}`] },
    });
  });

  test('too much text in all is msg_blocks_too_long', async () => {
    const blocks = Array.from({ length: 5 }, () =>
      section({ type: 'mrkdwn', text: 'x'.repeat(2_900) }),
    );
    expect(await refusal(post('#cloud-cost', { blocks }))).toMatchObject({
      error: 'msg_blocks_too_long',
    });
  });
});

describe('reading, editing', () => {
  test('metadata is shown to those who ask, in the channel and in the thread', async () => {
    const metadata = { event_type: 'e', event_payload: { id: 'one' } };
    const { channel, ts } = await post('#cloud-cost', { metadata });
    const id = String(channel);
    await client().chat.update({ channel: id, ts: String(ts), text: 'changed' });
    const plain = await client().conversations.history({ channel: id });
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
    const whole = await client().conversations.history({
      channel: id,
      include_all_metadata: true,
      oldest: '1',
    });
    expect(whole.messages).toMatchObject([{ text: 'changed', metadata, edited: {} }]);
    const replies = await client().conversations.replies({ channel: id, ts: String(ts) });
    expect(replies.messages).toHaveLength(1);
    expect(await refusal(client().conversations.history({ channel: '#cloud-cost' }))).toMatchObject(
      { error: 'channel_not_found' },
    );
  });

  test('history has a scope of its own per kind of channel', async () => {
    const { channel } = await post('U0ALICE01');
    await slack.close();
    slack = await startSlackStandIn({ ...OPTIONS, scopes: ['chat:write', 'channels:history'] });
    const direct = await post('U0ALICE01');
    expect(channel).toBeTypeOf('string');
    expect(
      await refusal(client().conversations.history({ channel: String(direct.channel) })),
    ).toMatchObject({ error: 'missing_scope', needed: 'im:history' });
  });

  test('groups, their members and default channels', async () => {
    const { usergroups } = await client().usergroups.list({ include_users: true });
    expect(usergroups).toMatchObject([{ handle: 'team-shop', users: ['U0ALICE01'] }]);
    const [id] = usergroups?.[0]?.prefs?.channels ?? [];
    const { channel } = await client().conversations.info({ channel: id ?? '' });
    expect(channel).toMatchObject({ name: 'open', is_member: false });
  });
});

describe('dialogs', () => {
  const view = (more: object = {}) => ({
    type: 'modal',
    title: { type: 'plain_text', text: 'Title' },
    blocks: [{ type: 'divider' }],
    ...more,
  });
  const open = (triggerId: string, what: object) =>
    client().apiCall('views.open', { trigger_id: triggerId, view: what });

  test('need a press, and soon', async () => {
    expect(await refusal(open('1.2.x', view()))).toMatchObject({ error: 'invalid_trigger_id' });
  });

  test.each([
    [{ title: { type: 'plain_text', text: 'x'.repeat(25) } }, 'must be less than 25 characters'],
    [{ title: { type: 'mrkdwn', text: 'x' } }, 'unsupported type: mrkdwn'],
    [{ blocks: [] }, 'must have at least 1 items'],
    [{ private_metadata: 'x'.repeat(3_001) }, 'must be less than 3001 characters'],
    [
      {
        blocks: [
          {
            type: 'input',
            label: { type: 'plain_text', text: 'Day' },
            element: { type: 'datepicker', action_id: 'day', initial_date: 'tomorrow' },
          },
        ],
      },
      'submit is required',
    ],
    [{ colour: 'red' }, 'invalid additional property: colour'],
  ])('%j is refused', (more, text) => {
    const problems = checkView(view(more), { fileIsReady: () => false });
    expect(problems.map(({ message }) => message).join('; ')).toContain(text);
  });
});
