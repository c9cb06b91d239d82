import { DAY_MS, formatTime, monthStart, type TimeMs } from '../../model/time.ts';
import type { BillDay } from '../../store/bills.ts';
import { HistoryError } from '../../store/history.ts';
import type { Db, Statement } from './database.ts';

interface Statements {
  readonly days: Statement;
  readonly nodes: Statement;
  readonly deleteDay: Statement;
  readonly insertDay: Statement;
  readonly insertNode: Statement;
  readonly closed: Statement;
  readonly close: Statement;
  readonly reopen: Statement;
}

/** Imported bills by UTC day and node, and the months that are closed. */
export class BillTable {
  readonly #statements: Statements;

  private constructor(statements: Statements) {
    this.#statements = statements;
  }

  static create(db: Db): BillTable {
    return new BillTable({
      days: db.prepare(
        'SELECT day, total_nano AS totalNano, pool_nano AS poolNano FROM bill_days WHERE day >= ? AND day < ? ORDER BY day',
      ),
      nodes: db.prepare('SELECT node, nano FROM bill_nodes WHERE day = ? ORDER BY node'),
      deleteDay: db.prepare('DELETE FROM bill_days WHERE day = ?'),
      insertDay: db.prepare(
        'INSERT INTO bill_days (day, total_nano, pool_nano, source, imported_at) VALUES (?, ?, ?, ?, ?)',
      ),
      insertNode: db.prepare('INSERT INTO bill_nodes (day, node, nano) VALUES (?, ?, ?)'),
      closed: db.prepare('SELECT month FROM bill_months ORDER BY month').pluck(),
      close: db.prepare('INSERT OR IGNORE INTO bill_months (month, closed_at) VALUES (?, ?)'),
      reopen: db.prepare('DELETE FROM bill_months WHERE month = ?'),
    });
  }

  days(from: TimeMs, to: TimeMs): readonly BillDay[] {
    const rows = this.#statements.days.all(from, to) as readonly Omit<BillDay, 'nodes'>[];
    return rows.map((row) => {
      const nodes = this.#statements.nodes.all(row.day) as readonly {
        node: string;
        nano: number;
      }[];
      return { ...row, nodes: new Map(nodes.map(({ node, nano }) => [node, nano])) };
    });
  }

  /** @throws HistoryError `closed` */
  replace(
    days: readonly BillDay[],
    {
      source,
      at,
      reopen,
    }: { readonly source: string; readonly at: TimeMs; readonly reopen: boolean },
  ): void {
    const closed = new Set(this.closed());
    for (const { day, totalNano, poolNano, nodes } of days) {
      const month = monthStart(day);
      if (closed.has(month)) {
        if (!reopen) throw closedError(month);
        this.#statements.reopen.run(month);
      }
      this.#statements.deleteDay.run(day);
      this.#statements.insertDay.run(day, totalNano, poolNano, source, at);
      for (const [node, nano] of nodes) this.#statements.insertNode.run(day, node, nano);
    }
  }

  closed(): readonly TimeMs[] {
    return this.#statements.closed.all() as TimeMs[];
  }

  isClosed(time: TimeMs): boolean {
    return this.closed().includes(monthStart(time));
  }

  close(months: readonly TimeMs[], at: TimeMs): void {
    for (const month of months) this.#statements.close.run(monthStart(month), at);
  }
}

function closedError(month: TimeMs): HistoryError {
  const name = formatTime(month + DAY_MS).slice(0, 7);
  return new HistoryError(
    'closed',
    `${name} is closed: its bill was imported as final; give --reopen to replace it all the same`,
  );
}
