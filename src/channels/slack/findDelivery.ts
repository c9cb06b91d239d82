import type { WebClient } from '@slack/web-api';
import { MINUTE_MS } from '../../model/time.ts';
import type { ClaimedDelivery, Receipt } from '../../store/notifications/delivery.ts';
import { toChannelError } from './errors.ts';
import type { TargetResolver } from './targets.ts';

interface FoundMessage {
  readonly ts?: string | undefined;
  readonly metadata?:
    { readonly event_payload?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

const PAGES = 3;
/** Clocks of two machines may differ: look a little before the delivery was made. */
const SLACK_MS = 5 * MINUTE_MS;

/**
 * Looks for a delivery's id in the metadata of what is in the channel (or in the conversation's
 * thread) since it was made. Null also where the app may not read the channel's history
 * (`channels:history`, `groups:history`, `im:history`): then a message in doubt is sent again.
 */
export async function findDelivery(
  client: WebClient,
  targets: TargetResolver,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<Receipt | null> {
  const replyTo = delivery.notice.kind === 'note' ? delivery.notice.replyTo : undefined;
  const thread = replyTo?.ts ?? delivery.root?.ids['ts'];
  const oldest = ((delivery.createdAt - SLACK_MS) / 1000).toFixed(6);
  let cursor: string | undefined;
  try {
    const { target } = delivery.receiver;
    const channel =
      replyTo?.channel ?? delivery.root?.ids['channel'] ?? (await targets.conversationId(target));
    if (channel === null) return null;
    for (let page = 0; page < PAGES && !signal.aborted; page += 1) {
      const paging = {
        channel,
        oldest,
        limit: 200,
        include_all_metadata: true,
        ...(cursor ? { cursor } : {}),
      };
      const answer =
        thread === undefined
          ? await client.conversations.history(paging)
          : await client.conversations.replies({ ...paging, ts: thread });
      const messages: readonly FoundMessage[] = answer.messages ?? [];
      const found = messages.find((message) => idOf(message) === delivery.id);
      if (found?.ts !== undefined) {
        return replyTo ? { ids: {} } : (delivery.root ?? { ids: { channel, ts: found.ts } });
      }
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) return null;
    }
  } catch (error) {
    const failure = toChannelError(error);
    // No scope, or not a member: this channel cannot be read.
    if (failure.kind === 'operator' || failure.kind === 'target') return null;
    throw failure;
  }
  return null;
}

function idOf(message: FoundMessage): unknown {
  return message.metadata?.event_payload?.['delivery'];
}
