import { schedule as scheduleCron } from 'node-cron';
import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';

/** Who is told that it is time; what is already at work leaves a tick out. */
export interface Ticked {
  tick(): void;
}

/** A running schedule. */
export interface Ticks {
  destroy(): Promise<void>;
}

/**
 * Starts the schedule. It only ticks: that one cycle or digest is made at a time is seen to elsewhere,
 * and what a sleeping machine or a blocked process missed is caught up with the next tick, so that a
 * missed one is no news.
 */
export function scheduleTicks(
  { cycle, digest, timezone }: Config['schedule'],
  parties: { readonly cycle: Ticked; readonly digest: Ticked },
  log: Logger,
): Ticks {
  // By default the library prints on its own, in a form of its own.
  const logger = {
    info: (message: string) => log.debug(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(message),
    debug: () => undefined,
  };
  const options = { timezone, logger, suppressMissedWarning: true };
  const tasks = [
    scheduleCron(cycle, () => parties.cycle.tick(), options),
    scheduleCron(digest, () => parties.digest.tick(), options),
  ];
  return {
    destroy: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}
