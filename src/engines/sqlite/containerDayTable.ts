import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import type { ContainerDay, ContainerHistory } from '../../store/containerDays/containerDay.ts';
import { decodeContainerDay } from '../../store/containerDays/containerDayCodec.ts';
import type { ContainerDayRows } from '../../store/containerDays/containerDayKeeper.ts';
import type { ContainerDaysQuery } from '../../store/usage.ts';
import { each, list, run, value, type Db } from './database.ts';
import type { MetaTable } from './metaTable.ts';

interface Row {
  readonly day: TimeMs;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly page: Buffer;
}

/** The rows that days of containers are kept in. */
export function containerDayRows(db: Db, meta: MetaTable): ContainerDayRows {
  return {
    page: (day, identity) =>
      value<Buffer>(
        db,
        `SELECT page FROM container_days
         WHERE day = ? AND namespace = ? AND kind = ? AND name = ? AND container = ?`,
        [day, ...identity],
      ),
    put: (day, identity, page) => {
      const sql = 'INSERT OR REPLACE INTO container_days VALUES (?, ?, ?, ?, ?, ?)';
      run(db, sql, day, ...identity, page);
    },
    clear: (day) => void run(db, 'DELETE FROM container_days WHERE day = ?', day),
    hours: (day) =>
      value<number>(db, 'SELECT hours FROM container_day_hours WHERE day = ?', day) ?? 0,
    setHours: (day, hours) =>
      void run(db, 'INSERT OR REPLACE INTO container_day_hours VALUES (?, ?)', day, hours),
    oomReason: () => value<number>(db, "SELECT id FROM reasons WHERE text = 'OOMKilled'") ?? null,
    windowsFrom: () => meta.span().windowsFrom,
  };
}

/** Reads the days of all containers, sorted by identity. */
export function readContainerDays(db: Db, query: ContainerDaysQuery): readonly ContainerHistory[] {
  const rows = each<Row>(
    db,
    `SELECT day, namespace, kind, name, container, page FROM container_days
     WHERE day >= $from AND day < $to
       AND ($namespaces IS NULL OR namespace IN (SELECT value FROM json_each($namespaces)))
     ORDER BY namespace, kind, name, container, day`,
    { from: floorTo(query.from, DAY_MS), to: query.to, namespaces: list(query.namespaces) },
  );
  const histories: (ContainerHistory & { readonly days: ContainerDay[] })[] = [];
  for (const { day, namespace, kind, name, container, page } of rows) {
    let last = histories.at(-1);
    if (
      last?.namespace !== namespace ||
      last.workload.kind !== kind ||
      last.workload.name !== name ||
      last.container !== container
    ) {
      last = { namespace, workload: { kind, name }, container, days: [] };
      histories.push(last);
    }
    last.days.push(decodeContainerDay(day, page));
  }
  return histories;
}
