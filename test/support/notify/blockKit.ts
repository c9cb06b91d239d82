import {
  checkBlocks,
  MAX_TOTAL_TEXT,
  totalText,
} from '../../../demo/slack/blockKit/checkBlocks.ts';
import { isJson, problemText } from '../../../demo/slack/blockKit/problem.ts';
import type { SlackMessage } from '../../../src/channels/slack/message.ts';

/**
 * What is wrong with a message: what Slack would refuse (the stand-in's check), and what an attacker
 * could have smuggled into it.
 */
export function problemsOfMessage(
  { text, blocks }: SlackMessage,
  ownUrl: string | null,
): readonly string[] {
  const problems = checkBlocks(blocks, { fileIsReady: () => true }).map(problemText);
  if (text.trim() === '') problems.push('text is empty');
  if (text.length > 4_000) problems.push('text is too long');
  if (blocks.length === 0) problems.push('no blocks');
  if (totalText(blocks) > MAX_TOTAL_TEXT) problems.push('too much text in all');
  problems.push(...injected(text, ownUrl), ...smuggled(blocks, ownUrl));
  return problems;
}

/** Every text object and address in the blocks, wherever it stands. */
function smuggled(value: unknown, ownUrl: string | null): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => smuggled(each, ownUrl));
  if (!isJson(value)) return [];
  const { type, url } = value;
  const isText = type === 'mrkdwn' || type === 'plain_text';
  const isForeign = typeof url === 'string' && (ownUrl === null || !url.startsWith(ownUrl));
  return [
    ...(isText ? textProblems(value, ownUrl) : []),
    ...(isForeign ? [`links to ${url}`] : []),
    ...Object.values(value).flatMap((inner) => smuggled(inner, ownUrl)),
  ];
}

function textProblems(
  { type, text, verbatim, emoji }: Readonly<Record<string, unknown>>,
  ownUrl: string | null,
): readonly string[] {
  if (typeof text !== 'string') return ['a text that is none'];
  const problems: string[] = [];
  if (text.trim() === '') problems.push('empty text');
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u0009\u000B-\u001F\u202A-\u202E]/.test(text)) problems.push('hidden characters');
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)) {
    problems.push('half a character');
  }
  if (type === 'plain_text') {
    if (emoji !== false) problems.push('emoji names are parsed');
    if (/[<>]/.test(text)) problems.push('angle brackets in plain text');
    return problems;
  }
  if (verbatim !== true) problems.push('is not verbatim');
  problems.push(...injected(text, ownUrl));
  return problems;
}

/** Markup in mrkdwn that is not ours: mentions, links, bare addresses, emoji, open code. */
function injected(text: string, ownUrl: string | null): readonly string[] {
  const problems: string[] = [];
  if (text.split('```').length % 2 === 0) problems.push('an open block of code');
  const outside = text.replaceAll(/```[\s\S]*?```/g, ' ').replaceAll(/`[^`\n]*`/g, ' ');
  if (outside.includes('`')) problems.push('an open piece of code');
  for (const [markup] of text.matchAll(/<[^>]*>?/g)) {
    const isDate = /^<!date\^\d+\^[{}\w ]+\|[-\d: A-Z]+>$/.test(markup);
    const isOurs =
      ownUrl !== null && markup.startsWith(`<${ownUrl}/`) && /\|[a-z ]+>$/.test(markup);
    if (!isDate && !isOurs) problems.push(`markup ${markup}`);
  }
  const bare = outside.replaceAll(/<[^>]*>/g, ' ');
  if (bare.includes('://')) problems.push('a bare address');
  if (/[\p{L}\p{N}-]\.\p{L}{2}/u.test(bare)) problems.push('a bare domain');
  if (/@[\w]/.test(bare)) problems.push('a bare mention');
  if (/:[\w+-]+:/.test(bare)) problems.push('an emoji name');
  if (/&(?!amp;|lt;|gt;)/.test(text)) problems.push('an unescaped ampersand');
  return problems;
}
