import type { ActionsBlock, Button, KnownBlock } from '@slack/web-api';
import type { Action, Block, Inline, Line, MessageContent } from '../../notify/content/content.ts';
import { header, imageBlock, section, smallPrint } from './blocks.ts';
import { mrkdwn, plainText } from './limits.ts';
import { ACTION_IDS, type UploadedImage } from './message.ts';
import { inlineCode, codeBlock, link, moment, prose } from './mrkdwn.ts';

/** A message's content as blocks of Block Kit. */
export function contentBlocks(
  { title, blocks }: MessageContent,
  image: UploadedImage | null,
): readonly KnownBlock[] {
  return [header(title), ...blocks.flatMap((block) => blockOf(block, image) ?? [])];
}

/** The same in a thread: the changes since its last message, else all of it without a header. */
export function threadBlocks({ title, blocks, changes }: MessageContent): readonly KnownBlock[] {
  if (changes.length > 0) return [section(linesText(changes))];
  return [section(prose(title, 500)), ...blocks.flatMap((block) => blockOf(block, null) ?? [])];
}

function blockOf(block: Block, image: UploadedImage | null): KnownBlock | null {
  switch (block.kind) {
    case 'text':
      return section(linesText(block.lines));
    case 'small':
      return smallPrint(linesText(block.lines));
    case 'facts': {
      const fields = block.facts.map(({ label, lines }) => `*${label}*\n${linesText(lines)}`);
      return { type: 'section', fields: fields.map(mrkdwn) };
    }
    case 'commands': {
      const lines = block.commands.flatMap((command) => command.split('\n'));
      return section(`${block.title === null ? '' : `*${block.title}*\n`}${codeBlock(lines)}`);
    }
    case 'picture':
      return image === null ? null : imageBlock(image);
    case 'divider':
      return { type: 'divider' };
    case 'actions':
      break;
  }
  return actionsBlock(block.actions);
}

function linesText(lines: readonly Line[]): string {
  return lines.map((line) => line.map(inlineText).join('')).join('\n');
}

function inlineText(inline: Inline): string {
  if ('code' in inline) return inlineCode(inline.code, Infinity);
  if ('time' in inline) return moment(inline.time);
  if ('url' in inline) return link(inline.url, inline.label);
  const { text, style } = inline;
  if (style === 'strong') return `*${prose(text, Infinity)}*`;
  if (style === 'emphasis') return `_${prose(text, Infinity)}_`;
  // Spaces at an end belong to the line, and `prose` trims them.
  const [, before = '', inner = '', after = ''] =
    /^(\s*)(.*?)(\s*)$/s.exec(text.replace(/\s/g, ' ')) ?? [];
  return `${before}${inner === '' ? '' : prose(inner, Infinity)}${after}`;
}

type Decision = Extract<Action, { findingId: string }>;

const LABELS: Readonly<Record<Decision['kind'], string>> = {
  acknowledge: 'Acknowledge',
  silence: 'Silence 24 h',
  'not-abuse': 'Not abuse',
  'not-mine': 'Not mine',
  accept: 'Accept until …',
};

/** Decisions with a button of their own; the rarer ones share a menu. */
const BUTTONS: Readonly<Partial<Record<Decision['kind'], string>>> = {
  acknowledge: ACTION_IDS.acknowledge,
  silence: ACTION_IDS.silence,
  'not-abuse': ACTION_IDS.notAbuse,
};

function responseButton({
  kind,
  responseId,
  hash,
}: Extract<Action, { responseId: string }>): Button {
  const isApproval = kind === 'approve';
  return {
    type: 'button',
    action_id: isApproval ? ACTION_IDS.approveResponse : ACTION_IDS.undoResponse,
    text: plainText(isApproval ? 'Approve' : 'Undo'),
    value: `${responseId}:${hash}`,
    style: isApproval ? 'primary' : 'danger',
  };
}

function actionsBlock(actions: readonly Action[]): ActionsBlock {
  const menu: { text: ReturnType<typeof plainText>; value: string }[] = [];
  const buttons: Button[] = [];
  for (const action of actions) {
    if (action.kind === 'open') {
      const { label, url } = action;
      buttons.push({ type: 'button', action_id: ACTION_IDS.open, text: plainText(label), url });
      continue;
    }
    if ('responseId' in action) {
      buttons.push(responseButton(action));
      continue;
    }
    const { kind, findingId: value } = action;
    const text = plainText(LABELS[kind]);
    const id = BUTTONS[kind];
    if (id === undefined) menu.push({ text, value: `${kind}:${value}` });
    else {
      const style = kind === 'acknowledge' ? { style: 'primary' as const } : {};
      buttons.push({ type: 'button', action_id: id, text, value, ...style });
    }
  }
  const overflow =
    menu.length === 0
      ? []
      : [{ type: 'overflow' as const, action_id: ACTION_IDS.more, options: menu }];
  return { type: 'actions', elements: [...buttons, ...overflow] };
}
