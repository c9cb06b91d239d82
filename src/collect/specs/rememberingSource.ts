import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { PodRecord } from '../kubernetes/podRecord.ts';
import type { Inventory, SpecSource } from './inventory.ts';

/**
 * A pod that ended is in no list any more, while windows of its life are still sealed, or asked again for two
 * hours: so its specification is remembered a little longer than that.
 */
const REMEMBER_MS = 3 * HOUR_MS;

/**
 * Asks a source no more often than once in `refreshMs`, so that a catch-up over many batches is one listing
 * and not one for each, and remembers pods that have gone since.
 */
export function createRememberingSource(source: SpecSource, refreshMs: number): SpecSource {
  const lastSeen = new Map<string, { readonly record: PodRecord; readonly at: TimeMs }>();
  let last: { readonly at: TimeMs; readonly inventory: Inventory } | null = null;

  function withGone(inventory: Inventory, now: TimeMs): Inventory {
    for (const [uid, record] of inventory.pods) lastSeen.set(uid, { record, at: now });
    for (const [uid, { at }] of lastSeen) if (now - at > REMEMBER_MS) lastSeen.delete(uid);
    if (lastSeen.size === inventory.pods.size) return inventory;
    const pods = new Map([...lastSeen].map(([uid, { record }]) => [uid, record]));
    return { ...inventory, pods };
  }

  return {
    async read(now, signal) {
      if (last !== null && now - last.at < refreshMs && now >= last.at) return last.inventory;
      const inventory = withGone(await source.read(now, signal), now);
      last = { at: now, inventory };
      return inventory;
    },
    close: () => source.close(),
  };
}
