import type { KnownBlock } from '@slack/web-api';
import { cutMarkup } from './limits.ts';

/**
 * Slack refuses messages whose texts are too long in all (`msg_blocks_too_long`) and does not say where
 * the limit is; its developers name 12,000 characters with a margin for the containers
 * (slackapi/bolt-js#2509), and refusals below that were measured (#2867).
 */
const MAX_TOTAL = 10_500;
/** No text is cut below this: what is left must still say something. */
const LEAST = 150;

/** Cuts the longest texts until all of them together fit. What fits already is left alone. */
export function withinTotal(blocks: readonly KnownBlock[]): KnownBlock[] {
  const lengths = textsOf(blocks).map((text) => text.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= MAX_TOTAL) return [...blocks];
  const max = fairShare(lengths);
  return mapTexts(blocks, (text) => cutMarkup(text, max)) as KnownBlock[];
}

/** The length to which the longest have to be cut so that the sum fits. */
function fairShare(lengths: readonly number[]): number {
  const shortestFirst = [...lengths].sort((a, b) => a - b);
  let room = MAX_TOTAL;
  for (const [index, length] of shortestFirst.entries()) {
    const share = Math.floor(room / (shortestFirst.length - index));
    if (length > share) return Math.max(LEAST, share);
    room -= length;
  }
  return Number.POSITIVE_INFINITY;
}

function textsOf(value: unknown): readonly string[] {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

/** The same structure with every text object's text changed. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'text' && typeof inner === 'string' ? change(inner) : mapTexts(inner, change),
    ]),
  );
}
