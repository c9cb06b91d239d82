import { createReadStream } from 'node:fs';
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type Compressors,
} from 'hyparquet';
import { CsvError, streamCsv } from '../lists/csv.ts';
import type { TimeMs } from '../../model/time.ts';
import { BillError, columnKey, FocusRow, type ChargeFilter } from './focusRow.ts';

export { BillError, type ChargeFilter } from './focusRow.ts';

/** One charge of a bill, as far as it matters here. Charges may be negative (credits). */
export interface Charge {
  readonly start: TimeMs;
  readonly end: TimeMs;
  /** Units of the bill's currency. */
  readonly cost: number;
  /** The provider's identifier and name of what was charged for; null where the charge names none. */
  readonly resourceId: string | null;
  readonly resourceName: string | null;
  /** Small letters: `usage`, `purchase`, `tax`, `credit`, `adjustment`. */
  readonly category: string;
  /** What the service is, as providers write it: a name, or a list of names from the general to the special. */
  readonly serviceCategory: string;
  readonly serviceName: string;
  readonly resourceType: string;
  /** The namespace that the provider says it is for, where it splits machines (AWS, GKE); else null. */
  readonly namespace: string | null;
  /** A part of a commitment that nothing used. */
  readonly isUnused: boolean;
}

/** The pod that a provider bills or splits a machine's bill by, as AWS names it: `arn:aws:eks:REGION:ACCOUNT:pod/CLUSTER/NAMESPACE/POD/UID`. */
export function podOf(resourceId: string | null) {
  const [, namespace, uid] =
    /^arn:[\w-]+:eks:[^:]*:\d*:pod\/[^/]+\/([^/]+)\/[^/]+\/([^/]+)$/.exec(resourceId ?? '') ?? [];
  return namespace === undefined || uid === undefined ? null : { namespace, uid };
}

export interface FocusOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** The history's currency; a bill in another one is refused. */
  readonly currency: string;
  /** All must hold. */
  readonly filters: readonly ChargeFilter[];
}

/** Tags in which AWS' split cost allocation and GKE's cost allocation name a namespace. */
const NAMESPACE_TAGS = ['aws:eks:namespace', 'k8s-namespace'];

const REQUIRED = ['ChargePeriodStart', 'ChargePeriodEnd', 'EffectiveCost', 'BillingCurrency'];

/** Rows of a Parquet file that are held at once. */
const ROWS_AT_ONCE = 20_000;

const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/**
 * Reads the charges of a bill in FOCUS form (FinOps Open Cost and Usage Specification 1.0 to 1.4), row by row, so
 * that its size does not matter: CSV, also gzipped, or Parquet. `EffectiveCost` is what counts: it has
 * commitments amortised.
 * @throws BillError at the first line that is wrong, or when the file cannot be read.
 */
export async function* readFocus(path: string, options: FocusOptions): AsyncGenerator<Charge> {
  const rows = /\.parquet$/i.test(path) ? parquetRows(path, options) : csvRows(path, options);
  try {
    for await (const row of rows)
      if (options.filters.every((filter) => row.passes(filter))) yield toCharge(row, options);
  } catch (error) {
    if (error instanceof BillError) throw error;
    if (error instanceof CsvError)
      throw new BillError(`${options.name}:${error.line}: ${error.message}`, { cause: error });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BillError(`${path}: cannot be read (${code ?? message})`, { cause: error });
  }
}

async function* csvRows(path: string, options: FocusOptions): AsyncGenerator<FocusRow> {
  const file = createReadStream(path);
  const input = /\.gz$/i.test(path) ? file.pipe(createGunzip()) : file;
  // An error of the file does not reach the stream that it is piped into.
  file.on('error', (error) => input.destroy(error));
  let header: ReadonlyMap<string, number> | null = null;
  let width = 0;
  try {
    for await (const { cells, line } of streamCsv(input)) {
      if (header === null) {
        width = cells.length;
        header = new Map(cells.map((cell, index) => [columnKey(cell), index]));
        checkHeader(header, `${options.name}:${line}`, options);
        continue;
      }
      const columns = header;
      if (cells.length < width)
        throw new BillError(
          `${options.name}:${line}: has ${cells.length} cells where the header has ${width}; the file may be cut short`,
        );
      yield new FocusRow(`${options.name}:${line}`, (key) => cells[columns.get(key) ?? -1]);
    }
  } finally {
    file.destroy();
  }
  if (header === null) throw new BillError(`${options.name}: is empty`);
}

async function* parquetRows(path: string, options: FocusOptions): AsyncGenerator<FocusRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const columns = new Map(names.map((name) => [columnKey(name), name]));
  checkHeader(columns, options.name, options);
  const rows = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rows; rowStart += ROWS_AT_ONCE) {
    const part = await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd: Math.min(rows, rowStart + ROWS_AT_ONCE),
      compressors: COMPRESSORS,
    });
    for (const [index, row] of part.entries())
      yield new FocusRow(
        `${options.name}:${rowStart + index + 1}`,
        (key) => row[columns.get(key) ?? ''] as unknown,
      );
  }
}

function checkHeader(
  header: ReadonlyMap<string, unknown>,
  where: string,
  options: FocusOptions,
): void {
  const wanted = options.filters.map(({ column }) => (/^tags\./i.test(column) ? 'Tags' : column));
  const missing = [...REQUIRED, ...wanted].filter((column) => !header.has(columnKey(column)));
  if (missing.length === 0) return;
  throw new BillError(
    `${where}: has no column ${missing.join(', ')}; a bill is CSV or Parquet in FOCUS form ` +
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
  if (end < start) throw new BillError(`${row.where}: its charge period ends before it begins`);
  return {
    start,
    end,
    cost: row.number('EffectiveCost', 'BilledCost'),
    resourceId: row.text('ResourceId') || null,
    resourceName: row.text('ResourceName') || null,
    category: row.text('ChargeCategory').toLowerCase(),
    serviceCategory: row.text('ServiceCategory'),
    serviceName: row.text('ServiceName'),
    resourceType: row.text('ResourceType'),
    namespace:
      podOf(row.text('AllocatedResourceId') || row.text('ResourceId'))?.namespace ??
      row.tagOf(['AllocatedTags', 'Tags'], NAMESPACE_TAGS),
    isUnused: row.text('CommitmentDiscountStatus').toLowerCase() === 'unused',
  };
}
