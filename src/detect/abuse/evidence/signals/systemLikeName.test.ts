import { expect, it } from 'vitest';
import { NEW, NO_INDICATORS, own, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { systemLikeName } from './systemLikeName.ts';

const indicators = { ...NO_INDICATORS, disguise: 'kube-controller' };

it('counts in full for what is new, half for what has long been there', () => {
  expect(strengthOf(systemLikeName, { indicators, normal: NEW })).toBe(1);
  expect(strengthOf(systemLikeName, { indicators, normal: own() })).toBe(0.5);
});

it('says nothing of ordinary names', () => {
  expect(strengthOf(systemLikeName, { normal: NEW })).toBe(0);
});
