import { describe, expect, it } from 'vitest';
import { LocalClock } from './clock.ts';

describe('times', () => {
  const clock = new LocalClock('Europe/Berlin', Date.UTC(2026, 10, 24));

  it('are in the zone of the configuration, which is named', () => {
    expect(clock.minute(Date.UTC(2026, 10, 24, 4, 5))).toBe('Tue 24 Nov, 05:05');
    expect(clock.zone).toBe('CET');
  });

  it('are so in the detectors’ sentences too', () => {
    const text = 'Its image changed at 2026-11-24T04:05:00Z, around the onset';
    expect(clock.localize(text)).toBe('Its image changed at Tue 24 Nov, 05:05, around the onset');
  });

  it('that do not exist stay as they are', () => {
    const text = 'belongs to 9999-99-99T99:99:99Z';
    expect(clock.localize(text)).toBe(text);
  });
});
