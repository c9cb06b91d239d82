import type { Logger } from 'pino';
import type { RenderContext } from '../model/text/format.ts';
import type { Channel, ClaimedDelivery } from '../store/notifications/delivery.ts';
import { noticeContent } from './noticeContent.ts';

/** Prints notices as log lines: what Burnwatch does when no other channel is configured. */
export function logChannel(logger: Pick<Logger, 'info' | 'warn'>, context: RenderContext): Channel {
  return {
    name: 'log',
    send: async (delivery: ClaimedDelivery) => {
      const { id, conversation, notice } = delivery;
      const urgent = notice.kind === 'findings' && notice.findings[0]?.severity !== 'info';
      const fields = { delivery: id, conversation, audience: audienceOf(delivery) };
      const { line } = noticeContent(notice, context, 'the log');
      if (urgent) logger.warn(fields, line);
      else logger.info(fields, line);
      return { ids: {} };
    },
  };
}

function audienceOf({ notice }: ClaimedDelivery): string {
  return 'audience' in notice ? notice.audience : 'machine';
}
