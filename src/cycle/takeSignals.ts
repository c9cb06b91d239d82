import type { Signal } from '../model/signal.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { HistoryWriter } from '../store/history.ts';

/**
 * The signals that wait, by the window that takes each up: the first of these that ends after it. What came too late
 * for its own window belongs to the next one that is sealed; the history keeps which, for replays.
 */
export async function signalsFor(
  snapshots: readonly Snapshot[],
  history: Pick<HistoryWriter, 'pendingSignals'>,
): Promise<readonly (readonly Signal[])[]> {
  const ends = snapshots.map(({ window }) => window.end);
  const until = ends.at(-1);
  if (until === undefined) return [];
  const taken: Signal[][] = ends.map(() => []);
  for (const signal of await history.pendingSignals(until))
    taken[ends.findIndex((end) => signal.at < end)]?.push(signal);
  return taken;
}

/** A window with the signals that it takes up. */
export function withSignals(snapshot: Snapshot, signals: readonly Signal[]): Snapshot {
  return signals.length === 0 ? snapshot : { ...snapshot, signals };
}
