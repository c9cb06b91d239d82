import { describe, expect, it } from 'vitest';
import { aPod } from '../../../test/support/cost.ts';
import { buildEgressTable, withEgress } from './egress.ts';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';

const WEB = { namespace: 'shop', pod_name: 'web' };

function labels(internet: boolean, sameZone: boolean, sameRegion: boolean): Record<string, string> {
  const flags = { internet, same_zone: sameZone, same_region: sameRegion };
  const text = Object.entries(flags).map(([name, value]) => [name, String(value)]);
  return { ...WEB, ...Object.fromEntries(text) } as Record<string, string>;
}

const TABLE = buildEgressTable(
  madeUpBatch(madeUpWindows(1), {
    egress: [
      [labels(true, false, false), [null, 10]],
      [{ ...labels(true, false, false), service: 's3' }, [null, 5]],
      [labels(false, false, true), [null, 2]],
      [labels(false, true, true), [null, 99]],
      [{ ...labels(true, false, false), pod_name: 'gone' }, [1, null]],
    ],
  }),
);

describe('egress', () => {
  it('is told apart by destination, and free inside a zone', () => {
    const [web] = withEgress([aPod({ name: 'web' })], TABLE, 1);
    expect(web?.egress).toEqual({
      zoneBytesPerSecond: 2,
      regionBytesPerSecond: null,
      internetBytesPerSecond: 15,
    });
  });

  it('is unknown for pods that the exporter does not speak of', () => {
    const pods = [aPod({ name: 'other' }), aPod({ name: 'gone' })];
    expect(withEgress(pods, TABLE, 1)).toEqual(pods);
    expect(withEgress(pods, new Map(), 1)).toBe(pods);
  });

  it('is given to one of two pods of the same name', () => {
    const pods = [aPod({ name: 'web', uid: 'a' }), aPod({ name: 'web', uid: 'b' })];
    expect(withEgress(pods, TABLE, 1).map((pod) => pod.egress !== undefined)).toEqual([
      true,
      false,
    ]);
  });
});
