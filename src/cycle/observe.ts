import type { Collector } from '../collect/collector.ts';
import { COVERED_INTERVALS } from '../collect/measure/samples.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import { MINUTE_MS, type TimeMs, type Window } from '../model/time.ts';
import { batchSize, lostWindow, windowsBetween } from './plan.ts';
import type { Settings } from './settings.ts';

/** A batch of windows as they were observed. */
export interface ObservedBatch {
  readonly windows: readonly Window[];
  /** One a window, without those beyond the newest sample. */
  readonly snapshots: readonly Snapshot[];
  /** How many of them the source no longer holds; they come first. */
  readonly lost: number;
  /** Windows that end after the source's newest sample: they cannot be sealed yet, and no batch follows. */
  readonly beyond: readonly Snapshot[];
}

/** Exporters that are scraped more seldom tell too little of a window. */
const LONGEST_INTERVAL_MS = MINUTE_MS;

/** What observing needs. */
interface Source {
  readonly collector: Collector;
  readonly settings: Settings;
  /** Where the source's data begin, or null when unknown. */
  readonly oldest: TimeMs | null;
  readonly signal: AbortSignal;
}

interface BatchSource extends Source {
  /** End of the last window that is planned. */
  readonly until: TimeMs;
}

/**
 * Observes windows batch by batch, one batch ahead: while one is judged and sealed, the source works out the
 * answers for the next. A failure to observe surfaces when its batch is asked for, so that what came before it
 * is sealed. When the consumer stops early, what is under way is aborted.
 */
export async function* observeAhead(
  source: Source,
  { start, end }: Window,
  expected: ExpectedSamples,
): AsyncGenerator<ObservedBatch> {
  const stop = new AbortController();
  const signal = AbortSignal.any([source.signal, stop.signal]);
  const { window: length } = source.settings.config.schedule;
  const observeFrom = (from: TimeMs, last: Snapshot | null): Promise<ObservedBatch> | null => {
    const size = batchSize(length, last);
    const batch = windowsBetween(from, Math.min(end, from + size * length), length);
    if (batch.length === 0) return null;
    const asking = { ...source, signal, until: end };
    const observed = observe(asking, batch, last?.expectedSamples ?? expected);
    // It is awaited when its turn comes, or never.
    observed.catch(() => undefined);
    return observed;
  };
  let ahead = observeFrom(start, null);
  try {
    while (ahead !== null) {
      const observed: ObservedBatch = await ahead;
      const next = observed.windows.at(-1)?.end ?? end;
      const last = observed.snapshots.at(-1) ?? null;
      ahead = observed.beyond.length > 0 ? null : observeFrom(next, last);
      yield observed;
    }
  } finally {
    stop.abort();
    await ahead?.catch(() => undefined);
  }
}

/** Collects a batch; windows that the source no longer holds come back as lost. */
async function observe(
  { collector, settings, oldest, until, signal }: BatchSource,
  batch: readonly Window[],
  expected: ExpectedSamples,
): Promise<ObservedBatch> {
  const gone = batch.filter(({ end }) => oldest !== null && end <= oldest);
  const held = batch.slice(gone.length);
  const lost = gone.map((window) => lostWindow(settings.config.cluster, window, expected));
  const seen = held.length === 0 ? [] : await collector.collect(held, expected, signal);
  const sealable = await countSealable(seen, { collector, until, signal });
  return {
    windows: batch,
    snapshots: [...lost, ...seen.slice(0, sealable)],
    lost: gone.length,
    beyond: seen.slice(sealable),
  };
}

/**
 * How many of a batch's windows the source's newest sample lies behind. What shows nothing and is followed by data is a
 * gap; what is followed by none may not have happened yet, whatever the clock says.
 */
async function countSealable(
  snapshots: readonly Snapshot[],
  { collector, until, signal }: Pick<BatchSource, 'collector' | 'until' | 'signal'>,
): Promise<number> {
  const sealable = snapshots.findLastIndex((snapshot) => !isBeyond(snapshot)) + 1;
  const last = snapshots.at(-1);
  if (sealable === snapshots.length || last === undefined) return sealable;
  // Samples that are not believed tell the time, too.
  const since = Math.max((last.newestSample ?? 0) + 1, last.window.end - toleranceMs(last));
  return (await collector.hasDataAfter(since, until, signal)) ? snapshots.length : sealable;
}

function isBeyond(snapshot: Snapshot): boolean {
  const { newestSample, window } = snapshot;
  if (newestSample === undefined) return false;
  return newestSample === null || newestSample < window.end - toleranceMs(snapshot);
}

/** How long before the end of a window its last sample may lie. */
function toleranceMs({ scrapes, window }: Snapshot): TimeMs {
  const known = [scrapes?.usageMs ?? 0, scrapes?.kubeMs ?? 0].filter((ms) => ms > 0);
  const intervalMs = known.length === 0 ? LONGEST_INTERVAL_MS : Math.max(...known);
  return Math.min(COVERED_INTERVALS * intervalMs, window.end - window.start);
}
