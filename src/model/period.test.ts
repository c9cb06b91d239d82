import { describe, expect, it } from 'vitest';
import { parsePeriod, parseTime } from './period.ts';

// A Tuesday, 07:00 UTC.
const NOW = Date.UTC(2026, 10, 24, 7);
const span = (text: string, zone = 'UTC') => {
  const { start, end } = parsePeriod(text, NOW, zone);
  return [new Date(start).toISOString(), new Date(end).toISOString()];
};

describe('parsePeriod', () => {
  it.each([
    ['24h', '2026-11-23T07:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['2w', '2026-11-10T07:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['1d offset 1d', '2026-11-22T07:00:00.000Z', '2026-11-23T07:00:00.000Z'],
    ['today', '2026-11-24T00:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['yesterday', '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ['week', '2026-11-23T00:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['lastweek', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['month', '2026-11-01T00:00:00.000Z', '2026-11-24T07:00:00.000Z'],
    ['lastmonth', '2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01,2026-11-02', '2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z'],
    ['1793404800,1793408400', '2026-10-31T00:00:00.000Z', '2026-10-31T01:00:00.000Z'],
  ])('reads %s', (text, start, end) => {
    expect(span(text)).toEqual([start, end]);
  });

  it('uses the calendar of the time zone, also where a month has a day of 25 hours', () => {
    const [start, end] = span('lastmonth', 'Europe/Berlin');
    expect([start, end]).toEqual(['2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z']);
  });

  it.each(['', '7', '0d', '7y', 'soon', '2026-11-02,2026-11-01', '-7d'])('refuses "%s"', (text) => {
    expect(() => parsePeriod(text, NOW, 'UTC')).toThrow(/write for example 24h/);
  });
});

describe('parseTime', () => {
  it('reads RFC 3339 with an offset, and refuses a time without a zone', () => {
    expect(parseTime('2026-11-24T08:00:00+01:00')).toBe(NOW);
    expect(parseTime('2026-11-24T08:00:00')).toBeNull();
    expect(parseTime('yesterday')).toBeNull();
  });
});
