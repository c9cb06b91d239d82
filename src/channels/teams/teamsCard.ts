import type { Block, Inline, Line, MessageContent } from '../../notify/content/content.ts';
import { formatTime } from '../../model/time.ts';

/** Teams refuses more; what else the request carries is in it. */
export const MAX_CARD_BYTES = 28 * 1024;

type Element = Readonly<Record<string, unknown>>;

/**
 * A message of Teams with one Adaptive Card. Texts are `TextRun`s, which know no Markdown: names and labels of an
 * attacker become no link. Where it would be too large, it is shown without its last parts, and says so.
 */
export function teamsMessage(content: MessageContent): string {
  const elements = content.blocks.flatMap((block) => blockOf(block));
  for (let shown = elements.length; ; shown -= 1) {
    const isCut = shown < elements.length;
    const rest = isCut ? textBlocks([[{ text: 'More is on the page of Burnwatch.' }]], SMALL) : [];
    const message = JSON.stringify(messageOf(content, [...elements.slice(0, shown), ...rest]));
    if (shown === 0 || Buffer.byteLength(message) <= MAX_CARD_BYTES) return message;
  }
}

const COLORS: Readonly<Record<MessageContent['status'], string>> = {
  firing: 'Attention',
  acknowledged: 'Warning',
  resolved: 'Good',
  note: 'Default',
  digest: 'Accent',
};
const SMALL = { size: 'Small', isSubtle: true };

function messageOf(content: MessageContent, elements: readonly Element[]): unknown {
  const { title, line, status, blocks } = content;
  const heading = { size: 'Large', weight: 'Bolder', color: COLORS[status] };
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    // What a phone's notification and a reader's voice say.
    fallbackText: line.slice(0, 500),
    body: [...textBlocks([[{ text: title }]], heading), ...elements],
    actions: blocks
      .flatMap((block) => (block.kind === 'actions' ? block.actions : []))
      .filter((action) => action.kind === 'open')
      .map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
    msteams: { width: 'Full' },
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content: card }] };
}

function blockOf(block: Block): readonly Element[] {
  switch (block.kind) {
    case 'text':
      return textBlocks(block.lines);
    case 'small':
      return textBlocks(block.lines, SMALL);
    case 'facts':
      return block.facts.flatMap(({ label, lines }) =>
        textBlocks([
          [{ text: `${label}: `, style: 'strong' }, ...(lines[0] ?? [])],
          ...lines.slice(1),
        ]),
      );
    case 'commands': {
      const title: readonly Line[] =
        block.title === null ? [] : [[{ text: block.title, style: 'strong' }]];
      const commands = block.commands
        .flatMap((command) => command.split('\n'))
        .map((code) => [{ code }]);
      return textBlocks([...title, ...commands]);
    }
    case 'divider':
    case 'picture':
    case 'actions':
      break;
  }
  return [];
}

/** A line a block: what is one text to Teams keeps no line breaks. */
function textBlocks(lines: readonly Line[], style: Element = {}): readonly Element[] {
  return lines.map((line, index) => ({
    type: 'RichTextBlock',
    ...(index === 0 ? {} : { spacing: 'None' }),
    inlines: line.map((inline) => ({ type: 'TextRun', ...style, ...runOf(inline) })),
  }));
}

function runOf(inline: Inline): Element {
  if ('code' in inline) return { text: inline.code, fontType: 'Monospace' };
  if ('time' in inline) return { text: formatTime(inline.time) };
  if ('url' in inline)
    return { text: inline.label, selectAction: { type: 'Action.OpenUrl', url: inline.url } };
  const { text, style } = inline;
  if (style === 'strong') return { text, weight: 'Bolder' };
  return style === 'emphasis' ? { text, italic: true } : { text };
}
