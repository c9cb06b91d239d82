import { podOwners } from '../detect/owners/podOwners.ts';
import { allocate } from '../cost/allocate.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import type { WindowCorrection } from '../store/history.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { REASK_MS } from '../store/observed.ts';
import { containersIn } from './observe.ts';
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
  const size = batchSize(config.schedule.window, state.expectedSamples.pods ?? containersIn(null));
  let corrected = 0;
  for (const batch of adjoining(holes, size)) {
    const snapshots = await collector.collect(batch, state.expectedSamples, options.signal);
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

/** Splits windows into runs that adjoin each other, none longer than `size`. */
function adjoining(windows: readonly Window[], size: number): readonly (readonly Window[])[] {
  const runs: Window[][] = [];
  for (const window of windows) {
    const run = runs.at(-1);
    if (run !== undefined && run.length < size && run.at(-1)?.end === window.start)
      run.push(window);
    else runs.push([window]);
  }
  return runs;
}
