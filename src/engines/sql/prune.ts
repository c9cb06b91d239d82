import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Db } from './db.ts';
import type { MetaTable } from './metaTable.ts';
import { pinFindings } from './pins.ts';
import { prunePodSpecs } from './podSpecTable.ts';
import { pruneSignals } from './signals.ts';

/**
 * Drops window rows and signals before the hour of `windowsFrom`, and hours before the day of `hoursFrom`. Days,
 * findings with the series around them, events and what operators did are kept. Of workloads, scalings go with
 * the windows, all other changes and the specifications with the hours.
 */
export async function pruneHistory(
  db: Db,
  meta: MetaTable,
  windowMs: number,
  keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs },
): Promise<void> {
  const before = await meta.get('windows_from');
  const windowsFrom = Math.max(floorTo(keep.windowsFrom, HOUR_MS), before ?? 0);
  const hoursFrom = Math.max(floorTo(keep.hoursFrom, DAY_MS), (await meta.get('hours_from')) ?? 0);
  const oldest = (await db.value<TimeMs | null>`SELECT min(hour) FROM usage_pages`) ?? null;
  if (oldest !== null && oldest < windowsFrom) await pinFindings(db, windowMs, oldest, windowsFrom);
  await db.run`DELETE FROM usage_pages WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM open_windows WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM node_windows WHERE hour < ${windowsFrom}`;
  await db.run`DELETE FROM containers WHERE last_hour < ${windowsFrom}`;
  await db.run`DELETE FROM ops_windows WHERE start < ${windowsFrom}`;
  await db.run`DELETE FROM cost_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM node_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM container_days WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM container_day_hours WHERE day < ${hoursFrom}`;
  await db.run`DELETE FROM workload_events WHERE at < ${windowsFrom} AND type = 'scaled'`;
  await db.run`DELETE FROM workload_events WHERE at < ${hoursFrom}`;
  await prunePodSpecs(db, hoursFrom);
  await pruneSignals(db, windowsFrom);
  meta.set('windows_from', windowsFrom);
  meta.set('hours_from', hoursFrom);
}
