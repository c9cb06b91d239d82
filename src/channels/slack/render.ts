import { renderDigestBlocks, renderOwnerDigestBlocks } from './renderDigest.ts';
import type { KnownBlock } from '@slack/web-api';
import type { FindingsNotice, Notice, NoteNotice } from '../../store/notifications/notice.ts';
import type { RenderContext } from '../../model/text/format.ts';
import { findingContent } from '../../notify/content/findingContent.ts';
import { groupContent } from '../../notify/content/groupContent.ts';
import { noticeText } from '../text/noticeText.ts';
import { header, section, smallPrint } from './blocks.ts';
import { cutMarkup, LIMITS, withinLimits } from './limits.ts';
import type { SlackMessage, UploadedImage } from './message.ts';
import { code, prose } from './mrkdwn.ts';
import { withinTotal } from './totalText.ts';
import { contentBlocks } from './renderContent.ts';

/**
 * A notice as a Slack message. Pure, and valid for any input: within Block Kit's limits, with no
 * mention or link that is not ours. Null for what only machines read.
 */
export function renderMessage(
  notice: Notice,
  context: RenderContext,
  image: UploadedImage | null = null,
): SlackMessage | null {
  const blocks = renderBlocks(notice, context, image);
  if (blocks === null) return null;
  return { text: fallbackText(notice), blocks: withinTotal(withinLimits(blocks)) };
}

function renderBlocks(
  notice: Notice,
  context: RenderContext,
  image: UploadedImage | null,
): readonly KnownBlock[] | null {
  switch (notice.kind) {
    case 'findings': {
      const [first] = notice.findings;
      return notice.total === 1 && first !== undefined
        ? contentBlocks(findingContent(notice, first, context), image)
        : contentBlocks(groupContent(notice, context), null);
    }
    case 'note':
      return renderNote(notice);
    case 'digest':
      return renderDigestBlocks(notice, context, image);
    case 'owner-digest':
      return renderOwnerDigestBlocks(notice);
    case 'events':
    case 'alerts':
      break;
  }
  return null;
}

function renderNote({ title, lines }: NoteNotice): readonly KnownBlock[] {
  return [header(title), section(noteLines(lines))];
}

/** The message with its user group mentioned first, which is what tells the group's members. */
export function withMention({ text, blocks }: SlackMessage, group: string | null): SlackMessage {
  if (group === null || !/^S[A-Z0-9]+$/.test(group)) return { text, blocks };
  const mention = `<!subteam^${group}>`;
  const line = smallPrint(mention);
  const whole = cutMarkup(`${mention} ${text}`, LIMITS.messageText);
  return { text: whole, blocks: withinTotal(withinLimits([line, ...blocks])) };
}

/** One line as it is, several as a list. */
function noteLines(lines: readonly string[]): string {
  const bullet = lines.length > 1 ? '• ' : '';
  return lines.map((line) => `${bullet}${withKeys(prose(line, 400))}`).join('\n');
}

/** What goes into the conversation's thread when its message was edited: only the change. */
export function renderReply(notice: FindingsNotice): SlackMessage {
  const lines = notice.changes.map(
    ({ reason, text }) => `*${reason.replaceAll('-', ' ')}*  ${prose(text, 500)}`,
  );
  const blocks = [section(lines.join('\n'))];
  return { text: fallbackText(notice), blocks: withinTotal(withinLimits(blocks)) };
}

/** A note as one line of a message's thread. */
export function renderThreadNote(notice: NoteNotice): SlackMessage {
  const text = [notice.title, ...notice.lines].map((line) => prose(line, 500)).join('\n');
  return {
    text: fallbackText(notice),
    blocks: withinLimits([section(text)]),
  };
}

/** Keys of the configuration that notes name; as code they can be copied. */
const KEYS = ['owners.routes', 'owners.teams', 'paging.maxPerDay', 'slack.token'];

function withKeys(text: string): string {
  return KEYS.reduce((all, key) => all.replaceAll(prose(key), code(key)), text);
}

function fallbackText(notice: Notice): string {
  const text = prose(noticeText(notice), LIMITS.messageText - 1_000);
  return text === '' ? 'Burnwatch' : cutMarkup(text, LIMITS.messageText);
}
