import { expect, it } from 'vitest';
import {
  aSubject,
  NEW,
  NO_INDICATORS,
  own,
  reading,
  strengthOf,
} from '../../../../../test/support/abuse/abuse.ts';
import { elevatedSpec } from './elevatedSpec.ts';

const indicators = { ...NO_INDICATORS, elevated: ['privileged', 'huge pages'] };

it('counts weakly, and only for what is new', () => {
  expect(strengthOf(elevatedSpec, { indicators, normal: NEW })).toBe(0.5);
  expect(strengthOf(elevatedSpec, { indicators, normal: own() })).toBe(0);
  expect(strengthOf(elevatedSpec, { normal: NEW })).toBe(0);
});

it('a new image in kube-system needs no spec to be seen', () => {
  const subject = aSubject({ namespace: 'kube-system' });
  const blind = { ...NO_INDICATORS, isSpecKnown: false };
  const found = reading(elevatedSpec, { subject, normal: NEW, indicators: blind });
  expect(found).toMatchObject({ strength: 0.5, value: 'new in kube-system' });
});

it('is unknown without specs', () => {
  const blind = { ...NO_INDICATORS, isSpecKnown: false };
  expect(strengthOf(elevatedSpec, { indicators: blind, normal: NEW })).toBeNull();
});
