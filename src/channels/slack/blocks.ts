import type { KnownBlock } from '@slack/web-api';
import { LIMITS, mrkdwn, plainText } from './limits.ts';
import type { UploadedImage } from './message.ts';
import { plain } from './mrkdwn.ts';

/** The blocks that every message is made of. `text` of sections and small print is markup of ours. */

export function header(text: string): KnownBlock {
  return { type: 'header', text: plainText(plain(text, LIMITS.headerText)) };
}

export function section(text: string): KnownBlock {
  return { type: 'section', text: mrkdwn(text) };
}

export function smallPrint(text: string): KnownBlock {
  return { type: 'context', elements: [mrkdwn(text)] };
}

export function imageBlock({ fileId, altText }: UploadedImage): KnownBlock {
  return { type: 'image', slack_file: { id: fileId }, alt_text: plain(altText, 2_000) || 'Chart' };
}
