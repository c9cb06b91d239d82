import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { shareMatchers, splitNamespaces } from './share.ts';

const namespace = fc.stringMatching(/^[a-z0-9](-?[a-z0-9])*$/);
const cluster = fc.dictionary(namespace, fc.integer({ min: 0, max: 500 }), { maxKeys: 40 });

describe('a cluster that is split by namespace', () => {
  it('has each namespace once, also one that comes meanwhile', () => {
    fc.assert(
      fc.property(cluster, fc.integer({ min: 1, max: 6 }), namespace, (pods, collectors, more) => {
        const shares = splitNamespaces(new Map(Object.entries(pods)), collectors);
        expect(shares.length).toBeLessThanOrEqual(collectors);
        for (const one of [...Object.keys(pods), more, '']) {
          const having = shares.filter((share) =>
            shareMatchers(share).every(
              ({ op, value }) => new RegExp(`^(?:${value})$`).test(one) === (op === '=~'),
            ),
          );
          expect([one, having.length]).toEqual([one, 1]);
        }
      }),
    );
  });

  it('gives each collector about as many pods', () => {
    const pods = new Map(Array.from({ length: 40 }, (_, index) => [`n${index}`, 10 + index]));
    const shares = splitNamespaces(pods, 3).slice(1);
    const counts = shares.map(({ namespaces }) =>
      namespaces.reduce((sum, name) => sum + (pods.get(name) ?? 0), 0),
    );
    for (const count of counts) expect(count / 1_180).toBeCloseTo(1 / 3, 1);
  });

  it('is asked for whole by one collector', () => {
    expect(shareMatchers(splitNamespaces(new Map([['shop', 3]]), 1)[0]!)).toEqual([]);
  });

  it('names only so many namespaces; the smallest stay with the first', () => {
    const pods = new Map(Array.from({ length: 2_000 }, (_, index) => [`n${index}`, index]));
    const [rest, other] = splitNamespaces(pods, 2);
    expect([rest?.namespaces.length, other?.namespaces.length]).toEqual([500, 500]);
    expect(other?.namespaces).not.toContain('n0');
  });
});
