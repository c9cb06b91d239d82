import { RE2JS } from 're2js';

/** A label matcher as in Alertmanager; a regular expression is anchored at both ends. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A matcher could not be read. The message says what is wrong and how to write it. */
export class MatcherError extends Error {
  override readonly name = 'MatcherError';
}

const FORM = /^([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*)$/su;
const MAX_VALUE = 1_000;

/**
 * Reads `namespace=shop`, `workload=~"check.*"`. Quotes are optional, with `\"` and `\\` inside them.
 * @throws MatcherError
 */
export function parseMatcher(text: string): Matcher {
  const match = FORM.exec(text.trim());
  if (match === null) {
    throw new MatcherError(
      `${JSON.stringify(text)} is not a matcher: write label=value, label!=value, label=~regex or label!~regex`,
    );
  }
  const [, label = '', operator = '=', raw = ''] = match;
  const value = unquote(raw);
  if (value.length > MAX_VALUE) {
    throw new MatcherError(`the value of matcher ${label} is longer than ${MAX_VALUE} characters`);
  }
  const matcher: Matcher = { label, operator: operator as Matcher['operator'], value };
  compileMatcher(matcher);
  return matcher;
}

/** Writes a matcher so that `parseMatcher` reads it back. */
export function formatMatcher({ label, operator, value }: Matcher): string {
  return `${label}${operator}${JSON.stringify(value)}`;
}

/**
 * A test for a label's value; a label that is not there counts as empty, as in Prometheus. Regular
 * expressions run in linear time (RE2), since every user with the scope can write a silence.
 * @throws MatcherError when the expression is not RE2.
 */
export function compileMatcher({ label, operator, value }: Matcher): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(`^(?:${value})$`, RE2JS.DOTALL);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MatcherError(
      `the regular expression of ${label}${operator} does not compile: ${reason}`,
    );
  }
  return operator === '=~'
    ? (text) => expression.matches(text)
    : (text) => !expression.matches(text);
}

function unquote(raw: string): string {
  if (raw.length < 2 || !raw.startsWith('"') || !raw.endsWith('"')) return raw;
  return raw.slice(1, -1).replace(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
