import type { SlackMessage } from '../slack/message.ts';

/**
 * What Slack would refuse in a message, and what an attacker could have smuggled into it. Written from
 * Slack's public reference (docs.slack.dev/reference/block-kit), not from our renderers.
 */
export function problemsOfMessage(
  { text, blocks }: SlackMessage,
  ownUrl: string | null,
): readonly string[] {
  const problems: string[] = [];
  if (text.trim() === '') problems.push('text is empty');
  if (text.length > 4_000) problems.push('text is too long');
  if (blocks.length === 0 || blocks.length > 50) problems.push(`${blocks.length} blocks`);
  problems.push(...injected(text, ownUrl));
  blocks.forEach((block, index) => {
    for (const problem of problemsOfBlock(block as unknown as Node, ownUrl)) {
      problems.push(`block ${index} (${block.type}): ${problem}`);
    }
  });
  return problems;
}

interface Node {
  readonly [key: string]: unknown;
}

function problemsOfBlock(block: Node, ownUrl: string | null): readonly string[] {
  switch (block['type']) {
    case 'header':
      return checkText(block['text'], 'plain_text', 150, ownUrl);
    case 'section': {
      const fields = (block['fields'] as readonly unknown[] | undefined) ?? [];
      const hasText = block['text'] !== undefined;
      return [
        ...(hasText || fields.length > 0 ? [] : ['has neither text nor fields']),
        ...(fields.length > 10 ? ['more than 10 fields'] : []),
        ...(block['fields'] !== undefined && fields.length === 0 ? ['empty fields'] : []),
        ...(hasText ? checkText(block['text'], 'mrkdwn', 3_000, ownUrl) : []),
        ...fields.flatMap((field) => checkText(field, 'mrkdwn', 2_000, ownUrl)),
      ];
    }
    case 'context': {
      const elements = block['elements'] as readonly unknown[];
      return [
        ...(elements.length === 0 || elements.length > 10 ? [`${elements.length} elements`] : []),
        ...elements.flatMap((element) => checkText(element, 'mrkdwn', 2_000, ownUrl)),
      ];
    }
    case 'image': {
      const alt = block['alt_text'];
      return typeof alt === 'string' && alt !== '' && alt.length <= 2_000 ? [] : ['bad alt_text'];
    }
    case 'actions':
      return (block['elements'] as readonly Node[]).flatMap((element) =>
        checkElement(element, ownUrl),
      );
    case 'divider':
      return [];
    default:
      return ['is of an unknown type'];
  }
}

function checkElement(element: Node, ownUrl: string | null): readonly string[] {
  const problems: string[] = [];
  if (String(element['action_id']).length > 255) problems.push('action_id too long');
  if (element['type'] === 'button') {
    problems.push(...checkText(element['text'], 'plain_text', 75, ownUrl));
    const { value = '', url = '' } = element as { value?: string; url?: string };
    if (value.length > 2_000) problems.push('value too long');
    if (url.length > 3_000) problems.push('url too long');
    if (url !== '' && (ownUrl === null || !url.startsWith(ownUrl)))
      problems.push(`links to ${url}`);
    return problems;
  }
  const options = element['options'] as readonly Node[];
  if (options.length === 0 || options.length > 5) problems.push('bad number of options');
  for (const option of options) {
    problems.push(...checkText(option['text'], 'plain_text', 75, ownUrl));
    if (String(option['value']).length > 150) problems.push('option value too long');
  }
  return problems;
}

function checkText(
  element: unknown,
  type: string,
  max: number,
  ownUrl: string | null,
): readonly string[] {
  const { type: actual, text, verbatim, emoji } = element as Node;
  if (actual !== type || typeof text !== 'string') return [`is no ${type}`];
  const problems: string[] = [];
  if (text.trim() === '') problems.push('empty text');
  if (text.length > max) problems.push(`text of ${text.length} characters`);
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
