import type { Collector } from '../collect/collector.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { batchSize, lostWindow } from './plan.ts';
import type { Settings } from './settings.ts';

/** A batch of windows as they were observed. */
export interface Observed {
  readonly windows: readonly Window[];
  readonly snapshots: readonly Snapshot[];
  /** How many of them the source no longer holds; they come first. */
  readonly lost: number;
}

/** What observing needs. */
interface Source {
  readonly collector: Collector;
  readonly settings: Settings;
  /** Where the source's data begin, or null when unknown. */
  readonly oldest: TimeMs | null;
  readonly signal: AbortSignal;
}

/**
 * Observes windows batch by batch, one batch ahead: while one is judged and sealed, the source works out the
 * answers for the next. A failure to observe surfaces when its batch is asked for, so that what came before it
 * is sealed. When the consumer stops early, what is under way is aborted.
 */
export async function* observeAhead(
  source: Source,
  windows: readonly Window[],
  expected: ExpectedSamples,
): AsyncGenerator<Observed> {
  const stop = new AbortController();
  const signal = AbortSignal.any([source.signal, stop.signal]);
  const from = (start: number, last: Snapshot | null): Promise<Observed> | null => {
    const size = batchSize(source.settings.config.schedule.window, containersIn(last));
    const batch = windows.slice(start, start + size);
    if (batch.length === 0) return null;
    const observed = observe({ ...source, signal }, batch, last?.expectedSamples ?? expected);
    // It is awaited when its turn comes, or never.
    observed.catch(() => undefined);
    return observed;
  };
  let ahead = from(0, null);
  try {
    for (let done = 0; ahead !== null;) {
      const observed: Observed = await ahead;
      done += observed.windows.length;
      ahead = from(done, observed.snapshots.at(-1) ?? null);
      yield observed;
    }
  } finally {
    stop.abort();
    await ahead?.catch(() => undefined);
  }
}

/** Collects a batch; windows that the source no longer holds come back as lost. */
async function observe(
  { collector, settings, oldest, signal }: Source,
  batch: readonly Window[],
  expected: ExpectedSamples,
): Promise<Observed> {
  const gone = batch.filter(({ end }) => oldest !== null && end <= oldest);
  const held = batch.slice(gone.length);
  const lost = gone.map((window) => lostWindow(settings.config.cluster, window, expected));
  const snapshots = held.length === 0 ? [] : await collector.collect(held, expected, signal);
  return { windows: batch, snapshots: [...lost, ...snapshots], lost: gone.length };
}

/** Containers of a snapshot; before the first one, a guess that keeps the first batch moderate. */
export function containersIn(snapshot: Snapshot | null): number {
  if (snapshot === null) return 10_000;
  return snapshot.pods.reduce((sum, pod) => sum + pod.containers.length, 0);
}
