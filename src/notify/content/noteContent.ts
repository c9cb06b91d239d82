import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';
import type { NoteNotice } from '../../store/notifications/notice.ts';
import { code, type Block, type Line, type MessageContent } from './content.ts';

/** A message of Burnwatch about itself. */
export function noteContent({ title, lines, response }: NoteNotice): MessageContent {
  const bullet: Line = lines.length > 1 ? [{ text: '• ' }] : [];
  return {
    title,
    blocks: [
      { kind: 'text', lines: lines.map((line) => [...bullet, ...withKeys(line)]) },
      ...(response === undefined ? [] : [offerOf(response)]),
    ],
    line: cleanText([title, ...lines].join('. ')),
    status: 'note',
    finding: null,
    changes: [],
  };
}

function offerOf({ id, hash, offer }: NonNullable<NoteNotice['response']>): Block {
  return { kind: 'actions', actions: [{ kind: offer, responseId: id, hash }] };
}

/** Keys of the configuration that notes name; as code they can be copied. */
const KEYS = /(owners\.routes|owners\.teams|paging\.maxPerDay|slack\.token)/;

function withKeys(line: string): Line {
  return line
    .split(KEYS)
    .map((part) => (KEYS.test(part) ? code(part) : { text: truncate(part, 400) }));
}
