import { describe, expect, it } from 'vitest';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { parseFindingMatcher } from './findingMatcher.ts';
import { findingLabels } from './silence.ts';

describe('matchers that a person wrote', () => {
  it('may be about every label that a finding has', () => {
    const labels = Object.entries(findingLabels({ ...aFinding(), owner: 'team-shop' }));
    expect(labels.length).toBeGreaterThan(8);
    for (const [label, value] of labels)
      expect(parseFindingMatcher(`${label}=${JSON.stringify(value)}`)).toEqual({
        label,
        operator: '=',
        value,
      });
  });

  it('cannot be about a label that no finding has: they would never fit, or always', () => {
    expect(() => parseFindingMatcher('namespce=shop')).toThrow(
      /findings have no label namespce: there are id, .*owner; did you mean namespace\?$/,
    );
    expect(() => parseFindingMatcher('bogus!=x')).toThrow(/no label bogus: there are [^;]*$/);
    expect(() => parseFindingMatcher('constructor=~"x"')).toThrow('no label constructor');
  });

  it.each(['kind=cryptojaking', 'severity!=fatal'])('%s is a value that there is not', (text) => {
    expect(() => parseFindingMatcher(text)).toThrow(/there are \w+/);
  });

  it('may be an expression over values, known or not', () => {
    expect(parseFindingMatcher('kind=~"crypto.*"')).toMatchObject({ operator: '=~' });
  });
});
