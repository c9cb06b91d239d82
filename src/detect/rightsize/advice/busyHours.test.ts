import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { busiestHour } from './cpuRequest.ts';
import { daysOfUse, FIRST_DAY } from '../../../../test/support/rightsize/advice.ts';

function busiest(days: number, cores: (time: TimeMs) => number) {
  return busiestHour(daysOfUse(days, (time) => ({ cpuCores: cores(time) })));
}

/** Bursts in a seventh of all hours, at no hour in particular. */
function isBurst(time: TimeMs): boolean {
  const hour = Math.floor(time / HOUR_MS);
  const mixed = Math.imul(hour ^ (hour >>> 5), 2_246_822_519) >>> 0;
  return ((mixed ^ (mixed >>> 13)) >>> 0) % 7 === 0;
}

describe('the busiest hour that comes back', () => {
  it('is one hour a week after two weeks, and one hour a day after a few days', () => {
    const monday = (time: TimeMs) => (time - FIRST_DAY) % (7 * DAY_MS) < HOUR_MS;
    expect(busiest(14, (time) => (monday(time) ? 0.9 : 0.1))).toBe(0.9);
    expect(busiest(7, (time) => (monday(time) ? 0.9 : 0.1))).toBeNull();
    const nightly = (time: TimeMs) => time % DAY_MS === 3 * HOUR_MS || time % DAY_MS < HOUR_MS;
    expect(busiest(4, (time) => (nightly(time) ? 0.9 : 0.1))).toBe(0.9);
  });

  it('is no accident: of common bursts some fall into the same hour of two weeks', () => {
    const days = daysOfUse(14, (time) => ({ cpuCores: isBurst(time) ? 0.9 : 0.1 }));
    const burstHours = days.flatMap(({ busy }) => busy.map((cores) => cores === 0.9));
    const twice = burstHours.filter((is, hour) => is && burstHours[hour + 168] === true);
    expect(twice.length).toBeGreaterThan(0);
    expect(busiestHour(days)).toBeNull();
  });

  it('forgives a week in which it stayed away, and says nothing of nothing', () => {
    const first = (time: TimeMs) => (time - FIRST_DAY) % (7 * DAY_MS) < HOUR_MS;
    const wasThere = (time: TimeMs) => first(time) && time < FIRST_DAY + 21 * DAY_MS;
    expect(busiest(28, (time) => (wasThere(time) ? 0.9 : 0.1))).toBe(0.9);
    expect(busiestHour([])).toBeNull();
  });
});
