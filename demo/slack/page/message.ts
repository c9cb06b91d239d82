import type { Workspace } from '../workspace.ts';
import type { StoredMessage } from '../stored.ts';
import { contentHtml } from './blocks.ts';
import { clockTime } from './dates.ts';
import { escapeHtml } from './escape.ts';

/** The app's picture: a flame on a dark ground. */
const AVATAR =
  '<svg class="avatar" viewBox="0 0 36 36" aria-hidden="true"><rect width="36" height="36" rx="8" fill="#1d2433"/><path d="M18.6 5.5c1 5-5.9 7.6-5.9 14 0 1.6.5 2.7 1.2 3.6-3-.7-4.4-3.1-4-6-2 2-2.9 4.300-2.9 6.700 0 5 4.800 8.200 11 8.200s11-3.500 11-9c0-6.200-6.300-8.800-10.400-17.500z" fill="#ff6b35"/><path d="M18.300 31c3.400 0 5.600-2 5.600-4.800 0-3-2.900-4.200-4.800-8-.4 3.700-4.700 4.600-4.700 8.300 0 2.600 1.600 4.500 3.900 4.500z" fill="#ffd166"/></svg>';

export interface MessageView {
  readonly workspace: Workspace;
  /** Address of a message's thread, or null inside the thread. */
  threadUrl(ts: string): string | null;
}

/** One message with its author, content and, in the channel, its replies' number. */
export function messageHtml(message: StoredMessage, view: MessageView): string {
  const { workspace } = view;
  const at = Number(message.ts) * 1_000;
  const only = message.onlyFor === null ? '' : '<div class="hint">Only visible to you</div>';
  const broadcast =
    message.broadcast && view.threadUrl(message.ts) !== null
      ? '<div class="hint">replied to a thread</div>'
      : '';
  const edited = message.editedTs === null ? '' : '<span class="edited">(edited)</span>';
  return `<article class="message${message.onlyFor === null ? '' : ' ephemeral'}" data-ts="${escapeHtml(message.ts)}" data-channel="${escapeHtml(message.channel)}">
${AVATAR}<div class="body">${only}${broadcast}<div class="author"><b>${escapeHtml(workspace.appName)}</b><span class="badge">APP</span><time>${clockTime(at)}</time></div>
${contentHtml(message, workspace)}${edited}${repliesHtml(message, view)}</div></article>`;
}

function repliesHtml(message: StoredMessage, { workspace, threadUrl }: MessageView): string {
  const url = threadUrl(message.threadTs ?? message.ts);
  if (url === null || message.threadTs !== null) return '';
  const replies = workspace.messages.filter(
    ({ threadTs, channel, onlyFor }) =>
      threadTs === message.ts && channel === message.channel && onlyFor === null,
  );
  const last = replies.at(-1);
  if (last === undefined) return '';
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const time = clockTime(Number(last.ts) * 1_000);
  return `<a class="replies" href="${escapeHtml(url)}">${AVATAR.replace('avatar', 'avatar small')}<b>${count}</b><span>Last reply at ${time}</span></a>`;
}
