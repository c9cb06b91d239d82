import { QuestionRefused } from '../../questions/answerContext.ts';
import { ALIASES, CONTROLLER_KINDS } from '../parseAggregate.ts';
import {
  type Comparison,
  type Filter,
  type FilterField,
  type FilterOperator,
  ALLOCATION_FIELDS,
} from './filterForm.ts';
import { anyOf, controllerFilter } from './filterParameters.ts';
import { lexFilter, type Token } from './lexFilter.ts';

type Fields = ReadonlyMap<string, FilterField>;

const OF_ALLOCATIONS = fieldsByName(ALLOCATION_FIELDS);

/** core/pkg/filter/asset/fields.go; `assetType` is what OpenCost's UI calls the type. */
const ASSET_FIELDS = new Map([
  ...fieldsByName(['cluster', 'type', 'name', 'provider']),
  ['assettype', 'type'],
  ['providerid', 'provider'],
] as const);

const KINDS: ReadonlySet<string> = new Set(CONTROLLER_KINDS);

const OPERATORS: ReadonlyMap<string, FilterOperator> = new Map([
  [':', 'equals'],
  ['~:', 'contains'],
  ['<~:', 'begins'],
  ['~>:', 'ends'],
]);

/** Limits the recursion; no real filter is as deep. */
const MAX_DEPTH = 32;

/**
 * Reads OpenCost's filter language (core/pkg/filter/ast/parser.go): `namespace:"a","b" + label[app]!:"c"`,
 * comparisons with `:`, `~:`, `<~:`, `~>:` and their negations with `!`, joined by `+` (and) or `|` (or), in
 * parentheses where both occur. A `+` that was not encoded arrives as a space, so comparisons that stand
 * side by side are joined by `+` as well. Null for nothing.
 * @throws QuestionRefused that says where it cannot be understood and what is expected there.
 */
export function parseFilter(text: string): Filter | null {
  return parse(text, OF_ALLOCATIONS);
}

/** The same for assets. */
export function parseAssetFilter(text: string): Filter | null {
  return parse(text, ASSET_FIELDS);
}

function fieldsByName(fields: readonly FilterField[]): Fields {
  return new Map(fields.map((field) => [field.toLowerCase(), field]));
}

function parse(text: string, fields: Fields): Filter | null {
  const tokens = lexFilter(text);
  if (tokens.length === 0) return null;
  const cursor = new Cursor(tokens, fields);
  const filter = parseGroup(cursor, 0);
  if (cursor.peek() !== undefined) throw cursor.expected('the end, since no parenthesis is open');
  return filter;
}

class Cursor {
  /** The fields that there are. */
  readonly fields: Fields;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[], fields: Fields) {
    this.#tokens = tokens;
    this.fields = fields;
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

function parseComparison(cursor: Cursor): Filter {
  const isOfAllocations = cursor.fields === OF_ALLOCATIONS;
  const more = isOfAllocations ? [...ALIASES.keys(), 'label[NAME]'] : [];
  const fields = [...new Set(cursor.fields.values()), ...more].join(', ');
  const name = cursor.take('name');
  if (name === undefined) throw cursor.expected(`a field: ${fields}`);
  let key = cursor.take('key');
  let operator = cursor.take('operator');
  const field = isOfAllocations || name.text !== 'label' ? name.text.toLowerCase() : '';
  // OpenCost's UI writes `label:app:"web"`.
  if (field === 'label' && operator?.text === ':' && key === undefined) {
    key = cursor.take('name');
    if (key !== undefined) operator = cursor.take('operator');
  }
  if (operator === undefined) throw cursor.expected('one of : !: ~: !~: <~: !<~: ~>: !~>:');
  const values = parseValues(cursor);
  const negated = operator.text.startsWith('!');
  const symbol = negated ? operator.text.slice(1) : operator.text;
  if (field === 'label' && key === undefined) return existence(symbol, values, negated);
  if (isOfAllocations && operator.text === ':' && key === undefined) {
    if (field === 'controller') return anyOf(values.map(controllerFilter))!;
    if (KINDS.has(field)) return anyOf(values.map((each) => controllerFilter(`${field}:${each}`)))!;
  }
  const alias = isOfAllocations ? ALIASES.get(field) : undefined;
  const known = field === 'label' ? labelField(key!.text) : (cursor.fields.get(field) ?? alias);
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
