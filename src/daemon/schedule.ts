import { createTask, type ScheduledTask } from 'node-cron';
import type { Logger } from 'pino';
import { SECOND_MS, type TimeMs } from '../model/time.ts';
import type { Config } from './config/schema.ts';
import type { BillConfig, ExportConfig } from '../cost/config.ts';
import type { Ticked, WorkQueue } from './singleFlight.ts';

/** The wall clock was set by this much, or the machine slept: a clock that is corrected gently goes by less. */
const JUMP_MS = 2_000;

/** A running schedule. */
export interface Schedule {
  destroy(): void;
}

/** So often it is looked whether the clock was set. */
const LOOK_MS = 5 * SECOND_MS;

/**
 * Starts the schedule. It only ticks: each party runs one piece of work at a time (`SingleFlight`), and the
 * next tick catches up what a sleeping machine or a blocked process missed. When the wall clock is set, or the machine has
 * slept, the schedule is made anew, and cycle and digest look at once.
 */
export function startSchedule(
  { schedule, bills, exports, history }: Pick<Config, 'schedule' | 'bills' | 'exports' | 'history'>,
  parties: Readonly<Record<'cycle' | 'digest' | 'backup', Ticked>> & {
    readonly bills: Pick<WorkQueue<BillConfig>, 'tick'>;
    readonly exports: Pick<WorkQueue<ExportConfig>, 'tick'>;
  },
  log: Logger,
): Schedule {
  const { cycle, digest, timezone } = schedule;
  const due = (cron: string, tick: () => void) => {
    // Asked for times alone: a task that runs looks at each one that it missed, a million when a clock was years behind.
    const times = createTask(cron, tick, { timezone });
    return { times, tick, at: nextOf(times) };
  };
  const all = [
    due(cycle, () => parties.cycle.tick()),
    due(digest, () => parties.digest.tick()),
    ...exports.map((target) => due(target.schedule, () => parties.exports.tick(target))),
    ...bills.map((bill) => due(bill.schedule, () => parties.bills.tick(bill))),
    ...(history.backup === undefined
      ? []
      : [due(history.backup.schedule, () => parties.backup.tick())]),
  ];
  let offset = clockOffset();
  let timer = setTimeout(look, 0);
  function look(): void {
    const jumpMs = clockOffset() - offset;
    offset += jumpMs;
    const now = Date.now();
    if (Math.abs(jumpMs) >= JUMP_MS) {
      log.warn({ jumpMs }, 'The clock was set or the machine slept, scheduling anew');
      for (const each of all) each.at = nextOf(each.times);
      parties.cycle.tick();
      parties.digest.tick();
    }
    for (const each of all.filter(({ at }) => at <= now)) {
      each.at = nextOf(each.times);
      each.tick();
    }
    const earliest = Math.min(...all.map(({ at }) => at));
    timer = setTimeout(look, Math.max(0, Math.min(LOOK_MS, earliest - Date.now())));
  }
  return {
    destroy: () => {
      clearTimeout(timer);
      for (const { times } of all) void times.destroy();
    },
  };
}

/** The first time after now, by the wall clock. */
function nextOf(times: ScheduledTask): TimeMs {
  return times.getNextRuns(1)[0]?.getTime() ?? Infinity;
}

/** How far the wall clock is from the one that only goes on: it changes when the wall clock is set. */
function clockOffset(): number {
  return Date.now() - performance.now();
}
