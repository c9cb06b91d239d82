import { TZDate } from '@date-fns/tz';
import { createTask } from 'node-cron';
import { MINUTE_MS, type TimeMs } from '../model/time.ts';
import { lastWeek, weekBefore, type Week } from './week.ts';

/** When digests are due, as the configuration has it. */
export interface DigestSchedule {
  /** A cron expression. */
  readonly digest: string;
  readonly timezone: string;
}

/** A week whose digest is due. */
export interface DueDigest {
  readonly week: Week;
  readonly dueAt: TimeMs;
}

/**
 * The digest that is due at `now`: that of the last week that is over, once the schedule has come by since its
 * end. Weeks before it are past: after downtime there is one digest, not several. Null while it is not due.
 *
 * @param since digests that were due before (the install) are nobody's
 */
export function dueDigest(schedule: DigestSchedule, now: TimeMs, since: TimeMs): DueDigest | null {
  const week = lastWeek(now, schedule.timezone);
  const dueAt = firstRun(schedule, week.end, now);
  return dueAt === null || dueAt < since ? null : { week, dueAt };
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
