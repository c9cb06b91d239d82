import { basename } from 'node:path';
import type { BillDay, BillStore } from '../../store/bills.ts';
import type { HistoryReader } from '../../store/history.ts';
import { DAY_MS, monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
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
  /** Replaces closed months all the same. */
  readonly reopen: boolean;
  readonly now: TimeMs;
}

export interface BillImported {
  readonly days: readonly BillDay[];
  readonly charges: number;
  readonly nodes: number;
  /** Months that are closed now. */
  readonly closed: readonly TimeMs[];
}

/**
 * Imports a bill (FOCUS as CSV, also gzipped, or Parquet) into the history. Only whole UTC days that are over are taken.
 * @throws BillError when the file cannot be used; nothing is changed then.
 * @throws HistoryError `closed` when a month of it is closed.
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
  await store.importDays({ source: name, days, reopen: request.reopen, at: now });
  const months = [...new Set(days.map(({ day }) => monthStart(day)))];
  const closed = request.final ? months.filter((month) => nextMonth(month) <= now) : [];
  await store.closeMonths(closed, now);
  return { days, charges: bill.charges, nodes: bill.nodes, closed };
}

async function* readFiles(files: readonly string[], request: BillImport): AsyncGenerator<Charge> {
  for (const path of files) yield* readFocus(path, { ...request, name: basename(path) });
}
