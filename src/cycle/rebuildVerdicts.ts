import type { DetectorCodecs, WindowRecord } from '../store/history.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { formatTime, type TimeMs } from '../model/time.ts';
import { batchSize, containersIn, windowsBetween } from './plan.ts';
import type { CycleProgress } from './catchUp.ts';
import { runWindow } from './runWindow.ts';
import { withSignals } from './takeSignals.ts';
import type { CyclePorts, Settings } from './settings.ts';
import { WorkingState } from '../store/cycleState.ts';

export interface RebuildOptions {
  readonly codecs: DetectorCodecs;
  /** Replays from the last daily checkpoint at or before this. */
  readonly from: TimeMs;
  /** The current state's: where the history begins, and how far it is sealed. */
  readonly historyStart: TimeMs;
  readonly watermark: TimeMs;
  readonly signal: AbortSignal;
  onProgress(progress: CycleProgress): void;
}

/**
 * Replays the verdicts of sealed windows with the thresholds and detectors of today: the windows are
 * observed again, usage and costs stay as recorded, and nothing changes before all of it is done.
 *
 * @returns how many windows were replayed.
 * @throws Error when Prometheus no longer holds a window that has to be replayed, or a detector fails on one.
 */
export async function rebuildVerdicts(
  { collector, history }: CyclePorts,
  settings: Settings,
  options: RebuildOptions,
): Promise<number> {
  const { signal, watermark, historyStart } = options;
  const length = settings.config.schedule.window;
  const replay = await history.replayVerdicts(options.from, options.codecs);
  const state = new WorkingState(replay.state);
  const windows = windowsBetween(state.watermark ?? historyStart - length, watermark, length);
  const oldest = await collector.oldestData(signal);
  const first = windows[0];
  if (first !== undefined && oldest !== null && first.end <= oldest) {
    throw new Error(
      `the verdicts cannot be replayed: that would begin at ${formatTime(first.start)}, and Prometheus holds data only from ${formatTime(oldest)} on`,
    );
  }
  let done = 0;
  let last: Snapshot | null = null;
  while (done < windows.length) {
    const batch = windows.slice(done, done + batchSize(length, last));
    const snapshots = await collector.collect(batch, state.expectedSamples, signal);
    const records: Pick<WindowRecord, 'change' | 'events' | 'muted'>[] = [];
    for (const seen of snapshots) {
      const snapshot = withSignals(seen, await replay.signalsAt(seen.window.end));
      const actions = await replay.actionsAt(snapshot.window.end);
      const { change, events, failures } = runWindow(snapshot, state, settings, actions);
      const [failure] = failures;
      if (failure !== undefined)
        throw new Error(
          `the verdicts stay as they were, since the detector ${failure.detector} failed on ${formatTime(seen.window.start)}`,
          { cause: failure.error },
        );
      state.apply(change);
      // What is new in the past is no news: whatever is still open is announced as such.
      records.push({ change, events, muted: true });
    }
    signal.throwIfAborted();
    replay.add(records);
    done += records.length;
    const newest = snapshots.at(-1);
    if (newest === undefined) break;
    last = newest;
    options.onProgress({
      sealed: done,
      planned: windows.length,
      lastWindow: newest.window,
      containers: containersIn(newest),
      findings: state.openFindings.length,
    });
  }
  await replay.commit();
  return done;
}
