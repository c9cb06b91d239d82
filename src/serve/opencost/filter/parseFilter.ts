import { QuestionRefused } from '../../questions/answerContext.ts';
import { ALIASES } from '../parseAggregate.ts';
import type { Comparison, Filter, FilterField, FilterOperator } from './filterForm.ts';
import { lexFilter, type Token } from './lexFilter.ts';

const FIELDS: ReadonlyMap<string, FilterField> = new Map(
  (
    [
      'cluster',
      'node',
      'namespace',
      'controllerName',
      'controllerKind',
      'pod',
      'container',
      'provider',
      'owner',
    ] as const
  ).map((field) => [field.toLowerCase(), field]),
);

const OPERATORS: ReadonlyMap<string, FilterOperator> = new Map([
  [':', 'equals'],
  ['~:', 'contains'],
  ['<~:', 'begins'],
  ['~>:', 'ends'],
]);

/** More would be no question that anybody asks, and recursion is not endless. */
const MAX_DEPTH = 32;

/**
 * Reads OpenCost's filter language (core/pkg/filter/ast/parser.go): `namespace:"a","b" + label[app]!:"c"`,
 * comparisons with `:`, `~:`, `<~:`, `~>:` and their negations with `!`, joined by `+` (and) or `|` (or), in
 * parentheses where both occur. A `+` that was not encoded arrives as a space, so comparisons that stand
 * side by side are joined by `+` as well. Null for nothing.
 * @throws QuestionRefused that says where it cannot be understood and what is expected there.
 */
export function parseFilter(text: string): Filter | null {
  const tokens = lexFilter(text);
  if (tokens.length === 0) return null;
  const cursor = new Cursor(tokens);
  const filter = parseGroup(cursor, 0);
  if (cursor.peek() !== undefined) throw cursor.expected('the end, since no parenthesis is open');
  return filter;
}

class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The next token if it is of this kind. */
  take(kind: Token['kind']): Token | undefined {
    const token = this.peek();
    if (token?.kind !== kind) return undefined;
    this.#at += 1;
    return token;
  }

  expected(what: string): QuestionRefused {
    const token = this.peek();
    const found =
      token === undefined ? 'the end' : `${JSON.stringify(token.text)} at ${token.position}`;
    return new QuestionRefused(`filter: found ${found}, expected ${what}`);
  }
}

function parseGroup(cursor: Cursor, depth: number): Filter {
  if (depth > MAX_DEPTH)
    throw new QuestionRefused(`filter: more than ${MAX_DEPTH} parentheses deep`);
  const parts: Filter[] = [parsePart(cursor, depth)];
  let kind: 'all' | 'any' | null = null;
  for (let next = joint(cursor); next !== null; next = joint(cursor)) {
    if (kind !== null && kind !== next) {
      throw cursor.expected('parentheses where + (and) and | (or) are mixed');
    }
    kind = next;
    // Nothing stands between parts that a space joins.
    cursor.take(next);
    parts.push(parsePart(cursor, depth));
  }
  return kind === null ? parts[0]! : { kind, parts };
}

/** How the next part is joined to the one before; null where there is none. */
function joint(cursor: Cursor): 'all' | 'any' | null {
  const kind = cursor.peek()?.kind;
  if (kind === 'any') return 'any';
  return kind === 'all' || kind === 'name' || kind === 'open' ? 'all' : null;
}

function parsePart(cursor: Cursor, depth: number): Filter {
  if (cursor.take('open') === undefined) return parseComparison(cursor);
  const group = parseGroup(cursor, depth + 1);
  if (cursor.take('close') === undefined) throw cursor.expected('")"');
  return group;
}

function parseComparison(cursor: Cursor): Comparison {
  const fields = [...FIELDS.values(), ...ALIASES.keys(), 'label[NAME]'].join(', ');
  const name = cursor.take('name');
  if (name === undefined) throw cursor.expected(`a field: ${fields}`);
  const key = cursor.take('key');
  const operator = cursor.take('operator');
  if (operator === undefined) throw cursor.expected('one of : !: ~: !~: <~: !<~: ~>: !~>:');
  const values = parseValues(cursor);
  const negated = operator.text.startsWith('!');
  const symbol = negated ? operator.text.slice(1) : operator.text;
  const field = name.text.toLowerCase();
  if (field === 'label' && key === undefined) return existence(symbol, values, negated);
  const known =
    field === 'label' ? labelField(key!.text) : (FIELDS.get(field) ?? ALIASES.get(field));
  if (known === undefined) {
    throw new QuestionRefused(`filter: ${unknownField(name.text)}; fields are ${fields}`);
  }
  if (field !== 'label' && key !== undefined) {
    throw new QuestionRefused(`filter: ${name.text} takes no [${key.text}]`);
  }
  return { kind: 'comparison', field: known, operator: OPERATORS.get(symbol)!, negated, values };
}

function parseValues(cursor: Cursor): readonly string[] {
  const values: string[] = [];
  do {
    const value = cursor.take('value');
    if (value === undefined) throw cursor.expected('a value in double quotes');
    values.push(value.text);
  } while (cursor.take('comma') !== undefined);
  return values;
}

/** `label:"app"` asks whether there is such a label, as in OpenCost. */
function existence(symbol: string, values: readonly string[], negated: boolean): Comparison {
  if (symbol !== ':' && symbol !== '~:') {
    throw new QuestionRefused(
      `filter: label names cannot be compared with ${symbol}; use label:"NAME"`,
    );
  }
  const [name, ...more] = values;
  if (name === undefined || more.length > 0) {
    throw new QuestionRefused('filter: ask for one label at a time: label:"a" | label:"b"');
  }
  return {
    kind: 'comparison',
    field: labelField(name),
    operator: 'exists',
    negated,
    values: [name],
  };
}

function labelField(name: string): `label:${string}` {
  if (name.trim() === '')
    throw new QuestionRefused('filter: a label needs a name: label[app]:"web"');
  return `label:${name.trim()}`;
}

function unknownField(name: string): string {
  const lower = name.toLowerCase();
  const isKnownToOpenCost = lower === 'annotation' || lower === 'services';
  return isKnownToOpenCost
    ? `"${name}" is not kept in the history of costs`
    : `there is no field "${name}"`;
}
