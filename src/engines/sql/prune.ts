import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { type Db, run, value } from './db.ts';
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
  const oldest = (await value<TimeMs | null>(db, 'SELECT min(hour) FROM usage_pages')) ?? null;
  if (oldest !== null && oldest < windowsFrom) await pinFindings(db, windowMs, oldest, windowsFrom);
  await run(db, 'DELETE FROM usage_pages WHERE hour < ?', windowsFrom);
  await run(db, 'DELETE FROM open_windows WHERE hour < ?', windowsFrom);
  await run(db, 'DELETE FROM node_windows WHERE hour < ?', windowsFrom);
  await run(db, 'DELETE FROM containers WHERE last_hour < ?', windowsFrom);
  await run(db, 'DELETE FROM ops_windows WHERE start < ?', windowsFrom);
  await run(db, 'DELETE FROM cost_hours WHERE day < ?', hoursFrom);
  await run(db, 'DELETE FROM node_hours WHERE day < ?', hoursFrom);
  await run(db, 'DELETE FROM container_days WHERE day < ?', hoursFrom);
  await run(db, 'DELETE FROM container_day_hours WHERE day < ?', hoursFrom);
  await run(db, "DELETE FROM workload_events WHERE at < ? AND type = 'scaled'", windowsFrom);
  await run(db, 'DELETE FROM workload_events WHERE at < ?', hoursFrom);
  await prunePodSpecs(db, hoursFrom);
  await pruneSignals(db, windowsFrom);
  meta.set('windows_from', windowsFrom);
  meta.set('hours_from', hoursFrom);
}
