import { schedule as scheduleCron } from 'node-cron';
import type { Logger } from 'pino';
import { SECOND_MS } from '../model/time.ts';
import type { Config } from './config/schema.ts';
import type { BillConfig, ExportConfig } from '../cost/config.ts';
import type { Ticked, WorkQueue } from './singleFlight.ts';

/** The wall clock was set by this much, or the machine slept: a clock that is corrected gently goes by less. */
const JUMP_MS = 2_000;

/** A running schedule. */
export interface Schedule {
  destroy(): Promise<void>;
}

/** So often it is looked whether the clock was set. */
const LOOK_MS = 5 * SECOND_MS;

/**
 * Starts the schedule. It only ticks: each party runs one piece of work at a time (`SingleFlight`), and the
 * next tick catches up what a sleeping machine or a blocked process missed. The library waits for times of the wall
 * clock: when that is set, or the machine has slept, the schedule is made anew, and cycle and digest look at once.
 */
export function startSchedule(
  { schedule, bills, exports, history }: Pick<Config, 'schedule' | 'bills' | 'exports' | 'history'>,
  parties: Readonly<Record<'cycle' | 'digest' | 'backup', Ticked>> & {
    readonly bills: Pick<WorkQueue<BillConfig>, 'tick'>;
    readonly exports: Pick<WorkQueue<ExportConfig>, 'tick'>;
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
  const start = () => [
    scheduleCron(cycle, () => parties.cycle.tick(), options),
    scheduleCron(digest, () => parties.digest.tick(), options),
    ...exports.map((target) =>
      scheduleCron(target.schedule, () => parties.exports.tick(target), options),
    ),
    ...bills.map((bill) => scheduleCron(bill.schedule, () => parties.bills.tick(bill), options)),
    ...(history.backup === undefined
      ? []
      : [scheduleCron(history.backup.schedule, () => parties.backup.tick(), options)]),
  ];
  const destroy = async (all: ReturnType<typeof start>): Promise<void> => {
    for (const task of all) await task.destroy();
  };
  let tasks = start();
  let offset = clockOffset();
  const watch = setInterval(() => {
    const jumpMs = clockOffset() - offset;
    offset += jumpMs;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    log.warn({ jumpMs }, 'The clock was set or the machine slept, scheduling anew');
    const old = tasks;
    tasks = start();
    destroy(old).catch((err: unknown) => log.error({ err }, 'The old schedule failed to end'));
    parties.cycle.tick();
    parties.digest.tick();
  }, LOOK_MS);
  return {
    destroy: () => {
      clearInterval(watch);
      return destroy(tasks);
    },
  };
}

/** How far the wall clock is from the one that only goes on: it changes when the wall clock is set. */
function clockOffset(): number {
  return Date.now() - performance.now();
}
