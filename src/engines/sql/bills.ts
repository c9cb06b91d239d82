import { monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { makeParts } from '../../model/costParts.ts';
import {
  BILL_PARTS,
  type BillCorrection,
  type BillDay,
  type BillStore,
} from '../../store/bills.ts';
import { all, putNew, run, value, values, type Database, type Db } from './db.ts';

/** The bills of a history. */
export function createBillStore(database: Database): BillStore {
  return {
    importDays: (bill) => database.write((db) => replaceDays(db, bill)),
    closeMonths: (months, at) =>
      database.write(async (db) => {
        const rows = months.map(({ month, frozen }) => ({
          month: monthStart(month),
          closed_at: at,
          frozen,
        }));
        return await putNew(db, 'bill_months', ['month'], ...rows);
      }),
    billDays: (from, to) => database.read((db) => readBillDays(db, from, to)),
    closedMonths: () => database.read(closedMonths),
    frozenMonth: (month) =>
      database.read(
        async (db) =>
          (await value<string>(db, 'SELECT frozen FROM bill_months WHERE month = ?', month)) ??
          null,
      ),
    corrections: (from, to) => database.read((db) => readCorrections(db, from, to)),
    close: () => database.close(),
  };
}

/** Days with a bill in [from, to), oldest first. */
export async function readBillDays(db: Db, from: TimeMs, to: TimeMs): Promise<readonly BillDay[]> {
  const days = await all<Pick<BillDay, 'day' | 'totalNano' | 'poolNano'>>(
    db,
    `SELECT day, total_nano AS totalNano, pool_nano AS poolNano FROM bill_days
     WHERE day >= ? AND day < ? ORDER BY day`,
    [from, to],
  );
  const nodesOf = 'SELECT node, nano FROM bill_nodes WHERE day = ? ORDER BY node';
  const namespacesOf =
    'SELECT namespace, nano FROM bill_namespaces WHERE day = ? ORDER BY namespace';
  const partsOf = 'SELECT part, nano FROM bill_parts WHERE day = ? ORDER BY part';
  const whole: BillDay[] = [];
  for (const day of days) {
    const nodes = await all<{ node: string; nano: number }>(db, nodesOf, day.day);
    const told = await all<{ namespace: string; nano: number }>(db, namespacesOf, day.day);
    const named = await all<{ part: string; nano: number }>(db, partsOf, day.day);
    const parts = new Map(named.map(({ part, nano }) => [part, nano]));
    const reasons = [...parts].filter(([part]) => !BILL_PARTS.some((one) => one === part));
    whole.push({
      ...day,
      parts: makeParts(BILL_PARTS, (part) => parts.get(part) ?? 0),
      reasons: new Map(reasons),
      nodes: new Map(nodes.map(({ node, nano }) => [node, nano])),
      namespaces: new Map(told.map(({ namespace, nano }) => [namespace, nano])),
    });
  }
  return whole;
}

/** True when the month of `time` was closed by its final bill. */
export async function isMonthClosed(db: Db, time: TimeMs): Promise<boolean> {
  return (await closedMonths(db)).includes(monthStart(time));
}

async function closedMonths(db: Db): Promise<readonly TimeMs[]> {
  return await values<TimeMs>(db, 'SELECT month FROM bill_months ORDER BY month');
}

async function readCorrections(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly BillCorrection[]> {
  const days = await all<CorrectedDay>(
    db,
    'SELECT day, at, source, nano FROM bill_corrections WHERE at >= ? AND at < ? ORDER BY at, day',
    [from, to],
  );
  return byMonth(days);
}

/** Corrections of days as one for each month and import. */
function byMonth(days: readonly CorrectedDay[]): readonly BillCorrection[] {
  const byBill = Map.groupBy(days, ({ day, at }) => `${monthStart(day)} ${at}`);
  return [...byBill.values()].map((own) => ({
    month: monthStart(own[0]!.day),
    at: own[0]!.at,
    source: own[0]!.source,
    nano: own.reduce((sum, { nano }) => sum + nano, 0),
  }));
}

interface CorrectedDay extends Omit<BillCorrection, 'month'> {
  readonly day: TimeMs;
}

/** Keeps what a bill says of a day that is closed beyond what was billed and corrected before; null where it is the same. */
async function correctDay(
  db: Db,
  { day, totalNano }: BillDay,
  { source, at }: Pick<Parameters<BillStore['importDays']>[0], 'source' | 'at'>,
): Promise<CorrectedDay | null> {
  const known = `SELECT CAST(
      COALESCE((SELECT total_nano FROM bill_days WHERE day = $day), 0) +
      COALESCE((SELECT SUM(nano) FROM bill_corrections WHERE day = $day), 0) AS BIGINT)`;
  const nano = totalNano - ((await value<number>(db, known, { day })) ?? 0);
  if (nano === 0) return null;
  await run(db, 'INSERT INTO bill_corrections VALUES (?, ?, ?, ?)', [day, at, source, nano]);
  return { day, at, source, nano };
}

async function replaceDays(
  db: Db,
  { days, source, at, reopen }: Parameters<BillStore['importDays']>[0],
): Promise<readonly BillCorrection[]> {
  const closed = new Set(await closedMonths(db));
  const corrected: CorrectedDay[] = [];
  for (const one of days) {
    const { day, totalNano, poolNano, parts, reasons, nodes, namespaces } = one;
    const month = monthStart(day);
    if (closed.has(month)) {
      if (!reopen) {
        const correction = await correctDay(db, one, { source, at });
        if (correction !== null) corrected.push(correction);
        continue;
      }
      const next = nextMonth(month);
      await run(db, 'DELETE FROM bill_months WHERE month = ?', month);
      await run(db, 'DELETE FROM bill_corrections WHERE day >= ? AND day < ?', [month, next]);
    }
    await run(db, 'DELETE FROM bill_days WHERE day = ?', day);
    await run(
      db,
      `INSERT INTO bill_days (day, total_nano, pool_nano, source, imported_at)
       VALUES (?, ?, ?, ?, ?)`,
      [day, totalNano, poolNano, source, at],
    );
    for (const [part, nano] of [...Object.entries(parts), ...reasons])
      await run(db, 'INSERT INTO bill_parts (day, part, nano) VALUES (?, ?, ?)', day, part, nano);
    for (const [namespace, nano] of namespaces)
      await run(
        db,
        'INSERT INTO bill_namespaces (day, namespace, nano) VALUES (?, ?, ?)',
        day,
        namespace,
        nano,
      );
    for (const [node, nano] of nodes) {
      await run(db, 'INSERT INTO bill_nodes (day, node, nano) VALUES (?, ?, ?)', day, node, nano);
    }
  }
  return byMonth(corrected);
}
