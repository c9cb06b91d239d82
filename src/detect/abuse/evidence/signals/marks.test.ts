import { describe, expect, it } from 'vitest';
import {
  NEW,
  NO_INDICATORS,
  aSubject,
  own,
  reading,
  strengthOf,
} from '../../../../../test/support/abuse/abuse.ts';
import { signature, systemLikeName, weakIndicator } from './marks.ts';

describe('signature', () => {
  const marked = { ...NO_INDICATORS, strong: ['a Stratum address'] };

  it('counts double while something is burnt, and nothing while it is idle', () => {
    const at = (cores: number) =>
      strengthOf(signature, { indicators: marked, subject: aSubject({ cores }) });
    expect([at(0.017), at(0.0175), at(1)]).toEqual([0, 2, 2]);
  });

  it('shows the name of the indicator only', () => {
    expect(reading(signature, { indicators: marked })).toMatchObject({
      value: 'a Stratum address',
      text: 'Matches a Stratum address',
    });
  });

  it('is unknown without specs, unless the image shows something', () => {
    const blind = { ...NO_INDICATORS, isSpecKnown: false };
    expect(strengthOf(signature, { indicators: blind })).toBeNull();
    expect(strengthOf(signature, { indicators: { ...marked, isSpecKnown: false } })).toBe(2);
    expect(strengthOf(signature, {})).toBe(0);
  });

  it('lesser indicators are weak', () => {
    const weak = { ...NO_INDICATORS, weak: ['a pool port'] };
    expect(strengthOf(weakIndicator, { indicators: weak })).toBe(0.5);
    expect(strengthOf(weakIndicator, { indicators: NO_INDICATORS })).toBe(0);
    const blind = { ...NO_INDICATORS, isSpecKnown: false };
    expect(strengthOf(weakIndicator, { indicators: blind })).toBeNull();
  });
});

describe('systemLikeName', () => {
  const indicators = { ...NO_INDICATORS, disguise: 'kube-controller' };

  it('counts in full for what is new, half for what has long been there', () => {
    expect(strengthOf(systemLikeName, { indicators, normal: NEW })).toBe(1);
    expect(strengthOf(systemLikeName, { indicators, normal: own() })).toBe(0.5);
  });

  it('says nothing of ordinary names', () => {
    expect(strengthOf(systemLikeName, { normal: NEW })).toBe(0);
  });
});
