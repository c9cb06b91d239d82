import { digestContent, ownerDigestContent } from '../digest/digestContent.ts';
import type { RenderContext } from '../model/text/format.ts';
import type { MessageContent } from '../notify/content/content.ts';
import { findingContent } from '../notify/content/findingContent.ts';
import { groupContent } from '../notify/content/groupContent.ts';
import { noteContent } from '../notify/content/noteContent.ts';
import { ChannelError } from '../store/notifications/delivery.ts';
import type { Notice } from '../store/notifications/notice.ts';

/**
 * The content of a notice for people, which channels render.
 *
 * @param channel names the channel in the error
 * @throws ChannelError for a notice that only SIEMs or Alertmanager take.
 */
export function noticeContent(
  notice: Notice,
  context: RenderContext,
  channel: string,
): MessageContent {
  switch (notice.kind) {
    case 'findings': {
      const [first] = notice.findings;
      return notice.total === 1 && first !== undefined
        ? findingContent(notice, first, context)
        : groupContent(notice, context);
    }
    case 'note':
      return noteContent(notice);
    case 'digest':
      return digestContent(notice, context);
    case 'owner-digest':
      return ownerDigestContent(notice);
    case 'events':
    case 'alerts':
      break;
  }
  throw new ChannelError('message', 'not-for-people', `${channel} cannot show ${notice.kind}`);
}
