import { expect, it } from 'vitest';
import { aSubject, aTrack, own, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { busyIo } from './busyIo.ts';

const episode = (bytes: number, inBytes = 500, outBytes = 500) =>
  aTrack({ ioCoreSeconds: 1000, extraBytes: 1000 * bytes, inBytes, outBytes, recent: [1] });

it('speaks from 100 kB a core-second on', () => {
  expect(strengthOf(busyIo, { track: episode(99_999) })).toBe(0);
  expect(strengthOf(busyIo, { track: episode(100_000) })).toBe(1.5);
});

it('does not credit output for which nothing came in', () => {
  expect(strengthOf(busyIo, { track: episode(1e6, 10, 201) })).toBe(0);
  expect(strengthOf(busyIo, { track: episode(1e6, 10, 200) })).toBe(1.5);
});

it('does not credit what its ordinary CPU moves in passing', () => {
  const track = episode(200_000);
  expect(strengthOf(busyIo, { track, normal: own({ netPerCoreSecond: 0.79e6 }) })).toBe(1.5);
  expect(strengthOf(busyIo, { track, normal: own({ netPerCoreSecond: 0.81e6 }) })).toBe(0);
});

it('is unknown where traffic is', () => {
  const subject = aSubject({ netIn: null, netOut: null });
  expect(strengthOf(busyIo, { track: episode(1e6), subject })).toBeNull();
});
