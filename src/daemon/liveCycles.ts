import type { Logger } from 'pino';
import { outageText } from '../collect/collector.ts';
import type { Config } from './config/schema.ts';
import { costReport } from '../cost/report/costReport.ts';
import { renderCosts } from '../cost/report/renderCosts.ts';
import type { CycleProgress } from '../cycle/cycleForm.ts';
import { floorTo, formatTime, HOUR_MS, SECOND_MS, type TimeMs } from '../model/time.ts';
import { fromNano } from '../model/money.ts';
import type { Metrics } from '../serve/metrics.ts';
import type { CycleSupervisor } from './cycleSupervisor.ts';
import type { CycleSummary } from './cycleSummary.ts';
import type { NotifyPump } from './notifyPump.ts';
import { firstWindow } from './planBackfill.ts';
import { recordCycle } from './recordMetrics.ts';
import { SingleFlight } from './singleFlight.ts';

/** When Prometheus cannot be asked it is asked again this soon, not only at the next tick. */
const RETRY_MS = 30 * SECOND_MS;

export interface LiveCyclesParts {
  config(): Config;
  readonly cycles: CycleSupervisor;
  readonly pump: NotifyPump;
  readonly metrics: Metrics;
  readonly log: Logger;
  now(): TimeMs;
  /** Prints for people, on stdout. */
  print(text: string): void;
  /** Told after every run of cycles. */
  afterRun?(): void;
  readonly watermark: TimeMs | null;
  /** False until somebody was told of anything: till then windows are muted. */
  readonly announced: boolean;
}

/**
 * Keeps the history up to now. A new history is first filled with what Prometheus has, muted; what is
 * still open then is announced once. After that every tick seals what has become complete; after
 * downtime that is more than one window.
 */
export class LiveCycles {
  readonly #parts: LiveCyclesParts;
  readonly #flight = new SingleFlight();
  #watermark: TimeMs | null;
  #announced: boolean;
  #looked = false;
  #houseKeptAt = 0;
  #retry: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(parts: LiveCyclesParts) {
    this.#parts = parts;
    this.#watermark = parts.watermark;
    this.#announced = parts.announced;
  }

  get watermark(): TimeMs | null {
    return this.#watermark;
  }

  /** Seals what is complete, unless that is being done already. */
  tick(): void {
    if (this.#stopped) return;
    if (!this.#flight.start(() => this.#run()))
      this.#parts.log.debug('the last cycle still runs; this tick is left out');
  }

  /** No further cycle starts; the one that runs is ended between two batches. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#parts.cycles.abort();
    await this.#flight.settled();
  }

  showProgress({ sealed, planned, lastWindow, containers }: CycleProgress): void {
    if (planned < 3) return;
    const percent = Math.floor((100 * sealed) / planned);
    const until = formatTime(lastWindow.end);
    this.#parts.log.info({ percent, sealed, planned, until, containers }, 'catching up');
  }

  async #run(): Promise<void> {
    const { log, metrics } = this.#parts;
    try {
      let behind = true;
      while (behind && !this.#stopped) behind = await this.#cycle();
      await this.#keepHouse();
      this.#parts.afterRun?.();
    } catch (error) {
      if (this.#stopped) return;
      metrics.cycles.inc({ result: 'failed' });
      log.error({ err: error }, 'the cycle failed; it is tried again');
      this.#retryLater();
    }
  }

  /** One cycle. Returns true while there is more to seal. */
  async #cycle(): Promise<boolean> {
    const { cycles, metrics, pump, now } = this.#parts;
    const until = this.#completeUntil();
    const from = this.#watermark ?? (await this.#begin(until));
    if (from === null) return false;
    const startedAt = now();
    const summary = await cycles.call('catch-up', { from, until, muted: !this.#announced });
    this.#watermark = summary.watermark;
    recordCycle(metrics, summary, now() - startedAt);
    this.#report(summary, now() - startedAt);
    if (summary.outage !== null) {
      this.#retryLater();
      if (this.#announced) await pump.plan(now());
      return false;
    }
    if (this.#completeUntil() > until) return true;
    await pump.plan(now());
    this.#announced = true;
    return false;
  }

  /** Where a new history begins: as far back as Prometheus and the configuration reach. */
  async #begin(until: TimeMs): Promise<TimeMs | null> {
    const { cycles, config, log, metrics } = this.#parts;
    const { initialBackfill, window } = config().schedule;
    let oldest: TimeMs | null;
    try {
      await this.#lookFirst(until);
      oldest = await cycles.call('oldest-data', null);
    } catch (error) {
      if (this.#stopped) return null;
      metrics.sourceUp.set(0);
      log.error({ err: error }, 'Prometheus cannot be asked; it is asked again');
      this.#retryLater();
      return null;
    }
    metrics.sourceUp.set(1);
    const begins = oldest === null ? until - window : firstWindow(oldest, window);
    const from = Math.max(begins, until - initialBackfill);
    const start = floorTo(Math.min(from, until - window), window);
    log.info({ from: formatTime(start), until: formatTime(until) }, 'filling a new history');
    return start;
  }

  /** The first thing that somebody who installs Burnwatch sees: what the last hour cost. */
  async #lookFirst(until: TimeMs): Promise<void> {
    if (this.#looked) return;
    const { cycles, config, print } = this.#parts;
    const { cluster, pricing } = config();
    const table = await cycles.call('first-look', { until });
    this.#looked = true;
    const report = costReport(table, pricing, { cluster, by: ['namespace'] });
    print(`What the last hour cost in ${cluster}:\n\n${renderCosts(report, 'table')}\n`);
  }

  #completeUntil(): TimeMs {
    const { settle, window } = this.#parts.config().schedule;
    return floorTo(this.#parts.now() - settle, window);
  }

  #report(summary: CycleSummary, durationMs: number): void {
    const { log, config } = this.#parts;
    const { sealed, corrected, lost, watermark, outage, last } = summary;
    for (const { id, type, kind, severity, reason } of summary.events) {
      log.info({ finding: id, kind, severity, reason }, `finding ${type}`);
    }
    if (lost > 0)
      log.warn({ lost }, 'windows that Prometheus no longer holds were sealed as unknown');
    if (outage !== null) {
      const until = watermark === null ? null : formatTime(watermark);
      log.error({ code: outage.code, sealedUntil: until }, outageText(outage));
    }
    if (sealed + corrected === 0 || last === null || watermark === null) return;
    const cost = Math.round(fromNano(last.costNano) * 1e6) / 1e6;
    const { currency } = config().pricing;
    const { containers, coverage } = last;
    const fields = { sealed, corrected, until: formatTime(watermark), containers, coverage };
    log.info({ ...fields, cost, currency, durationMs }, 'sealed');
  }

  #retryLater(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (!this.#stopped) this.#retry = setTimeout(() => this.tick(), RETRY_MS);
  }

  async #keepHouse(): Promise<void> {
    const { cycles, now } = this.#parts;
    if (this.#stopped || now() - this.#houseKeptAt < HOUR_MS) return;
    await cycles.call('keep-house', { now: now() });
    this.#houseKeptAt = now();
  }
}
