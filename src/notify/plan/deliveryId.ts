import { createHash } from 'node:crypto';
import { receiverKey, type Receiver } from '../../store/notifications/receiver.ts';
import type { News } from './conversations.ts';

/**
 * The idempotency id of a delivery: 24 hexadecimal digits over receiver, conversation and what
 * changed, so that the same plan made twice (a crash, two processes) makes the same ids.
 */
export function deliveryId(
  receiver: Receiver,
  conversation: string,
  news: readonly Pick<News, 'finding' | 'reason' | 'record'>[],
): string {
  const parts = news.map(({ finding, reason, record }) => [
    finding.id,
    finding.lastSeen,
    reason,
    record?.at ?? null,
  ]);
  return hashId([receiverKey(receiver), conversation, parts]);
}

/** 24 hexadecimal digits of a SHA-256 over any JSON value. */
export function hashId(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}
