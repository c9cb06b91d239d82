import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../notify/clock.ts';
import {
  type Channel,
  type ClaimedDelivery,
  type Receipt,
} from '../../store/notifications/delivery.ts';
import type { RenderContext } from '../../model/text/format.ts';
import { attachedImage, attachPicture } from './attachPicture.ts';
import type { ChannelParts } from '../channelKind.ts';
import { createSlackClient, withSignal } from './client.ts';
import type { SlackConfig } from './config.ts';
import { toChannelError } from './errors.ts';
import { findDelivery } from './findDelivery.ts';
import { Pacer } from './paced.ts';
import type { PictureSource } from '../pictures.ts';
import type { UploadedImage } from './message.ts';
import { noticeContent } from '../noticeContent.ts';
import { Poster } from './poster.ts';
import { renderMessage, renderReply, withMention } from './render.ts';
import { TargetResolver } from './targets.ts';

/** The channel of a configuration; none without a token. */
export function createSlack(
  { token, apiUrl, timeout: timeoutMs }: SlackConfig,
  { clock, context, pictures = null }: ChannelParts & { readonly context: RenderContext },
): readonly Channel[] {
  if (token === undefined) return [];
  const client = createSlackClient({ token, apiUrl, timeoutMs });
  return [slackChannel({ client, clock, context, pictures })];
}

export interface SlackParts {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly context: RenderContext;
  /** Null sends no pictures. */
  readonly pictures: PictureSource | null;
}

/**
 * Slack. The first news of a conversation is a message; later news edit that message and add to its
 * thread. Only the thread's reply (or the first post) carries the delivery's id: editing is idempotent
 * and comes first, so that a lost answer can be looked up. Pictures come after the text.
 */
export function slackChannel({ client, clock, context, pictures }: SlackParts): Channel {
  const poster = new Poster(client, new Pacer(clock));
  const targets = new TargetResolver(client, clock);
  return {
    name: 'slack',
    send: (delivery, signal) => guarded(signal, () => send(delivery, signal)),
    find: (delivery, signal) =>
      guarded(signal, () => findDelivery(client, targets, delivery, signal)),
    follow: (delivery, receipt, signal) =>
      guarded(signal, () => addPicture(delivery, receipt, signal)),
  };

  async function send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<Receipt> {
    const { id, notice, root, receiver } = delivery;
    const content = noticeContent(notice, context, 'Slack');
    if (notice.kind === 'note' && notice.replyTo !== undefined) {
      const { channel: inside, ts: thread } = notice.replyTo;
      await poster.post({ channel: inside, thread }, renderReply(content), id, signal);
      return { ids: {} };
    }
    const rendered = renderMessage(content, attachedImage(root));
    const message = withMention(rendered, await targets.mentionOf(receiver.target));
    const { channel, ts } = root?.ids ?? {};
    if (root !== null && channel !== undefined && ts !== undefined && notice.kind === 'findings') {
      // A deleted message cannot be edited: the conversation starts again below.
      if (await poster.edit(channel, ts, message, signal)) {
        const place = { channel, thread: ts, broadcast: isLoud(delivery) };
        await poster.post(place, renderReply(content), id, signal);
        return root;
      }
    }
    const target = await targets.resolve(receiver.target);
    const ids = await poster.post({ channel: target }, message, id, signal);
    targets.learn(receiver.target, ids.channel);
    return { ids };
  }

  async function addPicture(
    { notice, root, receiver }: ClaimedDelivery,
    receipt: Receipt,
    signal: AbortSignal,
  ): Promise<Receipt | null> {
    // The first message gets its picture; later edits keep it.
    if (pictures === null || (root !== null && root.ids['ts'] === receipt.ids['ts'])) return null;
    const picture = await pictures.pictureOf(notice);
    if (picture === null) return null;
    const group = await targets.mentionOf(receiver.target);
    const content = noticeContent(notice, context, 'Slack');
    const render = (image: UploadedImage | null) =>
      withMention(renderMessage(content, image), group);
    return attachPicture({ client, poster, clock }, receipt, picture, render, signal);
  }
}

/** What deserves to show up in the channel again, not only in the thread. */
function isLoud({ notice }: ClaimedDelivery): boolean {
  const loud = new Set(['worse', 'reopened', 'reminder', 'review-due']);
  return notice.kind === 'findings' && notice.changes.some(({ reason }) => loud.has(reason));
}

async function guarded<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await withSignal(signal, work);
  } catch (error) {
    throw toChannelError(error);
  }
}
