import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { parseMatchers, promDuration, selector } from './matchers.ts';

describe('configured matchers', () => {
  it.each([
    ['', 'm'],
    ['cluster="prod-eu"', 'm{cluster="prod-eu"}'],
    ['{ cluster = "a" , region=~"eu-.*", }', 'm{cluster="a",region=~"eu-.*"}'],
    ["cluster!='it''s'".replace("''", "\\'"), 'm{cluster!="it\'s"}'],
    ['path=`C:\\x`', 'm{path="C:\\\\x"}'],
    ['a="\\x41\\u00e9\\n"', 'm{a="Aé\\n"}'],
  ])('%j becomes %s', (text, expected) => {
    expect(selector('m', parseMatchers(text))).toBe(expected);
  });

  it.each([
    ['cluster=prod', 'near character 1'],
    ['cluster="a" or up', 'near character 1'],
    ['a="b",} or vector(1) #', 'near character 7'],
    ['a=~"("', 'does not parse'],
  ])('refuses %j', (text, message) => {
    expect(() => parseMatchers(text)).toThrow(message);
  });

  it('survives any value, and lets none escape its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const written = selector('', [{ name: 'a', op: '=', value }]).slice(1, -1);
        expect(parseMatchers(written)).toEqual([{ name: 'a', op: '=', value }]);
      }),
    );
  });
});

it.each([
  [299_999, '4m59s999ms'],
  [3_600_000, '1h'],
  [119_999, '1m59s999ms'],
])('writes %d ms as %s', (ms, text) => {
  expect(promDuration(ms)).toBe(text);
});
