import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import type { ContainerDay, ContainerHistory } from '../../store/containerDays/containerDay.ts';
import { decodeContainerDay } from '../../store/containerDays/containerDayCodec.ts';
import {
  identityKey,
  type ContainerDayRows,
} from '../../store/containerDays/containerDayKeeper.ts';
import type { ContainerDaysQuery } from '../../store/usage.ts';
import { put, inNamespaces, inList, type Db } from './db.ts';
import type { MetaTable } from './metaTable.ts';

interface Row {
  readonly day: TimeMs;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly page: Buffer;
}

const KEY = ['day', 'namespace', 'kind', 'name', 'container'] as const;

/** The rows that days of containers are kept in. */
export function containerDayRows(db: Db, meta: MetaTable): ContainerDayRows {
  return {
    pages: async (day, identities) => {
      const wanted = new Set(identities.map(identityKey));
      const namespaces = [...new Set(identities.map(([namespace]) => namespace))];
      const pages = new Map<string, Uint8Array>();
      for (const row of await db.all<Omit<Row, 'day'>>`SELECT namespace, kind, name, container, page
        FROM container_days
        WHERE day = ${day} AND namespace ${inList(namespaces)}`) {
        const key = identityKey([row.namespace, row.kind, row.name, row.container]);
        if (wanted.has(key)) pages.set(key, row.page);
      }
      return pages;
    },
    put: (day, rows) => {
      const stored = rows.map(({ identity: [namespace, kind, name, container], page }) => ({
        day,
        namespace,
        kind,
        name,
        container,
        page,
      }));
      return db.store('container_days', KEY, stored, 'new');
    },
    clear: async (day) => void (await db.run`DELETE FROM container_days WHERE day = ${day}`),
    hours: async (day) =>
      (await db.value<number>`SELECT hours FROM container_day_hours WHERE day = ${day}`) ?? 0,
    setHours: (day, hours) => put(db, 'container_day_hours', ['day'], { day, hours }),
    oomReason: async () =>
      (await db.value<number>`SELECT id FROM reasons WHERE text = 'OOMKilled'`) ?? null,
    windowsFrom: async () => (await meta.span()).windowsFrom,
  };
}

/** Reads the days of all containers, sorted by identity. */
export async function readContainerDays(
  db: Db,
  query: ContainerDaysQuery,
): Promise<readonly ContainerHistory[]> {
  const rows =
    await db.all<Row>`SELECT day, namespace, kind, name, container, page FROM container_days
     WHERE day >= ${floorTo(query.from, DAY_MS)} AND day < ${query.to}
       AND ${inNamespaces(query.namespaces)}
     ORDER BY namespace, kind, name, container, day`;
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
