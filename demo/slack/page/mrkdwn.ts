import type { Workspace } from '../workspace.ts';
import { slackDate } from './dates.ts';
import { drawDots, escapeHtml } from './escape.ts';

/** Marks of finished pieces while the text around them is formatted; not part of any text. */
const OPEN = '\uE000';
const CLOSE = '\uE001';

/**
 * Slack's mrkdwn as HTML: code, bold, italic, strike, quotes, links, mentions, dates. Whatever is not
 * Slack's markup stays text. Without `verbatim` bare addresses become links, as at Slack.
 */
export function mrkdwnHtml(text: string, workspace: Workspace, verbatim: boolean): string {
  const pieces: string[] = [];
  const keep = (html: string): string => `${OPEN}${pieces.push(html) - 1}${CLOSE}`;
  const marked = text
    .replaceAll(/[\uE000\uE001]/g, '')
    .replaceAll(/```\n?([\s\S]*?)\n?```\n?/g, (_, inner: string) =>
      keep(`<pre>${escapeHtml(decode(inner))}</pre>`),
    )
    .replaceAll(/`([^`\n]+)`/g, (_, inner: string) =>
      keep(`<code>${escapeHtml(decode(inner))}</code>`),
    )
    .replaceAll(/<([^<>\n]+)>/g, (_, inner: string) => keep(markup(inner, workspace)));
  let html = escapeHtml(decode(marked));
  if (!verbatim) html = autoLinked(html, keep);
  html = html
    .replaceAll(/(^|[\s(])\*(?=\S)([^*\n]*[^*\s])\*/g, '$1<strong>$2</strong>')
    .replaceAll(/(^|[\s(])_(?=\S)([^_\n]*[^_\s])_(?=$|[\s).,;:!?])/gm, '$1<em>$2</em>')
    .replaceAll(/(^|[\s(])~(?=\S)([^~\n]*[^~\s])~/g, '$1<s>$2</s>')
    .replaceAll(/^&gt; ?(.*)$/gm, '<blockquote>$1</blockquote>')
    .replaceAll('\n', '<br>');
  const marks = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g');
  // Links may hold finished pieces of their own.
  const fill = (value: string): string =>
    value.replaceAll(marks, (_, index: string) => fill(pieces[Number(index)] ?? ''));
  return drawDots(fill(html).replaceAll('</pre><br>', '</pre>'));
}

/** A text object as HTML. */
export function textHtml(value: unknown, workspace: Workspace): string {
  const { type, text, verbatim } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const words = typeof text === 'string' ? text : '';
  return type === 'mrkdwn'
    ? mrkdwnHtml(words, workspace, verbatim === true)
    : drawDots(escapeHtml(words).replaceAll('\n', '<br>'));
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What stands between angle brackets. */
function markup(inner: string, workspace: Workspace): string {
  const [target, label] = split(inner);
  const name = (text: string) => escapeHtml(decode(text));
  if (target.startsWith('@')) {
    const user = workspace.users.find(({ id }) => id === target.slice(1));
    return `<span class="mention">@${name(user?.realName ?? label ?? target.slice(1))}</span>`;
  }
  if (target.startsWith('#')) {
    const channel = workspace.conversations.find(({ id }) => id === target.slice(1));
    return `<span class="mention">#${name(channel?.name ?? label ?? target.slice(1))}</span>`;
  }
  if (target.startsWith('!subteam^')) {
    const group = workspace.userGroups.find(({ id }) => id === target.slice('!subteam^'.length));
    return `<span class="mention">@${name(group?.handle ?? label ?? target)}</span>`;
  }
  if (target.startsWith('!date^')) return escapeHtml(slackDate(target, label, workspace.now()));
  if (target.startsWith('!')) {
    return `<span class="mention loud">@${name(label ?? target.slice(1))}</span>`;
  }
  return anchor(decode(target), label === undefined ? decode(target) : decode(label));
}

function split(inner: string): readonly [string, string | undefined] {
  const bar = inner.indexOf('|');
  return bar < 0 ? [inner, undefined] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

/** A link, where the address is one that a browser may open. */
function anchor(url: string, label: string): string {
  if (!/^(https?|mailto):/i.test(url)) return escapeHtml(label);
  return `<a href="${escapeHtml(url)}" target="_blank" rel="noreferrer noopener">${escapeHtml(label)}</a>`;
}

function autoLinked(html: string, keep: (html: string) => string): string {
  return html.replaceAll(
    /\b(https?:\/\/[^\s<]+|(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|example)\b(?:\/[^\s<]*)?)/gi,
    (found) => {
      const url = decodeEscaped(found);
      return keep(anchor(/^https?:/i.test(url) ? url : `http://${url}`, url));
    },
  );
}

function decodeEscaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
