import { monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { makeParts } from '../../model/costParts.ts';
import {
  BILL_PARTS,
  type BillCorrection,
  type BillDay,
  type BillStore,
} from '../../store/bills.ts';
import { raw, putNew, type Database, type Db } from './db.ts';

/** The bills of a history. */
export function createBillStore(database: Database): BillStore {
  return {
    importDays: (bill) => database.write((db) => replaceDays(db, bill)),
    closeMonths: (months, at) =>
      database.write((db) => {
        const rows = months.map(({ month, frozen }) => [monthStart(month), frozen] as const);
        const closed = rows.map(([month, frozen]) => ({ month, closed_at: at, frozen }));
        return putNew(db, 'bill_months', ['month'], ...closed);
      }),
    billDays: (from, to) => database.read((db) => readBillDays(db, from, to)),
    closedMonths: () => database.read(closedMonths),
    frozenMonth: (month) =>
      database.read(
        async (db) =>
          (await db.value<string>`SELECT frozen FROM bill_months WHERE month = ${month}`) ?? null,
      ),
    corrections: (from, to) => database.read((db) => readCorrections(db, from, to)),
    close: () => database.close(),
  };
}

/** Days with a bill in [from, to), oldest first. */
export async function readBillDays(db: Db, from: TimeMs, to: TimeMs): Promise<readonly BillDay[]> {
  const days = await db.all<
    Pick<BillDay, 'day' | 'totalNano' | 'poolNano'>
  >`SELECT day, total_nano AS totalNano, pool_nano AS poolNano
    FROM bill_days
     WHERE day >= ${from} AND day < ${to} ORDER BY day`;
  const whole: BillDay[] = [];
  for (const day of days) {
    const of = (table: string, name: string) => db.pairs<string, number>`SELECT ${raw(name)}, nano
      FROM ${raw(table)} WHERE day = ${day.day} ORDER BY ${raw(name)}`;
    const parts = await of('bill_parts', 'part');
    const reasons = [...parts].filter(([part]) => !BILL_PARTS.some((one) => one === part));
    whole.push({
      ...day,
      parts: makeParts(BILL_PARTS, (part) => parts.get(part) ?? 0),
      reasons: new Map(reasons),
      nodes: await of('bill_nodes', 'node'),
      namespaces: await of('bill_namespaces', 'namespace'),
    });
  }
  return whole;
}

/** True when the month of `time` was closed by its final bill. */
export async function isMonthClosed(db: Db, time: TimeMs): Promise<boolean> {
  return (await closedMonths(db)).includes(monthStart(time));
}

async function closedMonths(db: Db): Promise<readonly TimeMs[]> {
  return await db.values<TimeMs>`SELECT month FROM bill_months ORDER BY month`;
}

async function readCorrections(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly BillCorrection[]> {
  const days = await db.all<CorrectedDay>`SELECT day, at, source, nano FROM bill_corrections
      WHERE at >= ${from} AND at < ${to} ORDER BY at, day`;
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
  const nano =
    totalNano -
    ((await db.value<number>`SELECT CAST(
      COALESCE((SELECT total_nano FROM bill_days WHERE day = ${day}), 0) +
      COALESCE((SELECT SUM(nano) FROM bill_corrections WHERE day = ${day}), 0) AS BIGINT)`) ?? 0);
  if (nano === 0) return null;
  await db.run`INSERT INTO bill_corrections VALUES (${day}, ${at}, ${source}, ${nano})`;
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
      await db.run`DELETE FROM bill_months WHERE month = ${month}`;
      await db.run`DELETE FROM bill_corrections WHERE day >= ${month} AND day < ${nextMonth(month)}`;
    }
    await db.run`DELETE FROM bill_days WHERE day = ${day}`;
    await db.run`INSERT INTO bill_days (day, total_nano, pool_nano, source, imported_at)
       VALUES (${day}, ${totalNano}, ${poolNano}, ${source}, ${at})`;
    const put = (table: string, name: string, amounts: Iterable<readonly [string, number]>) =>
      putNew(
        db,
        table,
        ['day', name],
        ...[...amounts].map(([of, nano]) => ({ day, [name]: of, nano })),
      );
    await put('bill_parts', 'part', [...Object.entries(parts), ...reasons]);
    await put('bill_namespaces', 'namespace', namespaces);
    await put('bill_nodes', 'node', nodes);
  }
  return byMonth(corrected);
}
