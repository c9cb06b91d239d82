import { RE2JS } from 're2js';
import { describe, expect, it, vi } from 'vitest';
import { cpuTimeMs } from '../../../test/support/cpuTime.ts';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { createSilence } from '../../notify/silences/createSilence.ts';
import { parseMatcher } from './matcher.ts';
import { silencedBy } from './silence.ts';

const NOW = Date.UTC(2026, 10, 24);
const silence = (...matchers: string[]) =>
  createSilence({ matchers, endsAt: NOW + 1_000, author: 'shop', reason: 'test' }, NOW);
/** As the history may hold it, by any writer. */
const stored = (...matchers: string[]) => ({
  ...silence('namespace=shop'),
  matchers: matchers.map(parseMatcher),
});

describe('Sec: silences that an attacker wrote', () => {
  const finding = aFinding();
  const exact = `kind=${finding.kind}`;

  it.each(['constructor=~"x"', '__proto__=~"x"', 'toString!~""'])(
    '%s is about a label that there is not: it stops no plan and fits nothing',
    (matcher) => {
      const absent = stored(`fingerprint=${finding.fingerprint}`, exact, matcher);
      expect(silencedBy(finding, [absent], NOW)).toBeNull();
    },
  );

  it('a label that there is not is empty, whatever it is called', () => {
    expect(silencedBy(finding, [stored(exact, 'constructor=')], NOW)).not.toBeNull();
  });

  it.each([
    '.{0,1000}'.repeat(110),
    '(?:(?:a{0,30}){0,30})',
    `(?:${'x'.repeat(200)}){5}`,
    '(?i)[^\\pL]?'.repeat(40),
    String.raw`\pL`.repeat(300),
    '(?:(?:x{900})',
  ])('an expression that would take long to compile is refused before it is: %.40s', (regex) => {
    const before = cpuTimeMs();
    expect(() => silence('namespace=shop', `workload=~${regex}`)).toThrow('is too large');
    expect(cpuTimeMs() - before).toBeLessThan(50);
  });

  it.each(['checkout-.*|cart-.*', String.raw`[a-z]{1,8}-\d+`, '(?i)(?P<a>web|api)-(?:x|y){3}'])(
    'an expression of a usual size compiles: %s',
    (regex) => {
      expect(() => silence('namespace=shop', `workload=~${regex}`)).not.toThrow();
    },
  );

  it('regular expressions are not even compiled where an exact matcher does not fit', () => {
    const own = { ...silence(exact), matchers: [broken(), parseMatcher('namespace=elsewhere')] };
    expect(silencedBy(finding, [own], NOW)).toBeNull();
    const all = { ...own, matchers: [broken(), parseMatcher(exact)] };
    expect(() => silencedBy(finding, [all], NOW)).toThrow('does not compile');
  });

  it('a regular expression is compiled once, however many findings it is held against', () => {
    const compile = vi.spyOn(RE2JS, 'compile');
    const own = stored(exact, 'workload=~"check[a-z]*"', 'container!~"side[a-z]*"');
    stored(exact, 'workload=~"check[a-z]*"');
    const findings = ['checkout', 'checks', 'web'].map((name) =>
      aFinding({ scope: { ...finding.scope, workload: { kind: 'Deployment', name } } }),
    );
    const quiet = findings.map((one) => silencedBy(one, [own], NOW) !== null);
    expect(quiet).toEqual([true, true, false]);
    expect(compile).toHaveBeenCalledTimes(2);
    compile.mockRestore();
  });

  it('labels of the workload cannot be matched: everyone who may deploy sets them', () => {
    expect(() => silence(exact, 'label:team=shop')).toThrow('is not a matcher');
  });

  it('a matcher of spaces is read in linear time', () => {
    const before = cpuTimeMs();
    expect(() => parseMatcher(`a=x${' '.repeat(1_000_000)}x`)).toThrow('longer than');
    expect(cpuTimeMs() - before).toBeLessThan(1_000);
  });
});

function broken() {
  return { label: 'workload', operator: '=~', value: '(' } as const;
}
