import type { Readable } from 'node:stream';
import { CsvError, streamCsv, type CsvRecord } from '../lists/csv.ts';
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
 * Reads the charges of a bill in FOCUS form (FinOps Open Cost and Usage Specification 1.0 and later), row by
 * row, so that its size does not matter. `EffectiveCost` is what counts: it has commitments amortised.
 * @throws BillError at the first line that is wrong.
 */
export async function* readFocus(file: Readable, options: FocusOptions): AsyncGenerator<Charge> {
  let header: ReadonlyMap<string, number> | null = null;
  try {
    for await (const record of streamCsv(file)) {
      if (header === null) {
        header = readHeader(record, options);
        continue;
      }
      const row = new FocusRow(record, header, options.name);
      if (options.filters.every((filter) => row.passes(filter))) yield toCharge(row, options);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new BillError(`${options.name}:${error.line}: ${error.message}`, { cause: error });
  }
  if (header === null) throw new BillError(`${options.name}: is empty`);
}

function readHeader(
  { cells, line }: CsvRecord,
  options: FocusOptions,
): ReadonlyMap<string, number> {
  const header = new Map(cells.map((cell, index) => [cell.trim(), index]));
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
