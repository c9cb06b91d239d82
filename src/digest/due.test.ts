import { describe, expect, it } from 'vitest';
import { DAY_MS, formatTime } from '../model/time.ts';
import { dueAt, firstRun, missedWeeks } from './due.ts';
import { parseWeek, weekOf } from '../store/digests/week.ts';

function runOf(digest: string, timezone: string, from: string): string | null {
  const start = Date.parse(from);
  const at = firstRun({ digest, timezone }, start, start + 9 * DAY_MS);
  return at === null ? null : formatTime(at);
}

describe('firstRun', () => {
  it('follows the clocks of the time zone', () => {
    expect(runOf('0 9 * * 1', 'Europe/Berlin', '2026-11-22T23:00:00Z')).toBe(
      '2026-11-23T08:00:00Z',
    );
    expect(runOf('0 9 * * 1', 'Europe/Berlin', '2026-07-19T22:00:00Z')).toBe(
      '2026-07-20T07:00:00Z',
    );
    expect(runOf('30 7 * * 2,5', 'Asia/Kolkata', '2026-11-22T18:30:00Z')).toBe(
      '2026-11-24T02:00:00Z',
    );
    // Seconds may come first, as node-cron has it.
    expect(runOf('0 0 9 * * 1', 'UTC', '2026-11-23T00:00:00Z')).toBe('2026-11-23T09:00:00Z');
  });

  it('finds a time that the clocks skip at the first minute after it', () => {
    // Sunday 29 March 2026: 02:00 becomes 03:00 in Berlin, at 01:00 UTC.
    expect(runOf('30 2 * * 0', 'Europe/Berlin', '2026-03-28T12:00:00Z')).toBe(
      '2026-03-29T01:00:00Z',
    );
    // Half an hour at Lord Howe: 02:00 becomes 02:30 on 4 October 2026, at 15:30 UTC.
    expect(runOf('15 2 * * 0', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z')).toBe(
      '2026-10-03T15:30:00Z',
    );
    // Midnight itself is skipped in Beirut on 29 March 2026.
    expect(runOf('0 0 * * 0', 'Asia/Beirut', '2026-03-28T12:00:00Z')).toBe('2026-03-28T22:00:00Z');
  });

  it('finds a time that comes twice the first time', () => {
    // Sunday 25 October 2026: 03:00 becomes 02:00 in Berlin; 02:30 is at 00:30 and at 01:30 UTC.
    expect(runOf('30 2 * * 0', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toBe(
      '2026-10-25T00:30:00Z',
    );
  });

  it('is null where the schedule does not come by', () => {
    expect(runOf('0 9 1 * *', 'UTC', '2026-11-02T00:00:00Z')).toBeNull();
  });
});

describe('dueAt', () => {
  it('is the first time after the week', () => {
    const week = parseWeek('2026-W47', 'Europe/Berlin')!;
    const schedule = { digest: '0 9 * * 1', timezone: 'Europe/Berlin' };
    expect(dueAt(schedule, week)).toBe(Date.parse('2026-11-23T08:00:00Z'));
    // Every day: the first of them. On the first of a month: only where one is in the week after.
    expect(dueAt({ ...schedule, digest: '0 9 * * *' }, week)).toBe(dueAt(schedule, week));
    expect(dueAt({ ...schedule, digest: '0 9 1 * *' }, week)).toBeNull();
  });

  it('comes for every week, whatever the clocks do in it', () => {
    for (const [digest, timezone] of [
      ['30 2 * * 0', 'Europe/Berlin'],
      ['30 2 * * 0', 'America/New_York'],
      ['15 2 * * 1', 'Australia/Lord_Howe'],
    ] as const) {
      for (const name of ['2026-W09', '2026-W12', '2026-W42', '2026-W43']) {
        const week = parseWeek(name, timezone)!;
        const at = dueAt({ digest, timezone }, week) ?? 0;
        expect(weekOf(at, timezone).start).toBe(week.end);
      }
    }
  });
});

describe('missedWeeks', () => {
  it('are those between the last digest and this one', () => {
    const week = parseWeek('2026-W47', 'UTC')!;
    const last = parseWeek('2026-W43', 'UTC')!;
    expect(missedWeeks(last.start, week, 'UTC')).toEqual(['2026-W44', '2026-W45', '2026-W46']);
    expect(missedWeeks(parseWeek('2026-W46', 'UTC')!.start, week, 'UTC')).toEqual([]);
    expect(missedWeeks(null, week, 'UTC')).toEqual([]);
    expect(missedWeeks(0, week, 'UTC')).toHaveLength(10);
  });
});
