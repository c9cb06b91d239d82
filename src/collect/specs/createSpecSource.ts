import type { CollectConfig, WorkloadsConfig } from '../config.ts';
import { isApiAtHand, type Machine } from '../kubernetes/api/connect.ts';
import type { ClientDeps } from '../prometheus/client.ts';
import { createApiSource } from './apiSource.ts';
import { createFileSource } from './fileSource.ts';
import type { Inventory, SpecSource } from './inventory.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { PodRecord } from '../kubernetes/podRecord.ts';

/** What decides about a source besides the configuration. */
export interface SpecSourceDeps extends Machine, Pick<ClientDeps, 'sleep' | 'random'> {}

/**
 * The source of specifications that the configuration asks for; null for metrics alone. `auto` asks the
 * Kubernetes API where there is one to ask (see docs/workload-sources.md).
 */
export function createSpecSource(
  config: Pick<CollectConfig, 'workloads' | 'schedule'>,
  deps: SpecSourceDeps,
): SpecSource | null {
  const { workloads, schedule } = config;
  const source = bareSource(workloads, deps);
  // Half a window: every cycle lists anew, and no cycle twice.
  return source === null ? null : createRememberingSource(source, schedule.window / 2);
}

function bareSource(workloads: WorkloadsConfig, deps: SpecSourceDeps): SpecSource | null {
  switch (workloads.source) {
    case 'prometheus':
      return null;
    case 'file':
      return workloads.path === undefined ? null : createFileSource(workloads.path);
    case 'auto':
      if (!isApiAtHand(workloads, deps)) return null;
      break;
    case 'kubernetes':
      break;
  }
  return createApiSource(workloads, deps, deps);
}

/**
 * A pod that ended is in no list any more, while windows of its life are still sealed, or asked again for two
 * hours: so its specification is remembered a little longer than that.
 */
const REMEMBER_MS = 3 * HOUR_MS;

/**
 * Asks a source no more often than once in `refreshMs`, so that a catch-up over many batches is one listing
 * and not one for each, and remembers pods that have gone since. Who asks while it lists waits for that, by the signal of
 * who came first.
 */
function createRememberingSource(source: SpecSource, refreshMs: number): SpecSource {
  const lastSeen = new Map<string, { readonly record: PodRecord; readonly at: TimeMs }>();
  let last: { readonly at: TimeMs; readonly inventory: Inventory } | null = null;
  let listing: Promise<Inventory> | null = null;

  function withGone(inventory: Inventory, now: TimeMs): Inventory {
    for (const [uid, record] of inventory.pods) lastSeen.set(uid, { record, at: now });
    for (const [uid, { at }] of lastSeen) if (now - at > REMEMBER_MS) lastSeen.delete(uid);
    if (lastSeen.size === inventory.pods.size) return inventory;
    const pods = new Map([...lastSeen].map(([uid, { record }]) => [uid, record]));
    return { ...inventory, pods };
  }

  async function list(now: TimeMs, signal: AbortSignal): Promise<Inventory> {
    try {
      const inventory = withGone(await source.read(now, signal), now);
      last = { at: now, inventory };
      return inventory;
    } finally {
      listing = null;
    }
  }

  return {
    async read(now, signal) {
      if (last !== null && now - last.at < refreshMs && now >= last.at) return last.inventory;
      // Questions that are answered in one thread ask at the same time.
      return (listing ??= list(now, signal));
    },
    close: () => source.close(),
  };
}
