import { CsvError, readCsv } from '../lists/csv.ts';
import type { CsvRecord } from '../lists/csv.ts';
import type { TimeMs } from '../../model/time.ts';
import { BillError, FocusRow, type ChargeFilter } from './focusRow.ts';

export { BillError, type ChargeFilter } from './focusRow.ts';

/** One charge of a bill, as far as it matters here. Charges may be negative (credits). */
export interface Charge {
  readonly start: TimeMs;
  readonly end: TimeMs;
  /** Units of the bill's currency. */
  readonly cost: number;
  /** The provider's identifier of what was charged for; null where the charge names none. */
  readonly resourceId: string | null;
  readonly category: string;
  readonly serviceCategory: string;
}

export interface FocusOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** The history's currency; a bill in another one is refused. */
  readonly currency: string;
  /** All must hold. */
  readonly filters: readonly ChargeFilter[];
}

const REQUIRED = [
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'EffectiveCost',
  'BillingCurrency',
] as const;

/**
 * Reads the charges of a bill in FOCUS form (FinOps Open Cost and Usage Specification 1.0 and later), line by
 * line, so that its size does not matter. `EffectiveCost` is what counts: it has commitments amortised.
 * @throws BillError at the first line that is wrong.
 */
export async function* readFocus(
  lines: AsyncIterable<string>,
  options: FocusOptions,
): AsyncGenerator<Charge> {
  let header: ReadonlyMap<string, number> | null = null;
  for await (const record of readRecords(lines, options.name)) {
    if (header === null) {
      header = readHeader(record, options);
      continue;
    }
    const row = new FocusRow(record, header, options.name);
    if (options.filters.every((filter) => row.passes(filter))) yield toCharge(row, options);
  }
  if (header === null) throw new BillError(`${options.name}: is empty`);
}

/** Joins lines that belong to one record: a quoted cell may hold line breaks. */
async function* readRecords(lines: AsyncIterable<string>, name: string): AsyncGenerator<CsvRecord> {
  let line = 0;
  let pending = '';
  let first = 0;
  for await (const text of lines) {
    line += 1;
    if (pending === '') first = line;
    const joined = pending === '' ? text : `${pending}\n${text}`;
    if (isOpen(joined)) {
      pending = joined;
      continue;
    }
    pending = '';
    for (const { cells } of readCsv(joined)) yield { line: first, cells };
  }
  if (pending !== '') throw new BillError(`${name}:${first}: ${new CsvError(first).message}`);
}

function isOpen(text: string): boolean {
  if (!text.includes('"')) return false;
  let quotes = 0;
  for (const char of text) if (char === '"') quotes += 1;
  return quotes % 2 === 1;
}

function readHeader(
  { cells, line }: CsvRecord,
  options: FocusOptions,
): ReadonlyMap<string, number> {
  const header = new Map(cells.map((cell, index) => [cell.replace(/^\uFEFF/, '').trim(), index]));
  const wanted = options.filters.map(({ column }) =>
    column.startsWith('Tags.') ? 'Tags' : column,
  );
  const missing = [...REQUIRED, ...wanted].filter((column) => !header.has(column));
  if (missing.length === 0) return header;
  throw new BillError(
    `${options.name}:${line}: has no column ${missing.join(', ')}; a bill is CSV in FOCUS form ` +
      `(export it as FOCUS from the cloud's billing console)`,
  );
}

function toCharge(row: FocusRow, options: FocusOptions): Charge {
  const currency = row.text('BillingCurrency');
  if (currency !== options.currency) {
    throw new BillError(
      `${row.where}: is in ${JSON.stringify(currency)}, the history in ${options.currency}; ` +
        `set pricing.currency to the bill's before the history begins, or convert the bill`,
    );
  }
  const start = row.time('ChargePeriodStart');
  const end = row.time('ChargePeriodEnd');
  if (end <= start) throw new BillError(`${row.where}: its charge period ends before it begins`);
  const resourceId = row.text('ResourceId');
  return {
    start,
    end,
    cost: row.number('EffectiveCost'),
    resourceId: resourceId === '' ? null : resourceId,
    category: row.text('ChargeCategory'),
    serviceCategory: row.text('ServiceCategory'),
  };
}
