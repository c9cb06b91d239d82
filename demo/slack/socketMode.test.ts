import { SocketModeClient } from '@slack/socket-mode';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSlackClient, silentLogger } from '../../src/channels/slack/client.ts';
import type { SlackStandIn } from './options.ts';
import { startSlackStandIn } from './startSlackStandIn.ts';

let slack: SlackStandIn;
let app: SocketModeClient;
beforeEach(async () => {
  slack = await startSlackStandIn({
    channels: [{ name: 'cost' }],
    users: [{ id: 'U0ALICE01', name: 'alice', realName: 'Alice', email: 'alice@example.com' }],
  });
  app = new SocketModeClient({
    appToken: slack.appToken,
    autoReconnectEnabled: false,
    logger: silentLogger(),
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
});
afterEach(async () => {
  await app.disconnect();
  await slack.close();
});

async function messageWithButton(): Promise<string> {
  const client = createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl });
  const text = { type: 'plain_text' as const, text: 'Acknowledge' };
  const { ts = '' } = await client.chat.postMessage({
    channel: '#cost',
    text: 'x',
    blocks: [
      { type: 'actions', elements: [{ type: 'button', action_id: 'ack', text, value: 'f1' }] },
    ],
  });
  return ts;
}

test('a press arrives at the app, which acknowledges it', async () => {
  const bodies: unknown[] = [];
  app.on('interactive', (event: { ack: () => Promise<void>; body: unknown }) => {
    bodies.push(event.body);
    void event.ack();
  });
  await app.start();
  expect(slack.connections()).toBe(1);
  const ts = await messageWithButton();
  const press = { userId: 'U0ALICE01', channel: '#cost', ts, actionId: 'ack' };
  expect(await slack.press(press)).toMatchObject({ acknowledged: true });
  expect(bodies).toMatchObject([
    {
      type: 'block_actions',
      user: { id: 'U0ALICE01', username: 'alice' },
      message: { ts },
      actions: [{ action_id: 'ack', value: 'f1', type: 'button' }],
    },
  ]);
});

test('without a listener the interaction is not acknowledged', async () => {
  const ts = await messageWithButton();
  const press = { userId: 'U0ALICE01', channel: '#cost', ts, actionId: 'ack' };
  expect(await slack.press(press)).toMatchObject({ acknowledged: false });
});

test('an address works once, and a refresh ends the connection', async () => {
  const ended = new Promise((resolve) => app.once('disconnected', resolve));
  await app.start();
  slack.refreshConnections();
  await ended;
  const answer = await fetch(`${slack.apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.appToken}` },
  });
  const { url } = (await answer.json()) as { url: string };
  const open = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.addEventListener('message', ({ data }) => {
        resolve(String(data));
        socket.close();
      });
      socket.addEventListener('error', () => resolve('refused'));
    });
  expect(await open()).toContain('"hello"');
  expect(await open()).toBe('refused');
});
