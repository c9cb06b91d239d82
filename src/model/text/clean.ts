/**
 * Characters that change how the text around them is shown: control characters (a terminal's escape
 * sequences), bidirectional overrides, zero-width characters, line separators, lone surrogates.
 */
const TROUBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202F\u2060-\u206F\uFEFF\uFFF0-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text from outside with nothing hidden in it, its lines as they are. */
export function visibleText(text: string): string {
  return text.replace(TROUBLE, (character) => (/[\n\t]/.test(character) ? character : ' '));
}

/** Text from outside (a pod's name, an image, a label) on one line, with nothing hidden in it. */
export function cleanText(text: string): string {
  return text.replace(TROUBLE, ' ').replace(/ {2,}/g, ' ').trim();
}
