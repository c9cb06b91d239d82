import { html as template, raw } from 'hono/html';
import { visibleText } from '../../model/text/clean.ts';

export type Html = ReturnType<typeof template>;
export { raw };

/**
 * A template whose values are escaped, for text and for attributes in double quotes. Whatever comes from the cluster
 * loses its hidden characters too. `null`, `false` and an empty list are nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return template(parts, ...values.map(cleaned));
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  return Array.isArray(value) ? value.map(cleaned) : value;
}
