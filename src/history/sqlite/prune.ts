import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Db } from './database.ts';
import type { MetaTable } from './metaTable.ts';

/**
 * Drops window rows before the hour of `windowsFrom`, and hours before the day of `hoursFrom`. Days,
 * findings, events and what operators did are kept.
 */
export function pruneHistory(
  db: Db,
  meta: MetaTable,
  keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs },
): void {
  const windowsFrom = floorTo(keep.windowsFrom, HOUR_MS);
  const hoursFrom = floorTo(keep.hoursFrom, DAY_MS);
  db.prepare('DELETE FROM usage_pages WHERE hour < ?').run(windowsFrom);
  db.prepare('DELETE FROM node_windows WHERE hour < ?').run(windowsFrom);
  db.prepare('DELETE FROM containers WHERE last_hour < ?').run(windowsFrom);
  db.prepare('DELETE FROM ops_windows WHERE start < ?').run(windowsFrom);
  db.prepare('DELETE FROM cost_hours WHERE day < ?').run(hoursFrom);
  db.prepare('DELETE FROM node_hours WHERE day < ?').run(hoursFrom);
  meta.set('windows_from', Math.max(windowsFrom, meta.get('windows_from') ?? 0));
  meta.set('hours_from', Math.max(hoursFrom, meta.get('hours_from') ?? 0));
}
