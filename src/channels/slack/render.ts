import type { MessageContent } from '../../notify/content/content.ts';
import { smallPrint } from './blocks.ts';
import { cutMarkup, LIMITS, withinLimits } from './limits.ts';
import type { SlackMessage, UploadedImage } from './message.ts';
import { prose } from './mrkdwn.ts';
import { contentBlocks, threadBlocks } from './renderContent.ts';
import { withinTotal } from './totalText.ts';

/**
 * A message's content for Slack. Pure, and valid for any input: within Block Kit's limits, with no
 * mention or link that is not ours.
 */
export function renderMessage(
  content: MessageContent,
  image: UploadedImage | null = null,
): SlackMessage {
  return message(content, contentBlocks(content, image));
}

/** The message with its user group mentioned first, which notifies the group's members. */
export function withMention({ text, blocks }: SlackMessage, group: string | null): SlackMessage {
  if (group === null || !/^S[A-Z0-9]+$/.test(group)) return { text, blocks };
  const mention = `<!subteam^${group}>`;
  const line = smallPrint(mention);
  const whole = cutMarkup(`${mention} ${text}`, LIMITS.messageText);
  return { text: whole, blocks: withinTotal(withinLimits([line, ...blocks])) };
}

/** A message in a thread: what changed since the thread's last one, else the content without a header. */
export function renderReply(content: MessageContent): SlackMessage {
  return message(content, threadBlocks(content));
}

function message({ line }: MessageContent, blocks: SlackMessage['blocks']): SlackMessage {
  const text = prose(line, LIMITS.messageText - 1_000);
  return {
    text: text === '' ? 'Burnwatch' : cutMarkup(text, LIMITS.messageText),
    blocks: withinTotal(withinLimits(blocks)),
  };
}
