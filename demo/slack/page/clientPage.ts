import type { Workspace } from '../workspace.ts';
import type { Conversation, StoredMessage } from '../stored.ts';
import { dayName } from './dates.ts';
import { dialogHtml } from './dialog.ts';
import { escapeHtml } from './escape.ts';
import { messageHtml } from './message.ts';
import { SCRIPT } from './script.ts';
import { STYLES } from './styles.ts';

/** What the page shows, and to whom. */
export interface ClientView {
  readonly conversation: Conversation;
  /** The thread that is open beside the channel; null for none. */
  readonly thread: string | null;
  /** Who looks and presses. */
  readonly userId: string;
  readonly theme: 'light' | 'dark' | 'auto';
  readonly connectedApps: number;
}

/** A channel as Slack shows it: channels at the left, messages, and an open thread at the right. */
export function clientPage(view: ClientView, workspace: Workspace, nonce: string): string {
  const { conversation, thread, theme } = view;
  const title = `${channelName(conversation)} - ${workspace.teamName}`;
  return `<!doctype html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLES}</style></head>
<body data-user="${escapeHtml(view.userId)}"><header class="top"><span>${escapeHtml(workspace.teamName)}</span><small>a stand-in for Slack</small></header>
<div class="columns">${sidebar(view, workspace)}<main id="live">${channelHtml(view, workspace)}${thread === null ? '' : threadHtml(view, thread, workspace)}</main></div>
${dialogHtml(workspace.dialogs.get(view.userId), workspace)}<div id="toast" role="status"></div><script nonce="${nonce}">${SCRIPT}</script></body></html>`;
}

function sidebar(view: ClientView, workspace: Workspace): string {
  const { conversation, userId } = view;
  const item = (each: Conversation) =>
    `<a class="${each.id === conversation.id ? 'current' : ''}" href="${escapeHtml(clientUrl(view, each.id, null))}">${each.kind === 'private' ? '🔒' : each.kind === 'im' ? '●' : '#'} ${escapeHtml(each.name)}</a>`;
  const channels = workspace.conversations.filter(({ kind }) => kind !== 'im');
  const direct = workspace.conversations.filter(
    ({ kind, user }) => kind === 'im' && (user === userId || workspace.users.length === 0),
  );
  const others = workspace.conversations.filter(
    ({ kind, user }) => kind === 'im' && user !== userId,
  );
  const people = workspace.users.map(
    ({ id, realName }) =>
      `<a class="${id === userId ? 'current' : ''}" href="${escapeHtml(clientUrl({ ...view, userId: id }, conversation.id, null))}">${escapeHtml(realName)}</a>`,
  );
  const app = view.connectedApps > 0 ? 'buttons work' : 'no app listens to buttons';
  return `<nav><h2>Channels</h2>${channels.map(item).join('')}
<h2>${escapeHtml(workspace.appName)} to you</h2>${direct.map(item).join('') || '<i>nothing yet</i>'}
${others.length === 0 ? '' : `<h2>To others</h2>${others.map(item).join('')}`}
${people.length === 0 ? '' : `<h2>You are</h2>${people.join('')}`}<p class="app"><span class="${view.connectedApps > 0 ? 'on' : 'off'}"></span>${app}</p></nav>`;
}

function channelHtml(view: ClientView, workspace: Workspace): string {
  const { conversation, userId } = view;
  const shown = workspace.messages.filter(
    ({ channel, threadTs, broadcast, onlyFor }) =>
      channel === conversation.id &&
      (threadTs === null || broadcast) &&
      (onlyFor === null || onlyFor === userId),
  );
  const threadUrl = (ts: string) => clientUrl(view, conversation.id, ts);
  const messages = withDays(shown, workspace, (message) =>
    messageHtml(message, { workspace, threadUrl }),
  );
  const empty = '<p class="empty">Nothing has been posted here yet.</p>';
  return `<section class="channel"><header><h1>${escapeHtml(channelName(conversation))}</h1><span>${escapeHtml(conversation.topic)}</span></header><div class="messages">${messages || empty}</div></section>`;
}

function threadHtml(view: ClientView, thread: string, workspace: Workspace): string {
  const { conversation, userId } = view;
  const [root, ...replies] = workspace.messages.filter(
    ({ channel, ts, threadTs, onlyFor }) =>
      channel === conversation.id &&
      (ts === thread || threadTs === thread) &&
      (onlyFor === null || onlyFor === userId),
  );
  if (root === undefined) return '';
  const one = (message: StoredMessage) =>
    messageHtml(message, { workspace, threadUrl: () => null });
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const close = escapeHtml(clientUrl(view, conversation.id, null));
  return `<section class="thread"><header><h1>Thread</h1><span>${escapeHtml(channelName(conversation))}</span><a href="${close}" aria-label="Close">✕</a></header><div class="messages">${one(root)}<div class="divide"><span>${count}</span></div>${replies.map(one).join('')}</div></section>`;
}

function withDays(
  messages: readonly StoredMessage[],
  workspace: Workspace,
  show: (message: StoredMessage) => string,
): string {
  let day = '';
  return messages
    .map((message) => {
      const name = dayName(Number(message.ts) * 1_000, workspace.now());
      const divide = name === day ? '' : `<div class="day"><span>${escapeHtml(name)}</span></div>`;
      day = name;
      return divide + show(message);
    })
    .join('');
}

function channelName({ kind, name }: Conversation): string {
  return kind === 'im' ? name : `${kind === 'private' ? '🔒' : '#'} ${name}`;
}

function clientUrl({ userId, theme }: ClientView, channel: string, thread: string | null): string {
  const query = new URLSearchParams();
  if (thread !== null) query.set('thread', thread);
  if (userId !== '') query.set('as', userId);
  if (theme !== 'auto') query.set('theme', theme);
  return `/client/${encodeURIComponent(channel)}?${query.toString()}`;
}
