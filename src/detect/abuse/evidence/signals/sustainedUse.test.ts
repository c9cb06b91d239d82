import { expect, it } from 'vitest';
import {
  aSubject,
  aTrack,
  NEW,
  reading,
  strengthOf,
} from '../../../../../test/support/abuse/abuse.ts';
import { sustainedUse } from './sustainedUse.ts';

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
