import { basename } from 'node:path';
import type { Nano } from '../../model/money.ts';
import type { BillDay, BillStore } from '../../store/bills.ts';
import type { HistoryReader } from '../../store/history.ts';
import { DAY_MS, monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { chargedMonth, freezeMonth } from '../chargeback/monthReport.ts';
import type { PricingConfig } from '../config.ts';
import { billFiles } from './billFiles.ts';
import { collectBill } from './collectBill.ts';
import { BillError, readFocus, type Charge, type ChargeFilter } from './readFocus.ts';

export interface BillImport {
  /** A file, a folder of files, or an http(s) address. */
  readonly path: string;
  readonly currency: string;
  readonly filters: readonly ChargeFilter[];
  /** Closes the months that the bill is for. */
  readonly final: boolean;
  /** Opens closed months again and replaces them. */
  readonly reopen: boolean;
  readonly now: TimeMs;
  /** How a month that is closed is charged. */
  readonly pricing: PricingConfig;
  readonly cluster: string;
}

export interface BillImported {
  readonly days: readonly BillDay[];
  readonly charges: number;
  readonly nodes: number;
  /** Months that are closed now. */
  readonly closed: readonly TimeMs[];
  /** Months that were closed before. */
  readonly corrected: readonly ClosedBefore[];
}

/** What a bill changes about a month that was closed before. */
export interface ClosedBefore {
  readonly month: TimeMs;
  /** More than was billed and corrected before; 0 where the bill says the same. */
  readonly nano: Nano;
  /** What it was charged by: only months of the effective basis are corrected. */
  readonly basis: PricingConfig['basis'];
}

/**
 * Imports a bill (FOCUS as CSV, also gzipped, or Parquet) into the history. Only whole UTC days that are over are taken.
 * @throws BillError when the file cannot be used; nothing is changed then.
 * Of months that are closed the difference is kept as a correction.
 */
export async function importBill(
  request: BillImport,
  reader: HistoryReader,
  store: BillStore,
): Promise<BillImported> {
  const { path, now } = request;
  await using found = await billFiles(path);
  const { name, files } = found;
  const nodes = await reader.nodes();
  const isFiltered = request.filters.length > 0;
  const bill = await collectBill(
    readFiles(files, request),
    nodes,
    (uid) => reader.nodeOfPod(uid),
    isFiltered,
  );
  const days = bill.days.filter(({ day }) => day + DAY_MS <= now);
  if (days.length === 0) {
    const which = request.filters.length === 0 ? 'holds' : 'holds, with these filters,';
    throw new BillError(`${name}: ${which} no charge of a day that is over`);
  }
  const corrections = await store.importDays({
    source: name,
    days,
    reopen: request.reopen,
    at: now,
  });
  const months = [...new Set(days.map(({ day }) => monthStart(day)))];
  const already = new Set(await store.closedMonths());
  const isDue = (month: TimeMs): boolean => nextMonth(month) <= now && !already.has(month);
  const closed = request.final ? months.filter(isDue) : [];
  const frozen = [];
  for (const month of closed) frozen.push(await freezeMonth({ ...request, reader }, month));
  await store.closeMonths(frozen, now);
  const corrected: ClosedBefore[] = [];
  for (const month of months.filter((one) => already.has(one))) {
    const own = corrections.filter((one) => one.month === month);
    const nano = own.reduce((sum, one) => sum + one.nano, 0);
    const charged = await chargedMonth({ ...request, reader, bills: store }, month);
    corrected.push({ month, nano, basis: charged.basis });
  }
  return { days, charges: bill.charges, nodes: bill.nodes, closed, corrected };
}

async function* readFiles(files: readonly string[], request: BillImport): AsyncGenerator<Charge> {
  for (const path of files) yield* readFocus(path, { ...request, name: basename(path) });
}
