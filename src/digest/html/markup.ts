import { cleanText } from '../../model/text/clean.ts';

/** HTML that is safe to be put into a page. Only `html` and `trusted` make it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | null | false | readonly (string | Markup | null | false)[];

/** A template whose values are escaped, for text and for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(
    parts.reduce((text, part, index) => text + toText(values[index - 1] ?? null) + part),
  );
}

/** Marks text that this program made (a chart, a style) as HTML. Nothing from outside, ever. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function toText(value: Value): string {
  if (value === null || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(toText).join('');
  return escapeHtml(cleanText(String(value)));
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text that may break after each slash: names of workloads are longer than a phone is wide. */
export function breakable(text: string): Markup {
  return new Markup(escapeHtml(cleanText(text)).replaceAll('/', '/<wbr />'));
}

/** Several lines as they are, for `<pre>`. */
export function lines(text: string): Markup {
  return new Markup(
    text
      .split('\n')
      .map((line) => escapeHtml(cleanText(line)))
      .join('\n'),
  );
}
