import type { ChannelError, ClaimedDelivery, Delivery } from '../store/notifications/delivery.ts';
import { receiverKey, type Receiver } from '../store/notifications/receiver.ts';
import { hashId } from './plan/deliveryId.ts';

const LOG: Receiver = { channel: 'log', target: '' };

/**
 * Where a dead letter goes instead, so that nothing is lost silently: what cannot reach its
 * receiver goes to the platform channel with the reason, and what cannot reach that goes to the log.
 */
export function afterDeadLetter(
  platform: Receiver,
): (delivery: ClaimedDelivery, error: ChannelError) => Delivery | null {
  return (delivery, error) => {
    const { receiver, notice } = delivery;
    if (receiver.channel === 'log') return null;
    if (notice.kind === 'alerts' || notice.kind === 'events') return null;
    const isPlatform = receiverKey(receiver) === receiverKey(platform);
    const target = isPlatform ? LOG : platform;
    const note = `This could not be delivered to ${receiver.channel} ${receiver.target}: ${error.message}`;
    return {
      ...delivery,
      id: hashId([delivery.id, 'fallback']),
      receiver: target,
      // A conversation of its own: the one that failed may have a message there already.
      conversation: `fallback/${delivery.conversation}`,
      notice:
        notice.kind === 'findings'
          ? { ...notice, note }
          : { ...notice, lines: [...notice.lines, note] },
    };
  };
}
