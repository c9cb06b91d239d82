import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';

/**
 * Text from outside never becomes markup in Slack: no mention, no link, no bold, no emoji. `&`, `<`
 * and `>` are what Slack wants escaped; the rest is broken with characters that are not seen, since
 * Slack also makes links of bare domains and emoji of `:names:`.
 */

const JOINER = '\u2060';

/**
 * A sentence with outside text in it (a summary, evidence), at most `max` characters before escaping. Times
 * in it are shown in the reader's own time zone.
 */
export function prose(text: string, max = 600): string {
  return truncate(cleanText(text), max)
    .split(TIMES)
    .map((part) => (isTime(part) ? moment(Date.parse(part)) : harmless(part)))
    .join('');
}

const TIMES = /(\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/;

/** A name may look like a time that there is not. */
function isTime(text: string): boolean {
  return TIMES.test(text) && text.length === 20 && !Number.isNaN(Date.parse(text));
}

function harmless(text: string): string {
  return escape(
    text
      .replaceAll('`', 'ˋ')
      .replaceAll('*', '∗')
      .replaceAll('~', '∼')
      .replaceAll('|', '¦')
      .replaceAll('://', `:${JOINER}//`)
      .replaceAll('@', `@${JOINER}`)
      .replaceAll('#', `#${JOINER}`)
      .replace(/:(?=[\w+-]+:)/g, `:${JOINER}`)
      .replace(/(?<=[\p{L}\p{N}-])\.(?=\p{L}{2})/gu, `.${JOINER}`)
      .replace(/(^|[\s(])_|_(?=[\s).,;:]|$)/g, (match) =>
        match.replace('_', `${JOINER}_${JOINER}`),
      ),
  );
}

/** A name or command as inline code, as it is, so that it can be copied. */
export function inlineCode(text: string, max = 300): string {
  const inner = truncate(cleanText(text), max).replaceAll('`', 'ˋ');
  return inner === '' ? '–' : `\`${escape(inner)}\``;
}

/** Commands as a block of code, one a line. */
export function codeBlock(lines: readonly string[], max = 2_400): string {
  const text = lines.map((line) => cleanText(line).replaceAll('`', 'ˋ')).join('\n');
  return `\`\`\`${escape(truncate(text, max))}\`\`\``;
}

/** For `plain_text` objects, where Slack parses nothing: angle brackets look alike and are harmless. */
export function plain(text: string, max: number): string {
  const safe = cleanText(text).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆');
  return truncate(safe, max);
}

/** A moment in the reader's own time zone, with UTC where Slack cannot. */
export function moment(time: number): string {
  const fallback = `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${fallback}>`;
}

/** A link to our own pages: the address comes from the configuration, the text is ours. */
export function link(url: string, text: string): string {
  const address = url.replaceAll(/[<>|\s]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return `<${address}|${escape(text)}>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
