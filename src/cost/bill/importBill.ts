import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { BillDay, BillStore } from '../../store/bills.ts';
import type { HistoryReader } from '../../store/history.ts';
import { DAY_MS, monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { collectBill } from './collectBill.ts';
import { BillError, readFocus, type Charge, type ChargeFilter } from './readFocus.ts';

export interface BillImport {
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
 * Imports a bill (FOCUS CSV, also gzipped) into the history. Only whole UTC days that are over are taken.
 * @throws BillError when the file cannot be used; nothing is changed then.
 * @throws HistoryError `closed` when a month of it is closed.
 */
export async function importBill(
  request: BillImport,
  reader: HistoryReader,
  store: BillStore,
): Promise<BillImported> {
  const { path, now } = request;
  const name = basename(path);
  const nodes = await reader.nodes();
  const bill = await collectBill(readFile({ ...request, name }), nodes);
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

async function* readFile(request: BillImport & { readonly name: string }): AsyncGenerator<Charge> {
  const { path } = request;
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // An error of the file does not reach the stream that it is piped into.
  file.on('error', (error) => input.destroy(error));
  try {
    yield* readFocus(input, request);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new BillError(`${path}: cannot be read (${code})`, { cause: error });
  } finally {
    file.destroy();
  }
}
