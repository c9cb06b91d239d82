/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */
import type { ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { truncate } from '../../model/text/format.ts';
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
    const answer = await plainerWhereRefused(message, ({ text, blocks }) => {
      const call = {
        channel,
        text,
        ...(blocks.length === 0 ? {} : { blocks: [...blocks] }),
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
    const { channel: where, ts } = answer as { readonly channel?: unknown; readonly ts?: unknown };
    if (typeof ts !== 'string' || typeof where !== 'string') {
      const text = 'Slack answered without saying where the message is';
      throw new ChannelError('transient', 'bad-answer', text, { inDoubt: true });
    }
    return { channel: where, ts };
  }

  /** Edits a message; false when it is not there any more. */
  async edit(
    channel: string,
    ts: string,
    message: SlackMessage,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await plainerWhereRefused(message, (plainer) =>
        this.editStrictly(channel, ts, plainer, signal),
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

/** Should Slack refuse blocks, or a length, the news goes out as text, then as a short one: plainer, not lost. */
async function plainerWhereRefused<T>(
  message: SlackMessage,
  call: (message: SlackMessage) => Promise<T>,
): Promise<T> {
  const asText = { text: message.text, blocks: [] };
  const short = { text: shorten(message.text), blocks: [] };
  let error: unknown;
  for (const attempt of [message, asText, short]) {
    if (attempt === asText && error !== undefined && isTooLong(error)) continue;
    try {
      return await call(attempt);
    } catch (caught) {
      if (!isInvalidBlocks(caught) && !isTooLong(caught)) throw caught;
      error = caught;
    }
  }
  throw error;
}

/** Slack shows 4,000 characters of a text, and takes fewer where it counts bytes. */
const SHORT_TEXT = 1_000;
const LINK = /<https?:[^>]+>/g;

/** The beginning of a text, and where the whole of it is. */
function shorten(text: string): string {
  const link = text.match(LINK)?.[0] ?? '`burnwatch findings`';
  // A link that is cut in two would be shown as it is written.
  const start = truncate(text, SHORT_TEXT).replace(/<[^>]*$/, '…');
  return `${start}\nShortened: the whole text is in ${link}`;
}

function isTooLong(error: unknown): boolean {
  return toChannelError(error).code === 'msg_too_long';
}

/** True when Slack refused what the message looks like, not the message. */
export function isInvalidBlocks(error: unknown): boolean {
  return /^(invalid_blocks|invalid_attachments|msg_blocks_too_long)/.test(
    toChannelError(error).code,
  );
}
