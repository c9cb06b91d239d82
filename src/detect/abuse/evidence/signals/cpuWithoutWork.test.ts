import { expect, it } from 'vitest';
import {
  aMember,
  aSubject,
  aSuspicion,
  aTrack,
  own,
  reading,
  strengthOf,
  UNKNOWN,
} from '../../../../../test/support/abuse/abuse.ts';
import { cpuWithoutWork } from './cpuWithoutWork.ts';

/** A episode of 1,000 core-seconds beyond the normal that came with so many bytes a core-second. */
const episode = (bytes: number) =>
  aTrack({ ioCoreSeconds: 1000, extraBytes: 1000 * bytes, recent: [1] });
const noRatio = own({ netPerCoreSecond: 0, bytesPerCoreSecond: 0 });

it('is silent below 2 kB a core-second and the free allowance of one connection', () => {
  expect(strengthOf(cpuWithoutWork, { track: episode(2_199), normal: noRatio })).toBe(1.5);
  expect(strengthOf(cpuWithoutWork, { track: episode(2_201), normal: noRatio })).toBe(0);
});

it('the allowance is per pod where pods are summed', () => {
  const subject = aSubject({
    isSummed: true,
    members: Array.from({ length: 20 }, () => aMember(0.5)),
  });
  const change = { normal: noRatio, subject };
  expect(strengthOf(cpuWithoutWork, { ...change, track: episode(5_999) })).toBe(1.5);
  expect(strengthOf(cpuWithoutWork, { ...change, track: episode(6_001) })).toBe(0);
});

it('is silent below a tenth of the workload’s own ratio, weak below a quarter', () => {
  expect(strengthOf(cpuWithoutWork, { track: episode(9_900) })).toBe(1.5);
  expect(strengthOf(cpuWithoutWork, { track: episode(10_100) })).toBe(0.5);
  expect(strengthOf(cpuWithoutWork, { track: episode(25_100) })).toBe(0);
});

it('is weak after an hour of steady use that its bytes account for by less than half', () => {
  const flat = { hotWindows: 12, recent: [1, 1.01, 0.99, 1, 1] };
  const strength = (bytes: number, change: Partial<typeof flat> = {}): number | null =>
    strengthOf(cpuWithoutWork, { track: { ...episode(bytes), ...flat, ...change } });
  expect([strength(49_000), strength(51_000)]).toEqual([0.5, 0]);
  expect(strength(49_000, { hotWindows: 11 })).toBe(0);
  expect(strength(49_000, { recent: [1, 1.4, 0.7, 1.2, 0.8] })).toBe(0);
});

it('is a hint only where the disk is not known', () => {
  const subject = aSubject({ disk: null });
  const { strength, text } = reading(cpuWithoutWork, { track: episode(0), subject });
  expect(strength).toBe(0.5);
  expect(text).toMatch(/disk metrics are missing/);
});

it('counts in full after an hour flat or at its limit, disk or no disk, where its normal is known', () => {
  const subject = aSubject({ disk: null });
  const strength = (change: Parameters<typeof aTrack>[0], normal = own()) =>
    strengthOf(cpuWithoutWork, {
      subject,
      normal,
      track: { ...episode(0), hotWindows: 12, recent: [1, 1.4, 0.7, 1.2, 0.8], ...change },
    });
  const flat = { recent: [1, 1.01, 0.99, 1, 1] };
  expect(strength(flat)).toBe(1);
  expect(strength({ levelDwell: 3 })).toBe(1);
  // A vacuum: shorter, or uneven.
  expect(strength({ ...flat, hotWindows: 11 })).toBe(0.5);
  expect(strength({})).toBe(0.5);
  expect(strength(flat, UNKNOWN)).toBe(0.5);
});

it('is unknown without network (host network) and without any extra use', () => {
  const subject = aSubject({ net: null });
  expect(strengthOf(cpuWithoutWork, { track: episode(0), subject })).toBeNull();
  expect(strengthOf(cpuWithoutWork, { track: aTrack(), normal: UNKNOWN })).toBeNull();
});

it('says when there was no more than before', () => {
  const suspicion = aSuspicion({ extraBytes: 0 });
  expect(reading(cpuWithoutWork, { track: episode(0), suspicion }).text).toMatch(
    /no more than before/,
  );
});
