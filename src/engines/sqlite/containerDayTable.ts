import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import {
  mergeContainerDays,
  type ContainerDay,
  type ContainerHistory,
} from '../../store/containerDays/containerDay.ts';
import type { ContainerDaysQuery } from '../../store/usage.ts';
import {
  decodeContainerDay,
  encodeContainerDay,
} from '../../store/containerDays/containerDayCodec.ts';
import { groupHour } from './containerHours.ts';
import type { Db, Statement } from './database.ts';
import type { RollUpHook, RollUpTables } from './rollUp.ts';

interface Row {
  readonly day: TimeMs;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly page: Buffer;
}

/**
 * Keeps the sketches of each day in step with the windows below them: an hour that was just sealed is merged
 * into its day; once an hour that is in it already comes again, the whole day is made anew from its windows.
 */
export class ContainerDayTable implements RollUpHook {
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #hours: Statement;
  readonly #setHours: Statement;
  readonly #clear: Statement;
  readonly #windowsFrom: Statement;
  readonly #oomReason: Statement;
  /** Days that an hour came again for: made anew once all corrections are in. */
  #stale = new Set<TimeMs>();

  private constructor(db: Db) {
    const key = 'day = ? AND namespace = ? AND kind = ? AND name = ? AND container = ?';
    this.#get = db.prepare(`SELECT page FROM container_days WHERE ${key}`).pluck();
    this.#put = db.prepare('INSERT OR REPLACE INTO container_days VALUES (?, ?, ?, ?, ?, ?)');
    this.#hours = db.prepare('SELECT hours FROM container_day_hours WHERE day = ?').pluck();
    this.#setHours = db.prepare('INSERT OR REPLACE INTO container_day_hours VALUES (?, ?)');
    this.#clear = db.prepare('DELETE FROM container_days WHERE day = ?');
    this.#windowsFrom = db.prepare("SELECT value FROM meta WHERE key = 'windows_from'").pluck();
    this.#oomReason = db.prepare("SELECT id FROM reasons WHERE text = 'OOMKilled'").pluck();
  }

  static create(db: Db): ContainerDayTable {
    return new ContainerDayTable(db);
  }

  hour(hour: TimeMs, tables: RollUpTables): void {
    const day = floorTo(hour, DAY_MS);
    const bit = 1 << ((hour - day) / HOUR_MS);
    const hours = this.#hoursOf(day);
    if ((hours & bit) !== 0) {
      this.#stale.add(day);
      return;
    }
    this.#merge(hour, tables);
    this.#setHours.run(day, hours | bit);
  }

  settled(tables: RollUpTables): void {
    const stale = [...this.#stale].sort((a, b) => a - b);
    this.#stale = new Set();
    const windowsFrom = (this.#windowsFrom.get() as TimeMs | undefined) ?? 0;
    for (const day of stale) {
      // Without all of its windows a day cannot be made anew: it stays as it was last made.
      if (day < windowsFrom) continue;
      const hours = this.#hoursOf(day);
      this.#clear.run(day);
      for (let place = 0; place < 24; place += 1) {
        if ((hours & (1 << place)) !== 0) this.#merge(day + place * HOUR_MS, tables);
      }
    }
  }

  #hoursOf(day: TimeMs): number {
    return (this.#hours.get(day) as number | undefined) ?? 0;
  }

  #merge(hour: TimeMs, tables: RollUpTables): void {
    const day = floorTo(hour, DAY_MS);
    const oomReason = (this.#oomReason.get() as number | undefined) ?? null;
    for (const { identity, use } of groupHour(tables, hour, oomReason)) {
      const part = use.build(hour);
      const known = this.#get.get(day, ...identity) as Buffer | undefined;
      const whole =
        known === undefined ? part : mergeContainerDays(decodeContainerDay(day, known), part);
      this.#put.run(day, ...identity, encodeContainerDay(whole));
    }
  }
}

/** Reads the days of all containers, sorted by identity. */
export function readContainerDays(db: Db, query: ContainerDaysQuery): readonly ContainerHistory[] {
  const { from, to, namespaces } = query;
  const wanted =
    namespaces === null ? '' : ` AND namespace IN (${namespaces.map(() => '?').join(', ')})`;
  const rows = db
    .prepare(
      `SELECT day, namespace, kind, name, container, page FROM container_days
       WHERE day >= ? AND day < ?${wanted} ORDER BY namespace, kind, name, container, day`,
    )
    .iterate(floorTo(from, DAY_MS), to, ...(namespaces ?? [])) as IterableIterator<Row>;
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
