import { describe, expect, it } from 'vitest';
import { krrSimple, vpaOomSample, vpaTarget } from './rivals.ts';
import {
  bucketCount,
  bucketStart,
  DecayingHistogram,
  findBucket,
  VPA_CPU,
} from './vpaHistogram.ts';

const MIB = 2 ** 20;

/** The published examples are those of VPA's own tests (kubernetes/autoscaler, pkg/recommender). */
describe('VPA’s histogram', () => {
  it('lays out buckets as its example does: 40, 100, 190, 325, 527.5', () => {
    const example = { largest: 500, first: 40, ratio: 1.5 };
    expect(bucketCount(example)).toBe(6);
    const starts = [0, 1, 2, 3, 4, 5].map((index) => bucketStart(example, index));
    expect(starts).toEqual([0, 40, 100, 190, 325, 527.5]);
    const found = [-1, 39.99, 40, 100, 900].map((value) => findBucket(example, value));
    expect(found).toEqual([0, 0, 1, 2, 5]);
  });

  /** Linear buckets of one, as VPA's tests of percentiles use them. */
  function linear(halfLife: number): DecayingHistogram {
    const layout = {
      start: (index: number) => index,
      find: (value: number) => Math.min(10, Math.floor(value)),
      count: 11,
    };
    return new DecayingHistogram(layout, halfLife);
  }

  it('gives the end of the bucket, without decay', () => {
    const histogram = linear(1);
    for (const value of [1, 2, 3, 4]) histogram.add(value, value, 0);
    const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    const ends = shares.map((share) => histogram.percentile(share));
    expect(ends).toEqual([2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5]);
    expect(linear(1).percentile(0.9)).toBe(0);
  });

  it('decays by half a half-life, also over more than a hundred of them', () => {
    const histogram = linear(1);
    for (const value of [1, 2, 3, 4]) histogram.add(value, value, value);
    const shares = [0, 0.02, 0.03, 0.1, 0.11, 0.34, 0.35, 1];
    const ends = shares.map((share) => histogram.percentile(share));
    expect(ends).toEqual([2, 2, 3, 3, 4, 4, 5, 5]);
    const twenty = linear(1);
    twenty.add(2, 1000, 0);
    twenty.add(1, 1, 20);
    expect([twenty.percentile(0.999), twenty.percentile(1)]).toEqual([2, 3]);
    const hundred = linear(1);
    hundred.add(2, 1, 0);
    hundred.add(1, 1, 101);
    expect(hundred.percentile(1)).toBe(2);
  });

  it('overstates small CPU values: 5 m as 10 m, 100 m as 110 m', () => {
    const end = (cores: number): number => {
      const histogram = DecayingHistogram.exponential(VPA_CPU, 1);
      histogram.add(cores, 1, 0);
      return histogram.percentile(0.9);
    };
    expect(end(0.005)).toBe(0.01);
    expect(end(0.1)).toBeCloseTo(0.1103, 4);
  });

  it('after an OOM kill adds what its tests expect', () => {
    expect(vpaOomSample(1000 * MIB, 0)).toBe(1200 * MIB);
    expect(vpaOomSample(2000 * MIB, 0)).toBe(2400 * MIB);
    expect(vpaOomSample(MIB, 0)).toBe(101 * MIB);
    expect(vpaOomSample(1000 * MIB, 3000 * MIB)).toBe(3600 * MIB);
  });
});

describe('proposals', () => {
  const steady = {
    cores: Array.from({ length: 8 * 1440 }, (_, minute) => 0.2 + 0.001 * (minute % 100)),
    bytes: Array.from({ length: 8 * 1440 }, () => 400 * MIB),
  };
  const idle = { cores: steady.cores.map(() => 0.001), bytes: steady.bytes.map(() => MIB) };

  it('KRR takes the hottest pod’s percentile, and the peak and 15 %', () => {
    // 0.200 … 0.299 evenly: the 95th percentile is 0.294.
    expect(krrSimple([idle, steady], 95).cpuCores).toBe(0.294);
    expect(krrSimple([idle, steady], 95).ramBytes).toBe(483e6); // 460 MiB, rounded up
    expect(krrSimple([idle], 95)).toEqual({ cpuCores: 0.01, ramBytes: 100e6 });
  });

  it('VPA takes P90 of all pods, the bucket’s end, and 15 %', () => {
    // P90 is 0.289, in the bucket that ends at 0.305 (index 18 begins there).
    const end = bucketStart(VPA_CPU, findBucket(VPA_CPU, 0.289) + 1);
    expect(vpaTarget([steady], 60_000, 1).cpuCores).toBeCloseTo(end * 1.15, 9);
    expect(vpaTarget([steady], 60_000, 1).ramBytes / (400 * MIB * 1.15)).toBeCloseTo(1.03, 1);
    expect(vpaTarget([idle], 60_000, 1)).toEqual({ cpuCores: 0.025, ramBytes: 250 * MIB });
  });
});
