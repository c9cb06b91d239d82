import type { TimeMs } from '../../model/time.ts';
import type { CsvRecord } from '../lists/csv.ts';

/** A bill that cannot be used; the message names file, line, column and cure. */
export class BillError extends Error {
  override readonly name = 'BillError';
}

/** Keeps the rows whose column has that value; `Tags.KEY` looks into the JSON of `Tags`. */
export interface ChargeFilter {
  readonly column: string;
  readonly value: string;
}

/** One row of a bill, read by column; errors name file, line and column. */
export class FocusRow {
  readonly where: string;
  private readonly record: CsvRecord;
  private readonly header: ReadonlyMap<string, number>;

  constructor(record: CsvRecord, header: ReadonlyMap<string, number>, name: string) {
    this.record = record;
    this.header = header;
    this.where = `${name}:${record.line}`;
  }

  text(column: string): string {
    return this.record.cells[this.header.get(column) ?? -1]?.trim() ?? '';
  }

  passes({ column, value }: ChargeFilter): boolean {
    if (!column.startsWith('Tags.')) return this.text(column) === value;
    const tags = this.tags();
    return tags[column.slice('Tags.'.length)] === value;
  }

  time(column: string): TimeMs {
    const text = this.text(column);
    // FOCUS times are ISO 8601 in UTC; some exports write `2026-10-01 00:00:00 UTC`.
    const time = Date.parse(text.replace(/ UTC$/, 'Z').replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2'));
    if (!Number.isNaN(time)) return time;
    throw new BillError(`${this.where}: column ${column}: ${JSON.stringify(text)} is not a time`);
  }

  number(column: string): number {
    const text = this.text(column);
    const value = text === '' ? 0 : Number(text);
    if (Number.isFinite(value)) return value;
    throw new BillError(`${this.where}: column ${column}: ${JSON.stringify(text)} is not a number`);
  }

  private tags(): Readonly<Record<string, unknown>> {
    const text = this.text('Tags');
    if (text === '') return {};
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      throw new BillError(`${this.where}: column Tags is not JSON`, { cause: error });
    }
  }
}
