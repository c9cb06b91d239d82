import type { Logger } from 'pino';
import { costReport } from '../cost/report/costReport.ts';
import { renderCosts } from '../cost/report/renderCosts.ts';
import type { Config } from './config/schema.ts';
import type { CycleProgress } from '../cycle/catchUp.ts';
import { floorTo, formatTime, HOUR_MS, MINUTE_MS, SECOND_MS, type TimeMs } from '../model/time.ts';
import type { CycleWork } from '../serve/deps.ts';
import type { Metrics } from '../serve/metrics.ts';
import type { CycleConfig } from './compose.ts';
import {
  CYCLE_HEAP,
  leading,
  loadCycleThread,
  startCycleThread,
  type CycleThread,
  type StartThread,
} from './cycleThread.ts';
import type { CycleSummary } from './cycleSummary.ts';
import type { DigestAnswer, DigestAsk } from './makeDigest.ts';
import type { NotifyPump } from './notifyPump.ts';
import { firstWindow } from './planBackfill.ts';
import { markDamaged } from './recoverHistory.ts';
import { reportCycle } from './reportCycle.ts';
import { SingleFlight, type Ticked } from './singleFlight.ts';
import { WindowClock } from './windowClock.ts';

/** After an outage Prometheus is queried again this soon, not only at the next tick. */
const RETRY_MS = 30 * SECOND_MS;
/** Two and a half intervals of the most seldom scrapes. */
const LONGEST_SCRAPES_MS = 2.5 * MINUTE_MS;
/** A crashed thread starts again after a pause, which doubles from the first to the longest. */
const FIRST_PAUSE_MS = SECOND_MS;
const LONGEST_PAUSE_MS = 60 * SECOND_MS;
/** A cycle that records no batch for so long hangs: slow sources give up long before. */
const STUCK_MS = 20 * MINUTE_MS;
/** After so many crashes in a row the whole process should be restarted. */
const UNHEALTHY_AFTER = 5;

export interface SupervisorParts {
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Is called while windows are being sealed. */
  readonly heartbeat?: { beat(): void };
  now(): TimeMs;
  /** Prints for people, on stdout. */
  print(text: string): void;
  /** For tests: milliseconds that only go on. */
  steady?(): number;
  /** For tests: how long a cycle may go without progress. */
  readonly stuckMs?: number;
  /** `loadCycleThread` by default. */
  readonly loadThread?: typeof loadCycleThread | undefined;
  /** For tests: what starts the thread, and the first limit of its heap. */
  readonly startThread?: StartThread;
  readonly heapMb?: number;
}

/** What is there only once the history is open. */
export interface LiveParts {
  readonly pump: NotifyPump;
  /** False until the first message was planned: till then windows are muted. */
  readonly announced: boolean;
  /** Is called after every run of cycles. */
  afterRun(): void;
}

/**
 * Keeps one cycle thread running, and has it keep the history up to now. A new history is first filled with
 * what Prometheus has, muted; what is still open then is announced once. After that every tick seals what has
 * become complete; after downtime that is more than one window.
 */
export class CycleSupervisor implements Ticked {
  readonly #parts: SupervisorParts;
  readonly #flight = new SingleFlight();
  #loaded: CycleConfig;
  #live: LiveParts | null = null;
  #thread: CycleThread | null = null;
  #starting: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | null = null;
  #crashes = 0;
  #heapMb: number;
  /** Monotonic: a clock that is set is no hang. */
  #progressAt = 0;
  #houseKeptAt = -Infinity;
  #unusable: string | null = null;
  #watermark: TimeMs | null = null;
  #lastWork: CycleWork | null = null;
  #announced = false;
  #looked = false;
  readonly #clock: WindowClock;
  #retry: NodeJS.Timeout | null = null;
  #stopped = false;

  private constructor(loaded: CycleConfig, parts: SupervisorParts) {
    this.#loaded = loaded;
    this.#parts = parts;
    const steady = parts.steady ?? (() => performance.now());
    this.#clock = new WindowClock(parts.now, steady, () => {
      const { window, settle } = this.#config.schedule;
      return 2 * window + settle + LONGEST_SCRAPES_MS;
    });
    this.#heapMb = parts.heapMb ?? CYCLE_HEAP.maxOldGenerationSizeMb;
  }

  /**
   * Starts the thread, and with it the history once this process leads. This first start is not tried again: its error is
   * the operator's to see.
   */
  static async start(
    loaded: () => CycleConfig,
    parts: SupervisorParts,
    waiting = leading(),
  ): Promise<CycleSupervisor> {
    const supervisor = new CycleSupervisor(loaded(), parts);
    const current = () => (supervisor.#loaded = loaded());
    supervisor.#watermark = await supervisor.#startThread(current, waiting);
    if (supervisor.#watermark !== null) supervisor.#clock.confirm(supervisor.#watermark, true);
    return supervisor;
  }

  /** End of the last sealed window. */
  get watermark(): TimeMs | null {
    return this.#watermark;
  }

  /** How far the last sealed window lies back, in milliseconds; null before there is one. */
  get lagMs(): number | null {
    return this.#watermark === null ? null : Math.max(0, this.#clock.now() - this.#watermark);
  }

  /** The time of messages and silences, whatever is done to the wall clock; null while that is in doubt. */
  get time(): TimeMs | null {
    return this.#clock.messageTime();
  }

  /** What the last cycle asked Prometheus for; null before it. */
  get lastWork(): CycleWork | null {
    return this.#lastWork;
  }

  /** Why the whole process should be restarted; null while it is well. */
  get unhealthyBecause(): string | null {
    if (this.#unusable !== null) return this.#unusable;
    if (this.#crashes < UNHEALTHY_AFTER) return null;
    return 'The cycle thread crashed several times in a row';
  }

  /** The history was found damaged: the next start moves it aside. */
  damaged(problem: string): void {
    this.#parts.log.error({ problem }, 'The history is damaged');
    markDamaged(this.#config.history.path, problem);
    this.#unusable ??= `The history is damaged: ${problem}`;
  }

  /** Writes a backup between two cycles. */
  backUp(): void {
    const { log, now } = this.#parts;
    if (this.#stopped || this.#thread === null) return;
    this.#thread.calls
      .backup(now())
      .then((file) => file === null || log.info({ file }, 'Backup written'))
      .catch((err: unknown) => log.error({ err }, 'Backup failed'));
  }

  /** From now on ticks seal windows. */
  goLive(live: LiveParts): void {
    this.#live = live;
    this.#announced = live.announced;
  }

  /** Seals what is complete, unless that is being done already. */
  tick(): void {
    const live = this.#live;
    if (this.#stopped || live === null) return;
    if (!this.#flight.start(() => this.#run(live)))
      this.#parts.log.debug('The last cycle still runs, tick skipped');
  }

  /** @throws Error when the thread is restarting, or crashes on the way. */
  async digest(ask: DigestAsk): Promise<DigestAnswer> {
    return this.#calls.digest(ask);
  }

  /** Uses another configuration from the next call on. */
  async reconfigure(loaded: CycleConfig): Promise<void> {
    const { config, thresholds, configHash } = loaded;
    await this.#thread?.calls.reconfigure({ config, thresholds, configHash });
    this.#loaded = loaded;
  }

  /** No further cycle starts; the one that runs is ended between two batches. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#thread?.calls.abort().catch(() => undefined);
    await this.#flight.settled();
  }

  /** Closes the history and ends the thread, hard after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    await this.#starting;
    await this.#thread?.close(timeoutMs);
    this.#thread = null;
  }

  get #config(): Config {
    return this.#loaded.config;
  }

  get #calls(): CycleThread['calls'] {
    if (this.#thread === null) throw new Error('The cycle thread is restarting');
    return this.#thread.calls;
  }

  async #run(live: LiveParts): Promise<void> {
    const { log, metrics } = this.#parts;
    try {
      let isBehind = true;
      while (isBehind && !this.#stopped) isBehind = await this.#cycle(live);
      await this.#keepHouse();
      live.afterRun();
    } catch (error) {
      if (this.#stopped) return;
      metrics.cycles.inc({ result: 'failed' });
      log.error({ err: error }, 'Cycle failed, retrying');
      this.#retryLater();
    }
  }

  /** One cycle. Returns true while there is more to seal. */
  async #cycle({ pump }: LiveParts): Promise<boolean> {
    const { metrics, log, heartbeat, now } = this.#parts;
    const until = this.#completeUntil();
    const from = this.#watermark ?? (await this.#begin(until));
    if (from === null) return false;
    const startedAt = now();
    const watchdog = this.#watch();
    let summary: CycleSummary;
    try {
      summary = await this.#calls.catchUp({ from, until, muted: !this.#announced });
    } finally {
      clearInterval(watchdog);
    }
    this.#crashes = 0;
    this.#watermark = summary.watermark;
    const newest = summary.last?.newestSample ?? null;
    // Where the store has nothing newer, that is an outage, too.
    const isNewest = summary.outage === null || summary.outage.code === 'no-data';
    if (newest !== null) this.#clock.confirm(newest, isNewest);
    const windows = summary.sealed + summary.corrected;
    if (windows > 0) this.#lastWork = { ...summary.work, windows };
    const { budgets, pricing } = this.#config;
    const { currency } = pricing;
    reportCycle(summary, { metrics, log, currency, budgets, durationMs: now() - startedAt });
    if (summary.sealed > 0) heartbeat?.beat();
    if (summary.outage !== null) {
      this.#retryLater();
      // A store that does not answer tells nothing of the time: its outage is news all the same.
      if (this.#announced) await this.#plan(pump, isNewest ? null : now());
      return false;
    }
    if (this.#completeUntil() > until) return true;
    this.#announced = (await this.#plan(pump)) || this.#announced;
    // The samples of the last window are not there yet.
    if (summary.watermark === null || summary.watermark < until) this.#retryLater();
    return false;
  }

  /** @param inDoubt the time where nothing confirms one. @returns false: what is new is said later. */
  async #plan(pump: NotifyPump, inDoubt: TimeMs | null = null): Promise<boolean> {
    const time = this.#clock.messageTime() ?? inDoubt;
    if (time !== null) await pump.plan(time);
    return time !== null;
  }

  /** Where a new history begins: as far back as Prometheus and the configuration reach. */
  async #begin(until: TimeMs): Promise<TimeMs | null> {
    const { log, metrics } = this.#parts;
    const { initialBackfill, window } = this.#config.schedule;
    let oldest: TimeMs | null;
    try {
      await this.#lookFirst(until);
      oldest = await this.#calls.oldestData();
    } catch (error) {
      if (this.#stopped) return null;
      metrics.sourceUp.set(0);
      log.error({ err: error }, 'Prometheus query failed, retrying');
      this.#retryLater();
      return null;
    }
    metrics.sourceUp.set(1);
    const begins = oldest === null ? until - window : firstWindow(oldest, window);
    const from = Math.max(begins, until - initialBackfill);
    const start = floorTo(Math.min(from, until - window), window);
    log.info({ from: formatTime(start), until: formatTime(until) }, 'Filling a new history');
    return start;
  }

  /** Shows a new installation at once what the last hour cost. */
  async #lookFirst(until: TimeMs): Promise<void> {
    if (this.#looked) return;
    const { cluster, pricing } = this.#config;
    const table = await this.#calls.firstLook(until);
    this.#looked = true;
    const report = costReport(table, pricing, { cluster, by: ['namespace'] });
    this.#parts.print(`Costs of the last hour in ${cluster}:\n\n${renderCosts(report, 'table')}\n`);
  }

  /** Ends a cycle that makes no progress; it is started again with a new thread. */
  #watch(): NodeJS.Timeout {
    const { stuckMs = STUCK_MS, log } = this.#parts;
    const thread = this.#thread;
    this.#progressAt = performance.now();
    const watchdog = setInterval(() => {
      if (performance.now() - this.#progressAt < stuckMs) return;
      clearInterval(watchdog);
      const after = this.#watermark === null ? 'the start' : formatTime(this.#watermark);
      const reason = `The cycle after ${after} made no progress for ${stuckMs / SECOND_MS} s`;
      log.error({ after }, 'Cycle hangs, ending its thread');
      thread?.kill(reason);
    }, stuckMs / 10);
    return watchdog;
  }

  #completeUntil(): TimeMs {
    const { settle, window } = this.#config.schedule;
    return floorTo(this.#clock.now() - settle, window);
  }

  #retryLater(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (!this.#stopped) this.#retry = setTimeout(() => this.tick(), RETRY_MS);
  }

  async #keepHouse(): Promise<void> {
    const { now } = this.#parts;
    if (this.#stopped || performance.now() - this.#houseKeptAt < HOUR_MS) return;
    await this.#calls.keepHouse(now());
    this.#houseKeptAt = performance.now();
  }

  #showProgress({ sealed, planned, lastWindow, containers }: CycleProgress): void {
    this.#progressAt = performance.now();
    this.#parts.heartbeat?.beat();
    if (planned < 3) return;
    const percent = Math.floor((100 * sealed) / planned);
    const until = formatTime(lastWindow.end);
    this.#parts.log.info({ percent, sealed, planned, until, containers }, 'Catching up');
  }

  async #startThread(
    loaded: () => CycleConfig = () => this.#loaded,
    waiting = leading(),
  ): Promise<TimeMs | null> {
    const { log } = this.#parts;
    const reports = {
      progress: (progress: CycleProgress) => this.#showProgress(progress),
      warning: (problem: string) => log.warn(problem),
      unusable: (reason: string) => {
        log.error({ reason }, 'The history cannot be used any more');
        this.#unusable = reason;
      },
    };
    const { loadThread = loadCycleThread, startThread } = this.#parts;
    const start = startThread ?? startCycleThread.bind(null, loadThread(this.#heapMb));
    const thread = await start(loaded, reports, waiting);
    this.#thread = thread;
    void thread.ended.then((error) => this.#crashed(error));
    return thread.watermark;
  }

  #crashed(err: Error): void {
    this.#thread = null;
    if (this.#stopped) return;
    const { metrics, log } = this.#parts;
    if ((err as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      this.#heapMb *= 2;
      log.warn({ heapMb: this.#heapMb }, 'The cycle thread gets a larger heap');
    }
    const restartInMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#crashes);
    this.#crashes += 1;
    metrics.threadCrashes.inc();
    log.error({ err, restartInMs }, 'Cycle thread crashed, restarting');
    this.#restart = setTimeout(() => {
      this.#starting = this.#startAgain();
    }, restartInMs);
  }

  async #startAgain(): Promise<void> {
    try {
      await this.#startThread();
      this.#parts.log.info('Cycle thread runs again');
      this.tick();
    } catch (error) {
      this.#crashed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
