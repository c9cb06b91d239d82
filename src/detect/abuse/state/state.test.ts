import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import { aFacts, aSubject } from '../../../../test/support/abuse/abuse.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { EMPTY_RING, RING_BYTES, valuesAt } from '../../usual/hourRing.ts';
import { advance, closeHour } from './advance.ts';
import { abuseCodec } from './codec.ts';
import { emptyTrack, type Beside, type Past, type Track } from './state.ts';

const number = fc.double({ noNaN: true });

const tracks: fc.Arbitrary<Track> = fc.record({
  ...Object.fromEntries(
    Object.keys(emptyTrack(0))
      .filter((key) => !['row', 'recent', 'members', 'signs'].includes(key))
      .map((key) => [key, number]),
  ),
  row: fc.constant('track'),
  recent: fc.array(number, { maxLength: 12 }),
  members: fc.array(number, { maxLength: 32 }),
  signs: fc.array(fc.nat(), { maxLength: 8 }),
}) as unknown as fc.Arbitrary<Track>;

const pasts: fc.Arbitrary<Past> = fc
  .tuple(
    fc.integer({ min: -1, max: 1e6 }),
    fc.uint8Array({ minLength: RING_BYTES, maxLength: RING_BYTES }),
  )
  .map(([newest, bytes]) => ({ row: 'past', ring: { newest, bytes } }));

const besides: fc.Arbitrary<Beside> = fc.record({
  row: fc.constant('beside' as const),
  sumUnits: number,
  others: number,
  own: number,
  othersSquared: number,
  ownSquared: number,
  product: number,
  lastSeen: number,
});

describe('state as it is stored', () => {
  it('is read back exactly, to the last bit', () => {
    fc.assert(
      fc.property(fc.oneof(tracks, pasts, besides), (row) => {
        expect(abuseCodec.decode(abuseCodec.encode(row))).toEqual(row);
      }),
    );
  });

  it('takes less than 2 KB a workload, what was learnt and the present together', () => {
    const track = { ...emptyTrack(0), recent: Array.from({ length: 12 }, () => 1) };
    const key = `shop/Deployment/${'x'.repeat(30)}/app`;
    const bytes =
      abuseCodec.encode(track).length +
      abuseCodec.encode({ row: 'past', ring: EMPTY_RING }).length +
      `c/${key}`.length +
      `p/c/${key}`.length;
    expect(bytes).toBeLessThan(2048);
  });

  it('can be read from a part of a larger buffer, as SQLite hands it out', () => {
    const bytes = abuseCodec.encode(emptyTrack(42));
    const page = new Uint8Array(bytes.length + 5);
    page.set(bytes, 5);
    expect(abuseCodec.decode(page.subarray(5))).toEqual(emptyTrack(42));
  });
});

it('a spike of one window is in no hour, neither in its mean nor in the running average', () => {
  const facts = aFacts();
  const hour = [0.1, 0.1, 3, 0.1, 0.1].reduce(
    (track, cores) => advance({ ...facts, track, subject: aSubject({ cores }) }),
    emptyTrack(facts.window.start),
  );
  expect(hour.smoothCores).toBeCloseTo(0.1);
  const ring = closeHour(null, hour)!;
  expect(valuesAt(ring, 'mean', [hour.hour])[0]).toBeCloseTo(0.1);
  expect(valuesAt(ring, 'peak', [hour.hour])[0]).toBeCloseTo(3, 0);
});

it('the running average follows windows of an hour at once: none of them is a spike', () => {
  const facts = aFacts();
  const { start } = facts.window;
  const averages: number[] = [];
  let track = emptyTrack(start);
  for (const [hour, cores] of [0.125, 1.25, 0.375].entries()) {
    const window = { start: start + hour * HOUR_MS, end: start + (hour + 1) * HOUR_MS };
    track = advance({ ...facts, window, track, subject: aSubject({ cores }) });
    averages.push(track.smoothCores);
  }
  expect(averages).toEqual([0.125, 1.25, 0.375]);
});
