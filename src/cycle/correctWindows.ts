import { podOwners } from '../detect/owners/podOwners.ts';
import { allocate } from '../cost/allocate.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { WindowCorrection } from '../store/history.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { REASK_MS } from '../store/observed.ts';
import { batchSize } from './plan.ts';
import type { CyclePorts, Settings } from './settings.ts';
import type { WorkingState } from '../store/cycleState.ts';

/**
 * Asks again for windows that were sealed with partial data, and replaces their usage and costs where
 * more is known now. Their verdicts stay: only `backfill --rebuild` changes the past's.
 *
 * @returns how many windows were replaced.
 */
export async function correctWindows(
  { collector, history }: CyclePorts,
  state: WorkingState,
  settings: Settings,
  options: { readonly since?: TimeMs; readonly until: TimeMs; readonly signal: AbortSignal },
): Promise<number> {
  const { config } = settings;
  const since = options.since ?? options.until - REASK_MS;
  const holes = await history.incompleteWindows(since, options.until);
  let corrected = 0;
  let last: Snapshot | null = null;
  for (let left = holes; left.length > 0;) {
    const batch = firstAdjoining(left, batchSize(config.schedule.window, last));
    left = left.slice(batch.length);
    const snapshots: readonly Snapshot[] = await collector.collect(
      batch,
      state.expectedSamples,
      options.signal,
    );
    last = snapshots.at(-1) ?? last;
    const corrections: WindowCorrection[] = snapshots.map((snapshot) => ({
      snapshot,
      costs: allocate(
        snapshot,
        priceNodes(snapshot, config.pricing, settings.priceLists),
        config.pricing,
      ),
      owners: podOwners(snapshot, config.owners.keys),
    }));
    corrected += await history.correctWindows(corrections);
  }
  return corrected;
}

/** The first windows that adjoin each other, at most `size`. */
function firstAdjoining(windows: readonly Window[], size: number): readonly Window[] {
  const gap = windows.findIndex(
    (window, index) => index > 0 && windows[index - 1]?.end !== window.start,
  );
  return windows.slice(0, Math.min(size, gap === -1 ? size : gap));
}
