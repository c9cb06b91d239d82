import { describe, expect, it } from 'vitest';
import {
  NEW,
  aSubject,
  aSuspicion,
  aTrack,
  reading,
  strengthOf,
} from '../../../../../test/support/abuse/abuse.ts';
import { flatness, gpuWithoutTensor, memoryStep, robustSpread, sustainedUse } from './plateau.ts';

describe('sustainedUse', () => {
  const held = aTrack({ levelDwell: 3 });

  it('counts half for what has a normal of its own, in full for what has none', () => {
    expect(strengthOf(sustainedUse, { track: held })).toBe(0.5);
    expect(strengthOf(sustainedUse, { track: held, normal: NEW })).toBe(1);
  });

  it('needs three windows of it', () => {
    expect(strengthOf(sustainedUse, { track: aTrack({ levelDwell: 2 }), normal: NEW })).toBe(0);
    expect(strengthOf(sustainedUse, { track: aTrack({ levelDwell: 3 }), normal: NEW })).toBe(1);
  });

  it('is against the limit, else the request, else the node', () => {
    const threshold = (change: object): unknown =>
      reading(sustainedUse, { track: held, subject: aSubject(change) }).threshold;
    expect(threshold({ limit: 2 })).toBeCloseTo(1.6);
    expect(threshold({ limit: null, request: 0.5 })).toBeCloseTo(1);
    expect(threshold({ limit: null, request: null, nodeCores: 8 })).toBeCloseTo(2);
  });

  it('stays unknown where neither is known', () => {
    const subject = aSubject({ limit: null, request: null, nodeCores: null });
    expect(strengthOf(sustainedUse, { track: held, subject })).toBeNull();
  });
});

describe('flatness', () => {
  const flat = [1, 1.01, 0.99, 1, 1.02, 0.98];
  const bumpy = [1, 1.4, 0.7, 1.2, 0.8, 1.5];

  it('fires on a plateau and not on honest wobble', () => {
    expect(strengthOf(flatness, { track: aTrack({ recent: flat }) })).toBe(1);
    expect(strengthOf(flatness, { track: aTrack({ recent: bumpy }) })).toBe(0);
  });

  it('is unknown before five windows', () => {
    expect(strengthOf(flatness, { track: aTrack({ recent: [1, 1, 1, 1] }) })).toBeNull();
  });

  it('one outlier does not hide a plateau', () => {
    expect(robustSpread([1, 1, 1, 1, 5])).toBe(0);
    expect(robustSpread([0, 0, 0])).toBe(Infinity);
  });
});

describe('memoryStep', () => {
  const MIB = 2 ** 20;

  it('fires when RandomX’s 256 MiB came with the use', () => {
    const at = (ramStep: number) =>
      strengthOf(memoryStep, { track: aTrack({ dwell: 3, ramStep }) });
    expect([at(229e6), at(230e6), at(3e9)]).toEqual([0, 0.5, 0.5]);
  });

  it('of what is new, only the size of the fast mode’s data set says something', () => {
    const at = (ram: number) =>
      strengthOf(memoryStep, {
        normal: NEW,
        track: aTrack({ dwell: 3 }),
        subject: aSubject({ ram }),
      });
    expect([at(500 * MIB), at(2_340 * MIB), at(4_000 * MIB)]).toEqual([0, 0.5, 0]);
  });

  it('waits for the use to last, and is unknown where memory is', () => {
    expect(strengthOf(memoryStep, { track: aTrack({ dwell: 2, ramStep: 1e9 }) })).toBe(0);
    expect(strengthOf(memoryStep, { subject: aSubject({ ram: null }) })).toBeNull();
  });
});

describe('gpuWithoutTensor', () => {
  const at = (busy: number, tensor: number | null) =>
    strengthOf(gpuWithoutTensor, {
      subject: aSubject({ kind: 'gpu', limit: 1, tensor }),
      suspicion: aSuspicion({ cores: busy }),
    });

  it('fires on a busy GPU whose tensor cores are idle', () => {
    expect([at(0.69, 0.01), at(0.7, 0.05), at(0.9, 0)]).toEqual([0, 1, 1]);
    expect(at(0.9, 0.06)).toBe(0);
  });

  it('is unknown without GPU metrics, and for the container’s cores', () => {
    expect(at(0.9, null)).toBeNull();
    expect(strengthOf(gpuWithoutTensor, { subject: aSubject({ tensor: 0 }) })).toBeNull();
  });
});
