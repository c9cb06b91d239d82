import type { PriceList } from '../priceList.ts';
import { isCurrency } from '../../model/money.ts';
import { EntryTable, NUMBERS, type EntryRow } from './entryTable.ts';
import { CsvError, readComments, readCsv, type CsvRecord } from './csv.ts';

/** A price list that cannot be used; the message names file, line, column and cure. */
export class PriceListError extends Error {
  override readonly name = 'PriceListError';
}

const REQUIRED = ['InstanceType', 'Price', 'Region'] as const;

/**
 * Reads a price list in the form of SkyPilot's catalog: a header with at least `InstanceType`, `Price` and
 * `Region`; also read are `OperatingSystem`, `SpotPrice`, `vCPUs`, `MemoryGiB`, `AcceleratorCount` and `AvailabilityZone`, other
 * columns are left alone. Comment lines at the head may say `# as-of: 2026-07-20`, `# currency: USD`,
 * `# source: …`. Rows without an instance type (accelerators by themselves) are left out.
 *
 * @param origin.name the file or address, for messages.
 * @param origin.currency what the prices are in when the list does not say.
 * @throws PriceListError at the first line that is wrong: half a list would misprice in silence.
 */
export function parsePriceList(
  text: string,
  origin: { readonly name: string; readonly currency: string; readonly configured: boolean },
): PriceList {
  const comments = readComments(text);
  const entries = new EntryTable();
  let header: ReadonlyMap<string, number> | null = null;
  try {
    for (const record of readCsv(text)) {
      if (header === null) header = readHeader(record, origin.name);
      else entries.add(readRow(record, header, origin.name));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PriceListError(`${origin.name}:${error.line}: ${error.message}`, { cause: error });
  }
  if (entries.size === 0) {
    throw new PriceListError(
      `${origin.name}: holds no prices; expected CSV with the columns ${REQUIRED.join(', ')}`,
    );
  }
  return {
    source: origin.name,
    asOf: readDate(comments.get('as-of'), origin.name),
    currency: readCurrency(comments.get('currency') ?? origin.currency, origin.name),
    configured: origin.configured,
    find: (instanceType, region, os) => entries.find(instanceType, region, origin.configured, os),
    sizes: (like) => entries.sizes(like),
  };
}

function readHeader({ line, cells }: CsvRecord, name: string): ReadonlyMap<string, number> {
  const header = new Map(cells.map((cell, index) => [cell.trim(), index]));
  const missing = REQUIRED.filter((column) => !header.has(column));
  if (missing.length === 0) return header;
  throw new PriceListError(
    `${name}:${line}: the header has no column ${missing.join(', ')}; a price list is CSV with ` +
      `InstanceType,…,vCPUs,MemoryGiB,…,Price,SpotPrice,Region,… as in SkyPilot's catalog`,
  );
}

function readRow(record: CsvRecord, header: ReadonlyMap<string, number>, name: string): EntryRow {
  const text = (column: string): string => record.cells[header.get(column) ?? -1]?.trim() ?? '';
  if (record.cells.length < header.size) {
    throw new PriceListError(
      `${name}:${record.line}: has ${record.cells.length} cells where the header has ${header.size}; ` +
        `the file may be cut short`,
    );
  }
  const numbers = Object.fromEntries(
    NUMBERS.map((column) => [column, readNumber(text(column), column, record.line, name)]),
  ) as Record<(typeof NUMBERS)[number], number | null>;
  const accelerators = header.has('AcceleratorCount') ? (numbers.AcceleratorCount ?? 0) : null;
  return {
    ...numbers,
    AcceleratorCount: accelerators,
    InstanceType: text('InstanceType'),
    Region: text('Region'),
    AvailabilityZone: text('AvailabilityZone'),
    OperatingSystem: systemOf(text('OperatingSystem')),
  };
}

/** Names of operating systems as AWS' and Azure's price lists have them. */
function systemOf(name: string): string {
  const small = name.toLowerCase();
  if (/^(rhel|red hat)\b/.test(small)) return 'rhel';
  return /^(suse|sles)\b/.test(small) ? 'suse' : small;
}

/** Empty is unknown. */
function readNumber(text: string, column: string, line: number, name: string): number | null {
  if (text === '') return null;
  const value = Number(text);
  const where = `${name}:${line}: column ${column}: ${JSON.stringify(text)}`;
  if (!Number.isFinite(value)) {
    throw new PriceListError(`${where} is not a number; write it like 0.384, or leave it empty`);
  }
  if (value < 0) throw new PriceListError(`${where} is negative; leave it empty if it is unknown`);
  return value;
}

function readDate(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new PriceListError(`${name}: "# as-of: ${text}" is not a date; write it like 2026-07-20`);
}

function readCurrency(code: string, name: string): string {
  if (isCurrency(code)) return code;
  throw new PriceListError(
    `${name}: "# currency: ${code}" is not an ISO 4217 currency such as USD or EUR`,
  );
}
