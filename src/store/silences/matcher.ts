import { LRUCache } from 'lru-cache';
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
/** What an expression may compile to, in the units of `regexSize`: some milliseconds of compiling. */
const MAX_REGEX_SIZE = 500;
/** A class of characters takes about as long to compile as so many characters. */
const CLASS_SIZE = 25;

/** Plans and pages ask again and again by the same expressions, each time read anew from the store. */
const COMPILED = new LRUCache<string, RE2JS>({ max: 500 });

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
  const quoted = value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n');
  return `${label}${operator}"${quoted}"`;
}

/**
 * A test for a label's value; a label that is not there counts as empty, as in Prometheus. Regular
 * expressions run in linear time (RE2), since every user with the scope can write a silence.
 * @throws MatcherError when the expression is not RE2, or would take long to compile.
 */
export function compileMatcher({ label, operator, value }: Matcher): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  const expression = compileRegex(label + operator, value);
  return operator === '=~'
    ? (text) => expression.matches(text)
    : (text) => !expression.matches(text);
}

function compileRegex(subject: string, pattern: string): RE2JS {
  const known = COMPILED.get(pattern);
  if (known !== undefined) return known;
  if (regexSize(pattern) > MAX_REGEX_SIZE)
    throw new MatcherError(
      `the regular expression of ${subject} is too large: repeat fewer times ({n,m}), or write fewer alternatives and classes`,
    );
  try {
    const compiled = RE2JS.compile(`^(?:${pattern})$`, RE2JS.DOTALL);
    COMPILED.set(pattern, compiled);
    return compiled;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MatcherError(`the regular expression of ${subject} does not compile: ${reason}`);
  }
}

/** Quoted text, classes, escapes, counted repetitions, the head of a group, and any other character. */
const TOKEN =
  /\\Q[^]*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|.)|\\x\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?\w+:\]|[^\\\]])*\]?|\{\d+(?:,\d*)?\}|\(\?(?:P?<[^>]*>|[a-zA-Z-]+\)|[a-zA-Z-]*:)|[^]/gu;

/** How large the program of an expression would be, at least, without compiling it: repetitions multiply. */
function regexSize(pattern: string): number {
  const groups: number[] = [];
  let size = 0;
  let last = 0;
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (token.startsWith('(')) {
      if (token.endsWith(')')) continue;
      groups.push(size);
      size = 0;
      continue;
    }
    const counts = /^\{(\d+)(?:,(\d*))?\}$/.exec(token);
    if (counts !== null) {
      const times = Math.max(1, Number(counts[1]), Number(counts[2] ?? 0));
      size += last * (times - 1);
      last *= times;
      continue;
    }
    if (token === ')') {
      last = size;
      size += groups.pop() ?? 0;
      continue;
    }
    last = /^(?:\\[pPdDwWsS]|\[)/.test(token) ? CLASS_SIZE : token.length;
    size += last;
  }
  return groups.reduce((sum, group) => sum + group, size);
}

function unquote(raw: string): string {
  if (raw.length < 2 || !raw.startsWith('"') || !raw.endsWith('"')) return raw;
  return raw.slice(1, -1).replace(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
