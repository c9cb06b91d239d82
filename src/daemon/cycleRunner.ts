import { rmSync } from 'node:fs';
import { isMainThread, parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { SYSTEM_DEPS } from '../collect/systemDeps.ts';
import { listReports } from '../collect/signals/listReports.ts';
import { SignalsFull } from '../store/signals.ts';
import type { Collector } from '../collect/collector.ts';
import { fleetProblems, fleetRecord } from '../cost/fleet.ts';
import { correctWindows } from '../cycle/correctWindows.ts';
import { firstLook } from '../cycle/firstLook.ts';
import { rebuildVerdicts } from '../cycle/rebuildVerdicts.ts';
import { catchUp, type CatchUpOptions, type CycleProgress } from '../cycle/catchUp.ts';
import { WorkingState } from '../store/cycleState.ts';
import {
  findDamage,
  openHistoryReader,
  openHistoryWriter,
  storeBackup,
} from '../engines/openHistory.ts';
import type { CostTable } from '../store/costTable.ts';
import { HistoryError, type HistoryWriter } from '../store/history.ts';
import { inTurn } from '../model/inTurn.ts';
import { spareMemory } from '../model/spareMemory.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import {
  composeSettings,
  detectorCodecs,
  type CycleConfig,
  type DaemonSettings,
} from './compose.ts';
import type { Config } from './config/schema.ts';
import {
  plainError,
  wire,
  type CycleCalls,
  type CycleReports,
  type ThreadData,
} from './cycleThread.ts';
import { openDryRunHistory } from './dryRunHistory.ts';
import { guardedCatchUp } from './guardedCatchUp.ts';
import { openOrRecover } from './recoverHistory.ts';
import { guardFile, StepGuard } from './stepGuard.ts';
import { summarize, type CycleSummary } from './cycleSummary.ts';
import type { DigestAnswer, DigestAsk } from './makeDigest.ts';
import { openCollector, standBy } from './collectors.ts';

export interface RunnerOptions {
  /** Named in the error of a process that finds the history locked. */
  readonly command: string;
  now(): TimeMs;
  /** Is given what went wrong although work can go on. */
  warn(problem: string): void;
  readonly signal: AbortSignal;
  /** Writes nothing and takes no lock; looks at the window that begins here. */
  readonly dryRunFrom?: TimeMs;
  /** Gets the end of the last sealed window once the history is open; the detectors' state, which takes longer, is read after. */
  opened?(watermark: TimeMs | null): void;
}

/**
 * Everything that a cycle needs, opened once: the collector, the history's writer (and with it the
 * lock), and the state that is carried from window to window. The daemon's worker thread, `once` and
 * `backfill` all work through one of these.
 */
export class CycleRunner {
  readonly #history: HistoryWriter;
  readonly #options: RunnerOptions;
  #settings: DaemonSettings;
  #collector: Collector;
  #state: WorkingState;
  #composedAt: TimeMs;
  /** Of the daemon: it goes on after a window that ends the process. */
  readonly #guard: StepGuard | null;
  /** What runs now; a collector that it uses must not be closed. */
  #running: Promise<unknown> = Promise.resolve();
  /** Settles when the collectors of older configurations are closed. */
  #replaced: Promise<unknown> = Promise.resolve();

  private constructor(
    history: HistoryWriter,
    options: RunnerOptions,
    settings: DaemonSettings,
    collector: Collector,
    state: WorkingState,
  ) {
    this.#history = history;
    this.#options = options;
    this.#settings = settings;
    this.#collector = collector;
    this.#state = state;
    this.#composedAt = options.now();
    const { command, warn } = options;
    this.#guard = command === 'run' ? StepGuard.open(guardFile(settings.config), warn) : null;
  }

  /** @throws HistoryError when the history cannot be opened, `locked` while another process has it. */
  static async open(loaded: CycleConfig, options: RunnerOptions): Promise<CycleRunner> {
    const settings = await compose(loaded, options);
    const { config } = settings;
    const collector = await openCollector(loaded, options);
    const history =
      options.dryRunFrom === undefined
        ? await openWriter(config, options)
        : await openDryRunHistory(config.history.path);
    try {
      if (options.opened !== undefined) options.opened(await history.watermark());
      const state = new WorkingState(await history.loadState(detectorCodecs(settings)));
      if (options.dryRunFrom !== undefined) state.watermark = options.dryRunFrom;
      else (await fleetProblems(config, openHistoryReader)).forEach(options.warn);
      return new CycleRunner(history, options, settings, collector, state);
    } catch (error) {
      await history.close();
      throw error;
    }
  }

  /** End of the last sealed window, or null. */
  get watermark(): TimeMs | null {
    return this.#state.watermark;
  }

  get historyStart(): TimeMs | null {
    return this.#state.historyStart;
  }

  /** The oldest time that the source still has data for, or null when unknown. */
  oldestData(signal: AbortSignal): Promise<TimeMs | null> {
    return this.#collector.oldestData(signal);
  }

  /** Seals every window up to `options.until`; see `catchUp`. */
  async catchUp(options: CatchUpOptions): Promise<CycleSummary> {
    const ports = { collector: this.#collector, history: this.#history };
    try {
      const cycle =
        this.#guard === null
          ? catchUp(ports, this.#state, this.#settings, options)
          : guardedCatchUp(this.#guard, ports, this.#state, this.#settings, options);
      const summary = summarize(await this.#run(cycle), ports.collector.takeWork());
      for (const { detector, windows, stack } of summary.failures)
        this.#options.warn(`Detector ${detector} failed on ${windows} windows: ${stack}`);
      return summary;
    } catch (error) {
      // The state may be ahead of what was recorded.
      await this.#reloadState();
      throw error;
    }
  }

  /** Asks again for windows since `since` that were sealed with partial data. */
  correct(since: TimeMs, until: TimeMs, signal: AbortSignal): Promise<number> {
    const ports = { collector: this.#collector, history: this.#history };
    const options = { since, until, signal };
    return this.#run(correctWindows(ports, this.#state, this.#settings, options));
  }

  /** Replays the verdicts from the last checkpoint before `from`; see `rebuildVerdicts`. */
  async rebuild(
    from: TimeMs,
    signal: AbortSignal,
    onProgress: (progress: CycleProgress) => void,
  ): Promise<number> {
    const { historyStart, watermark } = this.#state;
    if (historyStart === null || watermark === null) return 0;
    const ports = { collector: this.#collector, history: this.#history };
    const codecs = detectorCodecs(this.#settings);
    const options = { codecs, from, historyStart, watermark, signal, onProgress };
    const replayed = await this.#run(rebuildVerdicts(ports, this.#settings, options));
    await this.#reloadState();
    return replayed;
  }

  /** What the last hour before `until` cost by namespace, without recording anything. */
  firstLook(until: TimeMs, signal: AbortSignal): Promise<CostTable> {
    const { expectedSamples } = this.#state;
    return firstLook(this.#settings, this.#collector, expectedSamples, until, signal);
  }

  /** Makes the digest of a week, once; see `makeDigest`, which is loaded once a week. */
  async digest(ask: DigestAsk): Promise<DigestAnswer> {
    const { makeDigest } = await import('./makeDigest.ts');
    return this.#run(makeDigest(this.#settings, ask));
  }

  /** Drops what is older than the retention, and looks for new price lists. */
  async keepHouse(now: TimeMs): Promise<void> {
    const { windows, hours } = this.#settings.config.history.retention;
    // A clock that is ahead makes nothing old.
    const latest = Math.min(now, this.#state.watermark ?? now);
    const windowsFrom = Math.floor((latest - windows) / HOUR_MS) * HOUR_MS;
    const hoursFrom = Math.floor((latest - hours) / HOUR_MS) * HOUR_MS;
    await this.#history.prune({ windowsFrom, hoursFrom });
    await this.#takeReports(now);
    if (Math.abs(now - this.#composedAt) < HOUR_MS) return;
    this.#settings = await compose(this.#settings, this.#options);
    this.#composedAt = now;
  }

  /** Takes up what scanners found, for the next window; a scanner that cannot be read holds up nothing. */
  async #takeReports(now: TimeMs): Promise<void> {
    const { signal, warn } = this.#options;
    const { signals, problems } = await listReports(
      this.#settings.config,
      SYSTEM_DEPS,
      now,
      signal,
    );
    for (const problem of problems) warn(problem);
    try {
      if (signals.length > 0) await this.#history.recordSignals(signals);
    } catch (error) {
      if (!(error instanceof SignalsFull)) throw error;
      warn(`Reports of scanners: ${error.message}`);
    }
  }

  /** Writes a backup into the configured folder or bucket, reads it back, and drops old ones; returns where it is. */
  async backup(now: TimeMs): Promise<string | null> {
    const { backup, path } = this.#settings.config.history;
    const { signal } = this.#options;
    if (backup === undefined) return null;
    const write = async (file: string): Promise<void> => {
      await this.#history.backup(file);
      const problem = await findDamage(file, signal);
      if (problem === null) return;
      rmSync(file, { force: true });
      throw new Error(`The backup could not be read back: ${problem}`);
    };
    return storeBackup(backup, path, now, write, signal);
  }

  /**
   * Takes a new configuration into use with the next call; all that can fail is done before anything
   * changes, and what runs goes on with the old one.
   */
  async reconfigure(loaded: CycleConfig): Promise<void> {
    const settings = await compose(loaded, this.#options);
    const collector = await openCollector(loaded, this.#options);
    await this.#history
      .leaveForFleet(fleetRecord(settings.config))
      .catch(async (error: unknown) => {
        await collector.close();
        throw error;
      });
    const old = this.#collector;
    this.#settings = settings;
    this.#collector = collector;
    this.#composedAt = this.#options.now();
    // What runs may catch up for minutes, and a reload does not wait for it.
    const closed = this.#running.then(() => old.close());
    const failed = ({ message }: Error) => this.#options.warn(`An old source is open: ${message}`);
    this.#replaced = Promise.all([this.#replaced, closed.catch(failed)]);
  }

  /** Closes the collector and the history, and lets go of the lock. */
  async close(): Promise<void> {
    await this.#replaced;
    await this.#collector.close();
    await this.#history.close();
  }

  #run<T>(work: Promise<T>): Promise<T> {
    const ended = (): void => undefined;
    // Without what it came to: a window's snapshot and costs would be held until the next one.
    this.#running = work.then(ended, ended);
    return work;
  }

  async #reloadState(): Promise<void> {
    const codecs = detectorCodecs(this.#settings);
    this.#state = new WorkingState(await this.#history.loadState(codecs));
  }
}

function openWriter(
  config: Config,
  { command, now, warn, signal }: RunnerOptions,
): Promise<HistoryWriter> {
  const options = {
    path: config.history.path,
    command,
    clock: now,
    cluster: config.cluster,
    currency: config.pricing.currency,
    windowMs: config.schedule.window,
    fleet: fleetRecord(config),
  };
  // Only the daemon fills a history anew by itself.
  return command === 'run'
    ? openOrRecover(options, config.history, warn, signal)
    : openHistoryWriter(options);
}

async function compose(loaded: CycleConfig, options: RunnerOptions): Promise<DaemonSettings> {
  const { settings, problems } = await composeSettings(loaded, options.now(), options.signal);
  for (const problem of problems) options.warn(problem);
  return settings;
}

/** Errors that the next start may mend, and nothing before it. */
const UNUSABLE: ReadonlySet<HistoryError['code']> = new Set([
  'replaced',
  'corrupt',
  'not-a-database',
]);

/** The thread's own side: owns the collector and the history's writer, so that no batch holds up the event loop. */
async function serve(port: MessagePort): Promise<void> {
  const asked = Promise.withResolvers<CycleConfig>();
  const warn = (problem: string) => void daemon.warning.asEvent(problem);
  let helping = new AbortController();
  let helped: Promise<unknown> = Promise.resolve();
  const calls: Partial<CycleCalls> = {
    open: asked.resolve,
    standBy: (loaded) => {
      helping.abort();
      const [before, { signal }] = [helped, (helping = new AbortController())];
      const help = async (): Promise<void> => {
        await before;
        if (loaded !== null) await standBy(loaded, warn, signal);
      };
      helped = help().catch((error: unknown) => {
        if (!signal.aborted) warn(plainError(error).message);
      });
    },
  };
  const daemon = createBirpc<CycleReports, Partial<CycleCalls>>(calls, wire(port));
  const stop = new AbortController();
  let current = new AbortController();
  const oneByOne = inTurn();
  try {
    const loaded = await asked.promise;
    helping.abort();
    await helped;
    const opening = CycleRunner.open(loaded, {
      command: 'run',
      now: Date.now,
      warn,
      signal: stop.signal,
      opened: (watermark) => void daemon.opened.asEvent(watermark),
    });
    const call = <A extends unknown[], R>(
      work: (runner: CycleRunner, ...args: A) => Promise<R>,
    ) => {
      return (...args: A): Promise<R> => {
        const run = oneByOne(async () => {
          try {
            return await work(await opening, ...args);
          } finally {
            // Not when the call begins: one that waits is to be ended, too.
            current = new AbortController();
            spareMemory();
          }
        });
        run.catch((error: unknown) => {
          if (error instanceof HistoryError && UNUSABLE.has(error.code))
            void daemon.unusable.asEvent(error.message);
        });
        return run;
      };
    };
    Object.assign(calls, {
      catchUp: call((runner, ask) => {
        const onProgress = (progress: CycleProgress) => void daemon.progress.asEvent(progress);
        return runner.catchUp({ ...ask, recordsNoData: true, signal: current.signal, onProgress });
      }),
      firstLook: call((runner, until) => runner.firstLook(until, current.signal)),
      oldestData: call((runner) => runner.oldestData(current.signal)),
      digest: call((runner, ask) => runner.digest(ask)),
      keepHouse: call((runner, now) => runner.keepHouse(now)),
      backup: call((runner, now) => runner.backup(now)),
      close: call(async (runner) => {
        stop.abort();
        await runner.close();
        setImmediate(() => port.close());
      }),
      reconfigure: async (next) => (await opening).reconfigure(next),
      abort: () => current.abort(),
    } satisfies Omit<CycleCalls, 'open' | 'standBy'>);
    await opening;
  } catch (error) {
    await daemon.failed.asEvent(plainError(error));
    port.close();
  }
}

const data = workerData as Partial<ThreadData> | null;
if (!isMainThread && parentPort !== null && data?.thread === 'cycle') await serve(parentPort);
