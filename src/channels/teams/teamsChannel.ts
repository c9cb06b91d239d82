import type { RenderContext } from '../../model/text/format.ts';
import { ChannelError, type Channel } from '../../store/notifications/delivery.ts';
import { post } from '../http.ts';
import { noticeContent } from '../noticeContent.ts';
import type { TeamsConfig } from './config.ts';
import { teamsMessage } from './teamsCard.ts';

/** Microsoft Teams. A workflow answers nothing to come back to: every news is a message of its own. */
export function teamsChannel(
  { url, securityUrl = url }: Pick<TeamsConfig, 'url' | 'securityUrl'>,
  context: RenderContext,
): Channel {
  return {
    name: 'teams',
    send: async ({ receiver, notice }, signal) => {
      const address = receiver.target === 'security' ? securityUrl : url;
      if (address === undefined)
        throw new ChannelError('operator', 'not-configured', 'teams.url is not set');
      const body = teamsMessage(noticeContent(notice, context, 'Teams'));
      await post({ name: 'Teams', url: address, headers: {} }, body, 'application/json', signal);
      return { ids: {} };
    },
  };
}
