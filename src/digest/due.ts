import { TZDate } from '@date-fns/tz';
import { createTask } from 'node-cron';
import { MINUTE_MS, type TimeMs } from '../model/time.ts';
import { weekBefore, weekOf, type Week } from '../store/digests/week.ts';

/** When digests are due, as the configuration has it. */
export interface DigestSchedule {
  /** A cron expression. */
  readonly digest: string;
  readonly timezone: string;
}

/**
 * When the digest of a week is due: the first time that the schedule comes by after the week's end and before
 * the next week is over, which has a digest of its own by then. Null where it does not come by.
 */
export function dueAt(schedule: DigestSchedule, week: Week): TimeMs | null {
  return firstRun(schedule, week.end, weekOf(week.end, schedule.timezone).end - MINUTE_MS);
}

/** Weeks between the last digest and `week` that never had one, oldest first; at most ten are named. */
export function missedWeeks(
  lastSent: TimeMs | null,
  week: Week,
  timezone: string,
): readonly string[] {
  const missed: string[] = [];
  if (lastSent === null) return missed;
  let at = weekBefore(week, timezone);
  while (at.start > lastSent && missed.length < 10) {
    missed.unshift(at.name);
    at = weekBefore(at, timezone);
  }
  return missed;
}

/**
 * The first minute in [from, to] at which the expression fires. A local time that a change of clocks skips
 * counts at the first minute after it, as in cron; one that comes twice counts the first time.
 */
export function firstRun(
  { digest, timezone }: DigestSchedule,
  from: TimeMs,
  to: TimeMs,
): TimeMs | null {
  // Seconds, which cron expressions may begin with, are left out: a digest is not that punctual.
  const fields = digest.trim().split(/\s+/);
  const expression = (fields.length === 6 ? fields.slice(1) : fields).join(' ');
  const local = createTask(expression, () => undefined, { timezone });
  const asIfUtc = createTask(expression, () => undefined, { timezone: 'UTC' });
  try {
    const first = Math.ceil(from / MINUTE_MS) * MINUTE_MS;
    for (let at = first; at <= to; at += MINUTE_MS) {
      if (local.match(new Date(at))) return at;
      if (skipped(at, timezone).some((time) => asIfUtc.match(new Date(time)))) return at;
    }
    return null;
  } finally {
    void local.destroy();
    void asIfUtc.destroy();
  }
}

/** The local times, as if they were UTC, that clocks skipped just before `at`; mostly none. */
function skipped(at: TimeMs, timezone: string): readonly TimeMs[] {
  // Offsets change at full quarter-hours only.
  if (at % (15 * MINUTE_MS) !== 0) return [];
  const before = new TZDate(at - MINUTE_MS, timezone).getTimezoneOffset();
  const after = new TZDate(at, timezone).getTimezoneOffset();
  const gap = before - after;
  if (gap <= 0) return [];
  const start = at - before * MINUTE_MS;
  return Array.from({ length: gap }, (_, minute) => start + minute * MINUTE_MS);
}
