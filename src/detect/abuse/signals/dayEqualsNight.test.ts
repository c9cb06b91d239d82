import { expect, it } from 'vitest';
import { addHour, EMPTY_RING, type HourRing } from '../ring.ts';
import { aTrack, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { dayEqualsNight } from './dayEqualsNight.ts';

function day(cores: (hour: number) => number, hours = 24): HourRing {
  let ring = EMPTY_RING;
  for (let hour = 0; hour < hours; hour++) {
    const mean = cores(hour);
    ring = addHour(ring, 400_000 + hour, { mean, peak: mean, low: mean, net: 0, disk: 0 }, false);
  }
  return ring;
}

it('fires weakly where every hour of the day is alike', () => {
  expect(strengthOf(dayEqualsNight, { ring: day(() => 0.8) })).toBe(0.5);
  const daily = day((hour) => 0.5 + 0.4 * Math.sin((hour / 24) * 2 * Math.PI));
  expect(strengthOf(dayEqualsNight, { ring: daily })).toBe(0);
});

it('is nothing where the limit holds it', () => {
  const track = aTrack({ throttled: 0.5 });
  expect(strengthOf(dayEqualsNight, { ring: day(() => 0.8), track })).toBe(0);
});

it('is unknown before a whole day', () => {
  expect(strengthOf(dayEqualsNight, { ring: null })).toBeNull();
  expect(strengthOf(dayEqualsNight, { ring: day(() => 0.8, 23) })).toBeNull();
});
