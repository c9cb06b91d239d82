import type { Logger } from 'pino';
import type { Channel, ClaimedDelivery } from '../store/notifications/delivery.ts';
import { noticeText } from './text/noticeText.ts';

/** Prints notices as log lines: what Burnwatch does when no other channel is configured. */
export function logChannel(logger: Pick<Logger, 'info' | 'warn'>): Channel {
  return {
    name: 'log',
    send: async (delivery: ClaimedDelivery) => {
      const { id, conversation, notice } = delivery;
      const urgent = notice.kind === 'findings' && notice.findings[0]?.severity !== 'info';
      const fields = { delivery: id, conversation, audience: audienceOf(delivery) };
      if (urgent) logger.warn(fields, noticeText(notice));
      else logger.info(fields, noticeText(notice));
      return { ids: {} };
    },
    // A log line that may be there twice harms nobody.
    find: async () => 'unknown',
    close: async () => undefined,
  };
}

function audienceOf({ notice }: ClaimedDelivery): string {
  return 'audience' in notice ? notice.audience : 'machine';
}
