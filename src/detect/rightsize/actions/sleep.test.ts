import { describe, expect, it } from 'vitest';
import { aHistory, daysOfUse } from '../../../../test/support/rightsize/advice.ts';
import { usedHours } from './sleep.ts';

/** Two weeks from Monday 2 November 2026 on; `busy` gets the UTC weekday (0 is Sunday) and hour. */
function used(busy: (weekday: number, hour: number) => boolean, zone = 'UTC', days = 14) {
  const use = daysOfUse(days, (time) => {
    const at = new Date(time);
    return { cpuCores: busy(at.getUTCDay(), at.getUTCHours()) ? 0.8 : 0.004 };
  });
  return usedHours([aHistory(use)], zone);
}

const isWorkDay = (weekday: number) => weekday >= 1 && weekday <= 5;

describe('hours in which a workload is used', () => {
  it('are the working hours of a test system, with an hour to spare', () => {
    const found = used((weekday, hour) => isWorkDay(weekday) && hour >= 8 && hour < 18);
    expect(found).toMatchObject({ day: { from: 7, to: 19 }, isWorkWeek: true });
    expect(found?.sleeps).toBe(7 * 24 - 5 * 12);
  });

  it('are those of the time zone', () => {
    const found = used(
      (weekday, hour) => isWorkDay(weekday) && hour >= 8 && hour < 18,
      'Asia/Tokyo',
    );
    // 17:00 to 03:00 in Tokyo; the hours after midnight of Friday fall on Saturday.
    expect(found).toMatchObject({ day: { from: 16, to: 28 }, isWorkWeek: false });
    expect(used((weekday) => isWorkDay(weekday))).toMatchObject({
      day: null,
      isWorkWeek: true,
      sleeps: 48,
    });
  });

  it('are every day where the weekend is used as well', () => {
    const found = used((_, hour) => hour >= 6 && hour < 22);
    // Eight idle hours, less one at each end.
    expect(found).toMatchObject({ day: { from: 5, to: 23 }, isWorkWeek: false, sleeps: 42 });
  });

  it.each([
    ['is always used', () => true],
    ['is never used', () => false],
    ['has a batch in the middle of the night', (_: number, hour: number) => hour % 8 === 3],
    ['was used on one night only', (weekday: number, hour: number) => hour > 8 || weekday === 3],
  ] as const)('are all where it %s', (_, busy) => {
    expect(used(busy)).toBeNull();
  });

  it('are all where less than a week is known', () => {
    expect(used((weekday, hour) => isWorkDay(weekday) && hour === 9, 'UTC', 4)).toBeNull();
  });
});
