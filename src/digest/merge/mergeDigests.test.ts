import { fc } from '../../../test/support/properties.ts';
import { describe, expect, it } from 'vitest';
import { aDigest } from '../../../test/support/digest/digests.ts';
import type { Amount, Digest, Spend } from '../../store/digests/digest.ts';
import { renderText } from '../text/renderText.ts';
import { mergeDigests } from './mergeDigests.ts';

const spend = (key: string, nano: number, beforeNano: number | null): Spend => ({
  key,
  nano,
  beforeNano,
  sharedNano: 0,
  reasons:
    beforeNano === null || beforeNano === nano
      ? []
      : [{ driver: 'requests', nano: nano - beforeNano, names: [`${key}/Deployment/a`], count: 1 }],
  efficiency: 0.5,
  efficiencyBefore: null,
  coverage: 1,
});

/** A digest whose tables add up, of one namespace and owner for each amount. */
function digestOf(
  cluster: string,
  amounts: readonly number[],
  before: readonly number[] | null,
): Digest {
  const of = (name: string) =>
    amounts.map((nano, index) => spend(`${name}-${index}`, nano, before?.[index] ?? null));
  const idle = spend('idle', 7, before === null ? null : 5);
  const add = (spends: readonly Spend[], pick: (one: Spend) => number | null) =>
    spends.reduce((sum, one) => sum + (pick(one) ?? 0), 0);
  const all = [...of('ns'), idle];
  const total = {
    nano: add(all, ({ nano }) => nano),
    beforeNano: before === null ? null : add(all, (one) => one.beforeNano),
    reasons: all.flatMap(({ reasons }) => reasons),
  };
  return { ...aDigest('x', 1, 1), cluster, total, idle, namespaces: of('ns'), owners: of('team') };
}

const sum = (amounts: readonly Amount[], of: (amount: Amount) => number | null) =>
  amounts.reduce((total, amount) => total + (of(amount) ?? 0), 0);
const addsUp = ({ nano, beforeNano, reasons }: Amount) =>
  beforeNano === null ||
  sum(
    reasons.map((one) => ({ ...one, beforeNano: 0, reasons: [] })),
    (one) => one.nano,
  ) ===
    nano - beforeNano;

describe('mergeDigests', () => {
  it('keeps every sum exact, whatever the clusters cost', () => {
    const amount = fc.integer({ min: 0, max: 1e12 });
    const cluster = fc.record({
      now: fc.array(amount, { minLength: 1, maxLength: 4 }),
      before: fc.option(fc.array(amount, { minLength: 4, maxLength: 4 })),
    });
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 2, maxLength: 5 }), (clusters) => {
        const digests = clusters.map(({ now, before }, index) =>
          digestOf(`c${index}`, now, before),
        );
        const merged = mergeDigests(digests);
        const { total, namespaces, owners, idle } = merged;
        expect(total.nano).toBe(
          sum(
            digests.map((one) => one.total),
            ({ nano }) => nano,
          ),
        );
        for (const list of [merged.clusters!, [...namespaces, idle], [...owners, idle]]) {
          expect(sum(list, ({ nano }) => nano)).toBe(total.nano);
          expect(sum(list, ({ beforeNano }) => beforeNano)).toBe(total.beforeNano ?? 0);
        }
        expect([total, idle, ...namespaces, ...owners].every(addsUp)).toBe(true);
      }),
    );
  });

  it('keeps namespaces of clusters apart, and owners together', () => {
    const merged = mergeDigests([digestOf('eu', [10, 20], [10, 20]), digestOf('us', [5], [9])]);
    expect(merged.namespaces.map(({ key, nano }) => [key, nano])).toEqual([
      ['eu/ns-1', 20],
      ['eu/ns-0', 10],
      ['us/ns-0', 5],
    ]);
    expect(merged.owners.map(({ key, nano, beforeNano }) => [key, nano, beforeNano])).toEqual([
      ['team-1', 20, 20],
      ['team-0', 15, 19],
    ]);
    expect(merged.owners[1]!.reasons[0]).toMatchObject({
      nano: -4,
      names: ['us/team-0/Deployment/a'],
    });
    expect(merged.savings.top.map(({ cluster }) => cluster)).toEqual(['eu', 'eu', 'eu']);
    const text = renderText(merged);
    expect(text).toMatch(/^CLUSTER +THIS WEEK/m);
    expect(text).toContain('eu/x/x/x');
  });

  it('counts a cluster that has no week before as new', () => {
    const { total } = mergeDigests([digestOf('eu', [10], [10]), digestOf('us', [5], null)]);
    expect(total).toMatchObject({ nano: 29, beforeNano: 15 });
    expect(total.reasons).toContainEqual({
      driver: 'new-clusters',
      nano: 12,
      names: ['us'],
      count: 1,
    });
  });

  it('sends an owner one digest for each way to reach them', () => {
    const [first, second] = [digestOf('eu', [10], null), digestOf('us', [5], null)];
    const elsewhere = second.ownerDigests.map((one) => ({
      ...one,
      receiver: { channel: 'slack', target: '#us' },
    }));
    expect(mergeDigests([first, second]).ownerDigests).toHaveLength(1);
    const apart = mergeDigests([first, { ...second, ownerDigests: elsewhere }]).ownerDigests;
    expect(apart.map(({ owner, receiver }) => [owner, receiver?.target])).toEqual([
      ['x', '#team'],
      ['x', '#us'],
    ]);
  });

  it('names clusters while they are few, and returns one as it is', () => {
    const of = (count: number) =>
      Array.from({ length: count }, (_, index) => digestOf(`c${index}`, [1], null));
    expect(mergeDigests(of(3)).cluster).toBe('c0, c1, c2');
    expect(mergeDigests(of(4)).cluster).toBe('4 clusters');
    const [alone] = of(1);
    expect(mergeDigests([alone!])).toBe(alone);
  });
});
