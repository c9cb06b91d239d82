import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../model/time.ts';
import { lastWeek, midnights, parseWeek, weekBefore, weekOf } from './week.ts';

const BERLIN = 'Europe/Berlin';

describe('weeks', () => {
  it('are ISO weeks of the time zone', () => {
    const week = weekOf(Date.UTC(2026, 10, 22, 23, 30), 'UTC');
    expect(week).toEqual({
      name: '2026-W47',
      start: Date.UTC(2026, 10, 16),
      end: Date.UTC(2026, 10, 23),
    });
    // The same moment is Monday already in Berlin.
    expect(weekOf(Date.UTC(2026, 10, 22, 23, 30), BERLIN).name).toBe('2026-W48');
    expect(lastWeek(Date.UTC(2026, 10, 24), 'UTC')).toEqual(week);
  });

  it('belong to the year of their Thursday', () => {
    expect(weekOf(Date.UTC(2027, 0, 1), 'UTC').name).toBe('2026-W53');
    expect(weekOf(Date.UTC(2024, 11, 30), 'UTC').name).toBe('2025-W01');
    expect(weekBefore(weekOf(Date.UTC(2027, 0, 5), 'UTC'), 'UTC').name).toBe('2026-W53');
  });

  it('have 167 or 169 hours where the clocks change', () => {
    const spring = parseWeek('2026-W13', BERLIN)!;
    const autumn = parseWeek('2026-W43', BERLIN)!;
    expect((spring.end - spring.start) / HOUR_MS).toBe(167);
    expect((autumn.end - autumn.start) / HOUR_MS).toBe(169);
    const days = midnights(autumn.start, autumn.end, BERLIN);
    const lengths = days.slice(1).map((end, index) => (end - days[index]!) / HOUR_MS);
    expect(lengths).toEqual([24, 24, 24, 24, 24, 24, 25]);
    expect(days.at(-1)).toBe(autumn.end);
  });

  it('are read only as they are written', () => {
    expect(parseWeek('2026-W53', 'UTC')?.start).toBe(Date.UTC(2026, 11, 28));
    for (const bad of ['2025-W53', '2026-W00', '2026-W54', '2026-47', 'last', '2026-W7', '']) {
      expect(parseWeek(bad, 'UTC')).toBeNull();
    }
  });

  it('name themselves again, wherever they are', () => {
    for (const zone of ['UTC', BERLIN, 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia']) {
      for (let week = 1; week <= 52; week += 1) {
        const name = `2026-W${String(week).padStart(2, '0')}`;
        expect(parseWeek(name, zone)?.name).toBe(name);
      }
    }
  });
});
