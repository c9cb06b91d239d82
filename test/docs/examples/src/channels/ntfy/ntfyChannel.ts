import { cleanText } from '../../model/text/clean.ts';
import { ChannelError, type Channel } from '../../store/notifications/delivery.ts';
import { post } from '../http.ts';

export function ntfyChannel(url: string): Channel {
  return {
    name: 'ntfy',
    send: async ({ id, notice }, signal) => {
      if (notice.kind !== 'events')
        throw new ChannelError('message', 'not-for-ntfy', `ntfy does not support ${notice.kind}`);
      const text = notice.events.map(({ finding }) => cleanText(finding.summary)).join('\n');
      const target = { name: 'ntfy', url, headers: { 'x-sequence-id': id } };
      await post(target, text, 'text/plain', signal);
      return { ids: {} };
    },
  };
}
