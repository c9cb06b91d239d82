import { DAY_MS, formatTime, monthStart, type TimeMs } from '../../model/time.ts';
import { makeParts } from '../../model/costParts.ts';
import { BILL_PARTS, type BillDay, type BillStore } from '../../store/bills.ts';
import { HistoryError } from '../../store/history.ts';
import { all, run, values, type Db } from './database.ts';
import { openShared } from './sharedFile.ts';

/** Opens the bills of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openBillStore(path: string): Promise<BillStore> {
  const { db, guarded, transaction, close } = await openShared(path);
  return {
    importDays: (bill) => transaction(() => replaceDays(db, bill)),
    closeMonths: (months, at) =>
      transaction(() => {
        const sql = 'INSERT OR IGNORE INTO bill_months (month, closed_at) VALUES (?, ?)';
        for (const month of months) run(db, sql, monthStart(month), at);
      }),
    billDays: (from, to) => guarded(() => readBillDays(db, from, to)),
    closedMonths: () => guarded(() => closedMonths(db)),
    close,
  };
}

/** Days with a bill in [from, to), oldest first. */
export function readBillDays(db: Db, from: TimeMs, to: TimeMs): readonly BillDay[] {
  const days = all<Pick<BillDay, 'day' | 'totalNano' | 'poolNano'>>(
    db,
    `SELECT day, total_nano AS totalNano, pool_nano AS poolNano FROM bill_days
     WHERE day >= ? AND day < ? ORDER BY day`,
    [from, to],
  );
  const nodesOf = 'SELECT node, nano FROM bill_nodes WHERE day = ? ORDER BY node';
  const partsOf = 'SELECT part, nano FROM bill_parts WHERE day = ? ORDER BY part';
  return days.map((day) => {
    const nodes = all<{ node: string; nano: number }>(db, nodesOf, day.day);
    const named = all<{ part: string; nano: number }>(db, partsOf, day.day);
    const parts = new Map(named.map(({ part, nano }) => [part, nano]));
    const reasons = [...parts].filter(([part]) => !BILL_PARTS.some((one) => one === part));
    return {
      ...day,
      parts: makeParts(BILL_PARTS, (part) => parts.get(part) ?? 0),
      reasons: new Map(reasons),
      nodes: new Map(nodes.map(({ node, nano }) => [node, nano])),
    };
  });
}

/** True when the month of `time` was closed by its final bill. */
export function isMonthClosed(db: Db, time: TimeMs): boolean {
  return closedMonths(db).includes(monthStart(time));
}

function closedMonths(db: Db): readonly TimeMs[] {
  return values<TimeMs>(db, 'SELECT month FROM bill_months ORDER BY month');
}

/** @throws HistoryError `closed` */
function replaceDays(
  db: Db,
  { days, source, at, reopen }: Parameters<BillStore['importDays']>[0],
): void {
  const closed = new Set(closedMonths(db));
  for (const { day, totalNano, poolNano, parts, reasons, nodes } of days) {
    const month = monthStart(day);
    if (closed.has(month)) {
      if (!reopen) throw closedError(month);
      run(db, 'DELETE FROM bill_months WHERE month = ?', month);
    }
    run(db, 'DELETE FROM bill_days WHERE day = ?', day);
    run(
      db,
      `INSERT INTO bill_days (day, total_nano, pool_nano, source, imported_at)
       VALUES (?, ?, ?, ?, ?)`,
      [day, totalNano, poolNano, source, at],
    );
    for (const [part, nano] of [...Object.entries(parts), ...reasons])
      run(db, 'INSERT INTO bill_parts (day, part, nano) VALUES (?, ?, ?)', day, part, nano);
    for (const [node, nano] of nodes) {
      run(db, 'INSERT INTO bill_nodes (day, node, nano) VALUES (?, ?, ?)', day, node, nano);
    }
  }
}

function closedError(month: TimeMs): HistoryError {
  const name = formatTime(month + DAY_MS).slice(0, 7);
  return new HistoryError(
    'closed',
    `${name} is closed: its final bill was imported; use --reopen to replace it`,
  );
}
