/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../clock.ts';
import { ChannelError, type Channel, type ClaimedDelivery, type Receipt } from '../delivery.ts';
import type { RenderContext } from '../text/format.ts';
import { toChannelError } from './errors.ts';
import { findDelivery } from './findDelivery.ts';
import type { SlackMessage } from './message.ts';
import { Pacer } from './paced.ts';
import { renderMessage, renderReply } from './render.ts';
import { TargetResolver } from './targets.ts';

export interface SlackParts {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly context: RenderContext;
}

/** The type of the metadata that every message carries; `delivery` in it is the idempotency id. */
export const EVENT_TYPE = 'burnwatch_delivery';

/**
 * Slack. The first news of a conversation is a message; later news edit that message and add to its
 * thread. Only the thread's reply (or the first post) carries the delivery's id: editing is idempotent
 * and comes first, so that a lost answer can be looked up.
 */
export function slackChannel({ client, clock, context }: SlackParts): Channel {
  const pacer = new Pacer(clock);
  const targets = new TargetResolver(client, clock);
  return {
    name: 'slack',
    send: (delivery, signal) => guarded(() => send(delivery, signal)),
    find: (delivery, signal) => guarded(() => findDelivery(client, targets, delivery, signal)),
    close: async () => undefined,
  };

  async function send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<Receipt> {
    const { notice, root } = delivery;
    const message = renderMessage(notice, context);
    if (message === null) {
      throw new ChannelError('message', 'not-for-people', `Slack cannot show ${notice.kind}`);
    }
    const channel = root?.ids['channel'];
    const ts = root?.ids['ts'];
    if (channel === undefined || ts === undefined || notice.kind !== 'findings') {
      return post(delivery, message, signal);
    }
    const edited = await edit(channel, ts, message, signal);
    // The message was deleted by somebody: begin again.
    if (!edited) return post(delivery, message, signal);
    await postTo(channel, delivery, renderReply(notice), signal, {
      thread_ts: ts,
      ...(isLoud(delivery) ? { reply_broadcast: true as const } : {}),
    });
    return root ?? { ids: { channel, ts } };
  }

  async function post(delivery: ClaimedDelivery, message: SlackMessage, signal: AbortSignal) {
    const target = await targets.resolve(delivery.receiver.target);
    return postTo(target, delivery, message, signal, {});
  }

  async function postTo(
    channel: string,
    delivery: ClaimedDelivery,
    message: SlackMessage,
    signal: AbortSignal,
    thread: { thread_ts?: string; reply_broadcast?: true },
  ): Promise<Receipt> {
    const call = (blocks: SlackMessage['blocks'] | null) =>
      pacer.run(channel, signal, () =>
        client.chat.postMessage({
          channel,
          text: message.text,
          ...(blocks === null ? {} : { blocks: [...blocks] }),
          ...(thread.thread_ts === undefined ? {} : { thread_ts: thread.thread_ts }),
          ...(thread.reply_broadcast === undefined ? {} : { reply_broadcast: true }),
          unfurl_links: false,
          unfurl_media: false,
          link_names: false,
          parse: 'none',
          metadata: { event_type: EVENT_TYPE, event_payload: { delivery: delivery.id } },
        } as Parameters<typeof client.chat.postMessage>[0]),
      );
    const answer = await plainTextOnInvalidBlocks(message, call);
    if (answer.ts === undefined || answer.channel === undefined) {
      throw new ChannelError('transient', 'bad-answer', 'Slack answered without ts', {
        inDoubt: true,
      });
    }
    targets.learn(delivery.receiver.target, answer.channel);
    return { ids: { channel: answer.channel, ts: answer.ts } };
  }

  async function edit(channel: string, ts: string, message: SlackMessage, signal: AbortSignal) {
    try {
      await plainTextOnInvalidBlocks(message, (blocks) =>
        pacer.run(channel, signal, () =>
          client.chat.update({
            channel,
            ts,
            text: message.text,
            blocks: blocks === null ? [] : [...blocks],
          }),
        ),
      );
      return true;
    } catch (error) {
      if (GONE.has(toChannelError(error).code)) return false;
      throw error;
    }
  }
}

const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** What deserves to show up in the channel again, not only in the thread. */
function isLoud({ notice }: ClaimedDelivery): boolean {
  return (
    notice.kind === 'findings' &&
    notice.changes.some(
      ({ reason }) => reason === 'worse' || reason === 'reopened' || reason === 'reminder',
    )
  );
}

/**
 * Should Slack refuse our blocks all the same, the news goes out as text: worse to look at, not lost.
 */
async function plainTextOnInvalidBlocks<T>(
  message: SlackMessage,
  call: (blocks: SlackMessage['blocks'] | null) => Promise<T>,
): Promise<T> {
  try {
    return await call(message.blocks);
  } catch (error) {
    if (!/^(invalid_blocks|msg_blocks_too_long)/.test(toChannelError(error).code)) throw error;
    return call(null);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toChannelError(error);
  }
}
