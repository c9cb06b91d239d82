import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/web-api';

/** Slack's published limits (docs.slack.dev, Block Kit reference and chat.postMessage). */
export const LIMITS = {
  blocks: 50,
  sectionText: 3_000,
  fields: 10,
  fieldText: 2_000,
  headerText: 150,
  contextElements: 10,
  contextText: 2_000,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  altText: 2_000,
  imageTitle: 2_000,
  /** Slack cuts at 40,000 and recommends 4,000. */
  messageText: 4_000,
} as const;

/**
 * The last guard before a message leaves: whatever a renderer produced is within every limit. Texts
 * are cut without breaking an entity, a link or code; blocks beyond the limit give way to a line
 * that says so.
 */
export function withinLimits(blocks: readonly KnownBlock[]): KnownBlock[] {
  const fitting = blocks.map(fitBlock).filter((block) => block !== null);
  if (fitting.length <= LIMITS.blocks) return fitting;
  const kept = fitting.slice(0, LIMITS.blocks - 1);
  const left = fitting.length - kept.length;
  return [
    ...kept,
    { type: 'context', elements: [mrkdwn(`_${left} more parts did not fit into one message._`)] },
  ];
}

function fitBlock(block: KnownBlock): KnownBlock | null {
  switch (block.type) {
    case 'header':
      return { ...block, text: fitText(block.text, LIMITS.headerText) };
    case 'section': {
      const { text, fields, ...rest } = block;
      const fitted = {
        ...rest,
        ...(text === undefined ? {} : { text: fitText(text, LIMITS.sectionText) }),
        ...(fields === undefined || fields.length === 0
          ? {}
          : {
              fields: fields
                .slice(0, LIMITS.fields)
                .map((field) => fitText(field, LIMITS.fieldText)),
            }),
      };
      return text === undefined && (fields ?? []).length === 0 ? null : fitted;
    }
    case 'context':
      if (block.elements.length === 0) return null;
      return {
        ...block,
        elements: block.elements
          .slice(0, LIMITS.contextElements)
          .map((element) =>
            element.type === 'image' ? element : fitText(element, LIMITS.contextText),
          ),
      };
    case 'actions':
      if (block.elements.length === 0) return null;
      return { ...block, elements: block.elements.slice(0, LIMITS.actionElements) };
    default:
      return block;
  }
}

/** A text object within its limit; an empty one, which Slack refuses, becomes a dash. */
function fitText<T extends MrkdwnElement | PlainTextElement>(element: T, max: number): T {
  const text = element.text.trim() === '' ? '–' : element.text;
  return { ...element, text: cutMarkup(text, max) };
}

/** Cuts finished mrkdwn: not inside an entity, a `<…>`, a surrogate pair, and no code left open. */
export function cutMarkup(text: string, max: number): string {
  if (text.length <= max) return text;
  // Room for the ellipsis and for closing a code block.
  let cut = text.slice(0, Math.max(0, max - 4));
  cut = cut.replace(/[\uD800-\uDBFF]$/, '').replace(/&[a-z]{0,4}$/, '');
  const open = cut.lastIndexOf('<');
  if (open > cut.lastIndexOf('>')) cut = cut.slice(0, open);
  const fences = cut.split('```').length - 1;
  if (fences % 2 === 1) return `${cut.replace(/`{1,2}$/, '')}…\`\`\``;
  const ticks = cut.replaceAll('```', '').split('`').length - 1;
  return ticks % 2 === 1 ? `${cut}…\`` : `${cut}…`;
}

/** A mrkdwn text in which Slack links nothing by itself. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** A plain text without emoji names. */
export function plainText(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
