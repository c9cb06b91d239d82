import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSlackClient } from '../../src/channels/slack/client.ts';
import type { SlackStandIn } from './options.ts';
import { startSlackStandIn } from './startSlackStandIn.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let slack: SlackStandIn;
beforeAll(async () => {
  slack = await startSlackStandIn({
    channels: [{ name: 'cost' }],
    fileProcessingMs: 150,
    rates: null,
  });
});
afterAll(() => slack.close());

const client = () => createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl });

test('filesUploadV2: the file is invalid in blocks until it was processed', async () => {
  const upload = { file: PNG, filename: 'cpu.png', title: 'CPU', alt_text: 'a chart' };
  const answer = await client().filesUploadV2(upload);
  const id = answer.files[0]?.files?.[0]?.id ?? '';
  const message = {
    channel: '#cost',
    text: 'x',
    blocks: [{ type: 'image' as const, slack_file: { id }, alt_text: 'a chart' }],
  };
  await expect(client().chat.postMessage(message)).rejects.toMatchObject({
    data: { error: 'invalid_blocks' },
  });
  await wait(200);
  await client().chat.postMessage(message);
  const shown = await fetch(`${slack.pageUrl}files/${id}/cpu.png`);
  expect(shown.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
});

test('with a channel and a thread it is a message there', async () => {
  const { channel = '', ts = '' } = await client().chat.postMessage({
    channel: '#cost',
    text: 'x',
  });
  const upload = { file: PNG, filename: 'cpu.png', channel_id: channel, thread_ts: ts };
  await client().filesUploadV2(upload);
  expect(slack.messages('#cost').at(-1)).toMatchObject({ threadTs: ts, text: '' });
  expect(slack.messages('#cost').at(-1)?.files).toHaveLength(1);
});

test('what was never uploaded cannot be completed', async () => {
  const { file_id: id = '' } = await client().files.getUploadURLExternal({
    filename: 'a.png',
    length: 3,
  });
  const complete = client().files.completeUploadExternal({ files: [{ id }] });
  await expect(complete).rejects.toMatchObject({ data: { error: 'file_not_found' } });
});
