import type { TimeMs } from '../../model/time.ts';

/** A bill that cannot be used; the message names file, line, column and cure. */
export class BillError extends Error {
  override readonly name = 'BillError';
}

/** Keeps the rows whose column has that value; `Tags.KEY` looks into `Tags`. */
export interface ChargeFilter {
  readonly column: string;
  readonly value: string;
}

/** ISO 8601, with a blank for the T as SQL engines write it; FOCUS times are in UTC, also where no zone says so. */
const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)? ?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?$/;

/** Not `0x10`, and not `1,5`, which is one and a half in half of the world and fifteen in none. */
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** How exports write that there is no value. */
const ABSENT = new Set(['', 'NULL', 'null', '\\N']);

/** A column's name without regard to case and underscores: `ChargePeriodStart`, `charge_period_start`. */
export function columnKey(column: string): string {
  return column.trim().toLowerCase().replaceAll('_', '');
}

function mapOf(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .slice(1, -1)
    .split(/, (?=[^=,]+=)/)
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.trim();
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

/** One row of a bill, read by column; errors name file, line and column. */
export class FocusRow {
  /** `bill.csv:7`. */
  readonly where: string;
  readonly #valueOf: (columnKey: string) => unknown;

  /** @param valueOf a cell by `columnKey`: text of a CSV file, values and objects of a Parquet file. */
  constructor(where: string, valueOf: (columnKey: string) => unknown) {
    this.where = where;
    this.#valueOf = valueOf;
  }

  text(column: string): string {
    const value = this.#valueOf(columnKey(column));
    const text = cellText(value);
    return ABSENT.has(text) ? '' : text;
  }

  passes({ column, value }: ChargeFilter): boolean {
    const [, key] = /^tags\.(.*)$/is.exec(column) ?? [];
    return key === undefined ? this.text(column) === value : this.#tag('Tags', key) === value;
  }

  /** The first of these tags that one of the columns has; null where none has. */
  tagOf(columns: readonly string[], keys: readonly string[]): string | null {
    for (const column of columns)
      for (const key of keys) {
        if (!this.text(column).includes(key)) continue;
        const value = this.#tag(column, key);
        if (typeof value === 'string' && value !== '') return value;
      }
    return null;
  }

  time(column: string): TimeMs {
    const value = this.#valueOf(columnKey(column));
    if (value instanceof Date) return value.getTime();
    const text = this.text(column);
    const [, day, minute = '00:00', second = ':00', fraction = '', zone = 'Z'] =
      ISO_TIME.exec(text) ?? [];
    const offset = zone === 'UTC' ? 'Z' : /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
    const time = Date.parse(`${day}T${minute}${second}${fraction.slice(0, 4)}${offset}`);
    if (!Number.isNaN(time)) return time;
    throw new BillError(
      `${this.where}: column ${column}: ${JSON.stringify(text)} is not an ISO 8601 time such as 2026-11-02T00:00:00Z; ` +
        `export the bill with such times (02/11/2026 may be either of two days)`,
    );
  }

  /** @param otherwise the column that counts where this one is empty. */
  number(column: string, otherwise: string): number {
    const text = this.text(column) || this.text(otherwise);
    const value = Number(text);
    if (text === '' || (Number.isFinite(value) && DECIMAL.test(text))) return value;
    throw new BillError(`${this.where}: column ${column}: ${JSON.stringify(text)} is not a number`);
  }

  /** Tags are a JSON object, or a list of keys and values. */
  #tag(column: string, key: string): unknown {
    const tags = this.#tags(column);
    if (!Array.isArray(tags)) return (tags as Readonly<Record<string, unknown>>)[key];
    for (const tag of tags as readonly unknown[]) {
      if (Array.isArray(tag) && tag[0] === key) return tag[1];
      const pair = tag as { readonly key?: unknown; readonly value?: unknown } | null;
      if (pair?.key === key) return pair.value;
    }
    return undefined;
  }

  #tags(column: string): unknown {
    const value = this.#valueOf(columnKey(column));
    if (value instanceof Map) return Object.fromEntries(value) as unknown;
    if (typeof value === 'object' && value !== null) return value;
    const text = this.text(column);
    if (text === '') return {};
    // Query engines write a map as {key=value, …}; some of Azure's exports leave the braces away.
    if (/^\{[^":]*=.*\}$/s.test(text)) return mapOf(text);
    try {
      return JSON.parse(text.startsWith('"') ? `{${text}}` : text) ?? {};
    } catch (error) {
      throw new BillError(`${this.where}: column ${column} is not JSON`, { cause: error });
    }
  }
}
