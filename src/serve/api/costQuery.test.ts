import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../model/time.ts';
import { costSpan, type SpanQuery } from './costQuery.ts';

const NOW = Date.UTC(2026, 10, 30, 14, 2);
const schedule = { timezone: 'Europe/Berlin', window: 5 * MINUTE_MS };

/** What the span is known by while it moves on with the clock. */
function movingAt(now: number, query: SpanQuery): string | undefined {
  return costSpan(query, { now: () => now, config: () => ({ schedule }) as never }).moving;
}

describe('a span that is asked for', () => {
  it.each(['24h', '7d', 'today', 'week', 'month', '7d offset 2d'])('moves on as %s', (window) => {
    expect(movingAt(NOW, { window })).toBe(window);
    expect(movingAt(NOW, { window, format: 'csv' })).toBeUndefined();
  });

  it('is that of the last seven days where none is given', () => {
    expect(movingAt(NOW, {})).toBe('7d');
  });

  it.each([
    'yesterday',
    'lastweek',
    'lastmonth',
    '2026-11-01,2026-11-08',
    // As long as a window it ends with the last one, as `24h` does.
    '2026-11-30T12:00:00Z,2026-11-30T14:00:00Z',
  ])('stands still as %s', (window) => {
    expect(movingAt(NOW, { window })).toBeUndefined();
  });

  it('stands still between two times, or from one to now', () => {
    const [from, to] = ['2026-11-30T12:00:00Z', '2026-11-30T14:00:00Z'];
    expect(movingAt(NOW, { from, to })).toBeUndefined();
    expect(movingAt(NOW, { from })).toBeUndefined();
  });
});
