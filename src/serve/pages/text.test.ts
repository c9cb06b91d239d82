import { describe, expect, it } from 'vitest';
import {
  bytesText,
  Clock,
  coresText,
  figure,
  percentText,
  rateText,
  spanText,
  withLocalTimes,
} from './text.ts';

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.0048, '0.0048'],
    [0.045, '0.045'],
    [1, '1'],
    [3.918, '3.92'],
    [28, '28'],
    [1250.4, '1,250'],
    [-12.34, '-12.3'],
    [1e-9, '0'],
  ])('%d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it('carry their unit, and say when they are unknown', () => {
    expect(coresText(null)).toBe('unknown');
    expect(coresText(1)).toBe('1 core');
    expect(bytesText(1.5 * 2 ** 30)).toBe('1.5 GiB');
    expect(rateText(19_640)).toBe('19.6 kB/s');
    expect(percentText(0.034)).toBe('3.4 %');
    expect(percentText(1.42)).toBe('142 %');
  });

  it('tell spans as people do', () => {
    expect(spanText(3 * 60_000)).toBe('3 min');
    expect(spanText(175 * 60_000)).toBe('2 h 55 min');
    expect(spanText(4 * 86_400_000 + 4 * 3_600_000)).toBe('4 days 4 h');
    expect(spanText(29 * 86_400_000)).toBe('29 days');
  });
});

describe('times', () => {
  const clock = new Clock('Europe/Berlin', Date.UTC(2026, 10, 24));

  it('are in the zone of the configuration, which is named', () => {
    expect(clock.minute(Date.UTC(2026, 10, 24, 4, 5))).toBe('Tue 24 Nov, 05:05');
    expect(clock.zone).toBe('CET');
  });

  it('are so in the detectors’ sentences too', () => {
    const text = 'Its image changed at 2026-11-24T04:05:00Z, around the onset';
    expect(withLocalTimes(text, clock)).toBe(
      'Its image changed at Tue 24 Nov, 05:05, around the onset',
    );
  });

  it('that there are not are somebody’s text, and break no page', () => {
    const text = 'belongs to 9999-99-99T99:99:99Z';
    expect(withLocalTimes(text, clock)).toBe(text);
  });
});
