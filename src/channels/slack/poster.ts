/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */
import type { ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { ChannelError } from '../../store/notifications/delivery.ts';
import { toChannelError } from './errors.ts';
import type { SlackMessage } from './message.ts';
import type { Pacer } from './paced.ts';

/** The type of the metadata that every message carries; `delivery` in it is the idempotency id. */
const EVENT_TYPE = 'burnwatch_delivery';

/** Where and how a message is posted. */
export interface Place {
  readonly channel: string;
  /** Post into this message's thread. */
  readonly thread?: string;
  /** Show the thread's reply in the channel as well. */
  readonly broadcast?: boolean;
}

/** Posts and edits messages at Slack's pace. */
export class Poster {
  readonly #client: WebClient;
  readonly #pacer: Pacer;

  constructor(client: WebClient, pacer: Pacer) {
    this.#client = client;
    this.#pacer = pacer;
  }

  /** Posts a message that carries `deliveryId`; returns the conversation's id and the message's `ts`. */
  async post(
    place: Place,
    message: SlackMessage,
    deliveryId: string,
    signal: AbortSignal,
  ): Promise<{ readonly channel: string; readonly ts: string }> {
    const { channel, thread, broadcast } = place;
    const answer = await plainTextOnInvalidBlocks(message, (blocks) => {
      const call = {
        channel,
        text: message.text,
        ...(blocks === null ? {} : { blocks: [...blocks] }),
        ...(thread === undefined ? {} : { thread_ts: thread }),
        ...(thread !== undefined && broadcast === true ? { reply_broadcast: true } : {}),
        unfurl_links: false,
        unfurl_media: false,
        link_names: false,
        parse: 'none',
        metadata: { event_type: EVENT_TYPE, event_payload: { delivery: deliveryId } },
      } as ChatPostMessageArguments;
      return this.#pacer.run(channel, signal, () => this.#client.chat.postMessage(call));
    });
    if (answer.ts === undefined || answer.channel === undefined) {
      const text = 'Slack answered without saying where the message is';
      throw new ChannelError('transient', 'bad-answer', text, { inDoubt: true });
    }
    return { channel: answer.channel, ts: answer.ts };
  }

  /** Edits a message; false when it is not there any more. */
  async edit(
    channel: string,
    ts: string,
    message: SlackMessage,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await plainTextOnInvalidBlocks(message, (blocks) =>
        this.editStrictly(channel, ts, { ...message, blocks: blocks ?? [] }, signal),
      );
      return true;
    } catch (error) {
      if (GONE.has(toChannelError(error).code)) return false;
      throw error;
    }
  }

  /** Edits a message exactly so; throws when Slack does not like the blocks. */
  async editStrictly(
    channel: string,
    ts: string,
    { text, blocks }: SlackMessage,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pacer.run(channel, signal, () =>
      this.#client.chat.update({ channel, ts, text, blocks: [...blocks] }),
    );
  }
}

const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Should Slack refuse our blocks all the same, the news goes out as text: plainer, not lost. */
async function plainTextOnInvalidBlocks<T>(
  message: SlackMessage,
  call: (blocks: SlackMessage['blocks'] | null) => Promise<T>,
): Promise<T> {
  try {
    return await call(message.blocks);
  } catch (error) {
    if (!isInvalidBlocks(error)) throw error;
    return call(null);
  }
}

/** True when Slack refused what the message looks like, not the message. */
export function isInvalidBlocks(error: unknown): boolean {
  return /^(invalid_blocks|invalid_attachments|msg_blocks_too_long)/.test(
    toChannelError(error).code,
  );
}
