/** One label matcher of a PromQL selector. */
export interface LabelMatcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const MATCHER =
  /\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*(,|$)/y;

/**
 * Parses `prometheus.matchers`, such as `cluster="prod-eu", region=~"eu-.*"`. The matchers are put into
 * every selector, so they are taken apart here and quoted anew: nothing else can slip into a query.
 *
 * @throws Error that says at which character the text stops being a list of matchers.
 */
export function parseMatchers(text: string): readonly LabelMatcher[] {
  const inner = text
    .trim()
    .replace(/^\{([\s\S]*)\}$/, '$1')
    .trim();
  const matchers: LabelMatcher[] = [];
  MATCHER.lastIndex = 0;
  let position = 0;
  while (position < inner.length) {
    MATCHER.lastIndex = position;
    const match = MATCHER.exec(inner);
    if (match === null) {
      throw new Error(
        `is not a list of label matchers such as cluster="prod-eu" (near character ${position + 1}: ${JSON.stringify(inner.slice(position, position + 20))})`,
      );
    }
    const matcher: LabelMatcher = {
      name: match[1] as string,
      op: match[2] as LabelMatcher['op'],
      value: unquote(match[3] as string),
    };
    checkRegex(matcher);
    matchers.push(matcher);
    position = MATCHER.lastIndex;
  }
  return matchers;
}

/** PromQL's escapes are Go's; JSON's are a subset of them, so a value that is quoted anew is always valid. */
function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    return ESCAPES[escape] ?? escape;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** RE2 is close enough to JavaScript's expressions for telling a typing error from a pattern. */
function checkRegex(matcher: LabelMatcher): void {
  if (matcher.op !== '=~' && matcher.op !== '!~') return;
  // Flags are RE2's own: (?i) stands alone, (?i:…) opens a group.
  const pattern = matcher.value.replace(/\(\?[imsU-]+\)/g, '').replace(/\(\?[imsU-]+:/g, '(?:');
  try {
    RegExp(pattern);
  } catch (cause) {
    throw new Error(`has a regular expression that does not parse: ${matcher.value}`, { cause });
  }
}

/**
 * `metric{a="b",c=~"d"}`. JSON's quoting survives quotes, braces, newlines, backslashes and U+2028 in
 * PromQL (tried against Prometheus 2.42).
 */
export function selector(metric: string, matchers: readonly LabelMatcher[]): string {
  if (matchers.length === 0) return metric;
  const inner = matchers.map(({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`);
  return `${metric}{${inner.join(',')}}`;
}

/** A duration in PromQL, exact to the millisecond: `4m59s999ms`. */
export function promDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Pods' names are harmless, but it is the API server that says so, and not the exporter. */
export function quoteRegex(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
