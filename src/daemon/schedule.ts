import { schedule as scheduleCron } from 'node-cron';
import type { Logger } from 'pino';
import type { BillImports } from './billImports.ts';
import type { Config } from './config/schema.ts';

/** Is called when its time has come; one that is still at work leaves the tick out. */
export interface Ticked {
  tick(): void;
}

/** A running schedule. */
export interface Schedule {
  destroy(): Promise<void>;
}

/**
 * Starts the schedule. It only ticks: each party runs one piece of work at a time (`SingleFlight`), and the
 * next tick catches up what a sleeping machine or a blocked process missed.
 */
export function startSchedule(
  { schedule, bills, history }: Pick<Config, 'schedule' | 'bills' | 'history'>,
  parties: Readonly<Record<'cycle' | 'digest' | 'backup', Ticked>> & {
    readonly bills: BillImports;
  },
  log: Logger,
): Schedule {
  // By default the library prints on its own, in a form of its own.
  const logger = {
    info: (message: string) => log.debug(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(message),
    debug: () => undefined,
  };
  const { cycle, digest, timezone } = schedule;
  const options = { timezone, logger, suppressMissedWarning: true };
  const tasks = [
    scheduleCron(cycle, () => parties.cycle.tick(), options),
    scheduleCron(digest, () => parties.digest.tick(), options),
    ...bills.map((bill) => scheduleCron(bill.schedule, () => parties.bills.tick(bill), options)),
    ...(history.backup === undefined
      ? []
      : [scheduleCron(history.backup.schedule, () => parties.backup.tick(), options)]),
  ];
  return {
    destroy: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}

/** Runs one piece of work at a time: a call while one is in flight is rejected. */
export class SingleFlight {
  #inFlight: Promise<void> | null = null;

  /**
   * Starts `work` unless some is in flight; returns false then.
   * @param work must handle its own errors: what it rejects with is dropped.
   */
  start(work: () => Promise<void>): boolean {
    if (this.#inFlight !== null) return false;
    this.#inFlight = work()
      .catch(() => undefined)
      .finally(() => {
        this.#inFlight = null;
      });
    return true;
  }

  /** Resolves when nothing is in flight any more, however it ended. */
  async settled(): Promise<void> {
    await this.#inFlight;
  }
}
