import { describe, expect, it } from 'vitest';
import { formatTime } from '../../model/time.ts';
import { parseStep, parseWindow } from './parseWindow.ts';

/** A Tuesday, as in opencost's window tests: what each form means from there. */
const NOW = Date.UTC(2026, 10, 24, 9, 32, 10);

describe('parseWindow', () => {
  it.each([
    ['today', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
    ['yesterday', '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z'],
    ['week', '2026-11-22T00:00:00Z', '2026-11-24T09:32:10Z'],
    ['lastweek', '2026-11-15T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['month', '2026-11-01T00:00:00Z', '2026-11-24T09:32:10Z'],
    ['lastmonth', '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z'],
    ['15m', '2026-11-24T09:18:00Z', '2026-11-24T09:33:00Z'],
    ['24h', '2026-11-23T10:00:00Z', '2026-11-24T10:00:00Z'],
    ['7d', '2026-11-18T00:00:00Z', '2026-11-25T00:00:00Z'],
    ['2w', '2026-11-11T00:00:00Z', '2026-11-25T00:00:00Z'],
    ['1h offset 1d', '2026-11-23T08:32:10Z', '2026-11-23T09:32:10Z'],
    ['1586822400,1586908800', '2020-04-14T00:00:00Z', '2020-04-15T00:00:00Z'],
    ['1586822400-1586908800', '2020-04-14T00:00:00Z', '2020-04-15T00:00:00Z'],
    [
      '2020-04-01T00:00:00Z,2020-04-03T02:00:00+02:00',
      '2020-04-01T00:00:00Z',
      '2020-04-03T00:00:00Z',
    ],
  ])('%s', (text, start, end) => {
    const window = parseWindow(text, NOW);
    expect([formatTime(window?.start ?? 0), formatTime(window?.end ?? 0)]).toEqual([start, end]);
  });

  it.each(['', 'tomorrow', '7', '7y', '-7d', '2020-04-01,2020-04-03'])('refuses %j', (text) => {
    expect(parseWindow(text, NOW)).toBeNull();
  });
});

describe('parseStep', () => {
  it.each([
    ['30m', 1_800_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    ['0h', null],
    ['d', null],
  ])('%s', (text, step) => {
    expect(parseStep(text)).toBe(step);
  });
});
