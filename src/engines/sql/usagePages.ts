import type { TimeMs } from '../../model/time.ts';
import { OpenPages, type StoredSlot } from '../../store/pages/openSlots.ts';
import type { OpenSlots } from '../../store/pages/pageBuffer.ts';
import { BlockReader, rowsOf } from '../../store/pages/pageBlock.ts';
import type { KeyedPage, PageCodec } from '../../store/pages/pageCodec.ts';
import { sql, raw, put, inNumbers, type Db } from './db.ts';

/** The windows of one container (`key`) in an hour. */
export interface UsagePage extends KeyedPage {
  readonly hour: TimeMs;
}

/**
 * Windows of hours, by container; of some containers only where they are named. They are best read in this order: then
 * each stored row is unpacked once.
 *
 * @param from the first slot that is read of hours that are not over
 */
export async function readUsagePages(
  db: Db,
  codec: PageCodec,
  hours: readonly TimeMs[],
  containers: readonly number[] | null = null,
  from = 0,
): Promise<readonly UsagePage[]> {
  const isOfRows =
    containers === null
      ? raw('TRUE')
      : sql`container ${inNumbers([...new Set(containers.flatMap(rowsOf))])}`;
  const rows = await db.all<{ hour: TimeMs; container: number; page: Uint8Array }>`
    SELECT hour, container, page FROM usage_pages
    WHERE hour ${inNumbers(hours)} AND ${isOfRows}
    ORDER BY hour, container`;
  const wanted = containers === null ? null : new Set(containers);
  const blocks = new BlockReader(codec);
  const found = rows.flatMap(({ hour, container, page }): readonly UsagePage[] =>
    blocks
      .pagesOf({ key: container, page })
      .filter(({ key }) => wanted?.has(key) !== false)
      .map((one) => ({ hour, ...one })),
  );
  const open = await db.all<StoredSlot & { hour: TimeMs }>`
    SELECT hour, slot, page FROM open_windows
    WHERE hour ${inNumbers(hours)} AND slot >= ${from} ORDER BY hour, slot`;
  for (const [hour, slots] of Map.groupBy(open, (slot) => slot.hour)) {
    const pages = OpenPages.of(codec, slots);
    for (const key of pages.keys())
      if (wanted?.has(key) !== false)
        found.push({ hour, key, read: (spare) => pages.page(key, spare) });
  }
  return found;
}

/** The windows of hours that are not over. */
export function openSlots(db: Db): OpenSlots {
  return {
    load: (hour) =>
      db.all<StoredSlot>`SELECT slot, page FROM open_windows WHERE hour = ${hour} ORDER BY slot`,
    put: (hour, slots) =>
      put(db, 'open_windows', ['hour', 'slot'], ...slots.map((slot) => ({ hour, ...slot }))),
    remove: async (hour) => void (await db.run`DELETE FROM open_windows WHERE hour = ${hour}`),
  };
}
