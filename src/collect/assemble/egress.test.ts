import { describe, expect, it } from 'vitest';
import type { Window } from '../../model/time.ts';
import { aPod } from '../../../test/support/cost.ts';
import { buildEgressTable, withEgress, withFlows } from './egress.ts';
import { madeUpBatch, madeUpWindows } from '../../../test/support/madeUpBatch.ts';

const WEB = { namespace: 'shop', pod_name: 'web' };

function labels(internet: boolean, sameZone: boolean, sameRegion: boolean): Record<string, string> {
  const flags = { internet, same_zone: sameZone, same_region: sameRegion };
  const text = Object.entries(flags).map(([name, value]) => [name, String(value)]);
  return { ...WEB, ...Object.fromEntries(text) } as Record<string, string>;
}

const [WINDOW] = madeUpWindows(1) as readonly [Window];
const FACTS = { aheadMs: 60_000, intervalMs: 30_000 };

const TABLE = buildEgressTable(
  madeUpBatch(
    [WINDOW],
    {},
    {
      egress: [
        [labels(true, false, false), flow(10)],
        [{ ...labels(true, false, false), instance: 'scraped twice' }, flow(10)],
        [{ ...labels(true, false, false), service: 's3' }, flow(5)],
        [labels(false, false, true), flow(2)],
        [labels(false, true, true), flow(99)],
        [{ ...labels(true, false, false), pod_name: 'gone' }, [[-30, 1]]],
      ],
    },
  ),
);

/** A counter's samples around the window. */
function flow(perSecond: number): (readonly [number, number])[] {
  return Array.from({ length: 14 }, (_, index) => [index * 30 - 60, perSecond * index * 30]);
}

describe('egress', () => {
  it('is told apart by destination, and free inside a zone', () => {
    const [web] = withEgress([aPod({ name: 'web' })], TABLE, WINDOW, FACTS);
    expect(web?.egress).toEqual({
      zoneBytesPerSecond: 2,
      regionBytesPerSecond: null,
      internetBytesPerSecond: 15,
    });
  });

  it('is unknown for pods that the exporter does not speak of', () => {
    const pods = [aPod({ name: 'other' }), aPod({ name: 'gone' })];
    expect(withEgress(pods, TABLE, WINDOW, FACTS)).toEqual(pods);
    expect(withEgress(pods, new Map(), WINDOW, FACTS)).toBe(pods);
  });

  it('is given to one of two pods of the same name', () => {
    const pods = [aPod({ name: 'web', uid: 'a' }), aPod({ name: 'web', uid: 'b' })];
    expect(withEgress(pods, TABLE, WINDOW, FACTS).map((pod) => pod.egress !== undefined)).toEqual([
      true,
      false,
    ]);
  });
});

describe('flows of Retina', () => {
  const from = { source_namespace: 'shop', source_podname: 'web' };
  const zones = (source_zone: string, destination_zone: string) => ({
    ...from,
    source_zone,
    destination_zone,
  });
  const batch = madeUpBatch([WINDOW], {
    flows: [
      [{ ...from, destination: 'internet' }, [null, 3_000]],
      [zones('a', 'b'), [null, 600]],
      [zones('a', 'c'), [null, 300]],
      [zones('a', 'a'), [null, 9_000]],
      [{ ...from, source_podname: 'unknown', destination: 'internet' }, [null, 1]],
    ],
  });

  it('are charged across zones and to the internet, and free inside a zone', () => {
    const [web, other] = withFlows([aPod({ name: 'web' }), aPod({ name: 'x' })], batch, 1, WINDOW);
    expect(web?.egress).toEqual({
      zoneBytesPerSecond: 3,
      regionBytesPerSecond: null,
      internetBytesPerSecond: 10,
    });
    expect(other?.egress).toBeUndefined();
    const host = aPod({ name: 'web', hostNetwork: true });
    expect(withFlows([host], batch, 1, WINDOW)[0]?.egress).toBeUndefined();
  });
});
