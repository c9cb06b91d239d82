import { describe, expect, it } from 'vitest';
import { measureGain, type HourOfCost } from './gain.ts';

/** A fortnight of hours whose load rises and falls with the day around `mean` cores. */
function hours(mean: number, charge: (used: number) => number): readonly HourOfCost[] {
  return Array.from({ length: 14 * 24 }, (_, hour) => {
    const cpuUsed = mean * (1 + 0.5 * Math.sin((hour / 24) * 2 * Math.PI));
    const cpuCharged = charge(cpuUsed);
    return { cpuUsed, cpuCharged, ramUsed: 1, ramCharged: cpuCharged };
  });
}

/** Three pods whose number nothing changes. */
const fixed = (request: number) => (used: number) => Math.max(3 * request, used);
/** As many pods as keep their use at half of the request. */
const scaled = (request: number) => (used: number) => Math.ceil(used / (request / 2)) * request;

describe('what a change of requests brought', () => {
  it('is what the requests became smaller, where pods are fixed', () => {
    const gain = measureGain(hours(0.3, fixed(1)), hours(0.3, fixed(0.4)));
    expect(gain?.cpuCores).toBeCloseTo(1.8, 6);
    expect(gain?.load).toBeCloseTo(1, 6);
  });

  it('is the same in a quiet and in a busy season', () => {
    for (const season of [0.5, 1, 2.5])
      expect(
        measureGain(hours(0.3, fixed(1)), hours(0.3 * season, fixed(0.5)))?.cpuCores,
      ).toBeCloseTo(1.5, 6);
  });

  it('is nothing where an autoscaler answers smaller requests with more pods', () => {
    const gain = measureGain(hours(3, scaled(1)), hours(3, scaled(0.25)));
    // Of 6 cores that are charged: only the last pod is cut finer.
    expect(gain?.cpuCores).toBeLessThan(0.6);
  });

  it('is nothing where the load alone fell, and an autoscaler followed it', () => {
    const gain = measureGain(hours(3, scaled(0.25)), hours(1, scaled(0.25)));
    expect(Math.abs(gain?.cpuCores ?? 9)).toBeLessThan(0.1);
    expect(gain?.load).toBeCloseTo(1 / 3, 6);
  });

  it('is negative where more was needed, and memory follows the pods', () => {
    const gain = measureGain(hours(0.3, fixed(0.2)), hours(0.3, fixed(0.5)));
    expect(gain?.cpuCores).toBeCloseTo(-0.9, 1);
    expect(gain?.ramGiB).toBeLessThan(0);
  });

  it('is unknown with less than a day on either side', () => {
    const day = hours(0.3, fixed(1));
    expect(measureGain(day.slice(0, 23), day)).toBeNull();
    expect(measureGain(day, day.slice(0, 23))).toBeNull();
  });
});
