import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import { aFacts, aSubject } from '../../../../test/support/abuse/abuse.ts';
import { MINUTE_MS } from '../../../model/time.ts';
import { EMPTY_RING, RING_BYTES, valuesAt } from '../../usual/hourRing.ts';
import { advance, closeHour } from './advance.ts';
import { abuseCodec } from './codec.ts';
import { emptyTrack, type AbuseState, type Beside, type Track } from './state.ts';

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

const pasts: fc.Arbitrary<AbuseState> = fc
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

describe('an hour', () => {
  const hourOf = (uses: readonly number[], minutes: number) => {
    const { window, ...facts } = aFacts();
    const long = { start: window.start, end: window.start + minutes * MINUTE_MS };
    const track = uses.reduce(
      (was, cores) => advance({ ...facts, window: long, track: was, subject: aSubject({ cores }) }),
      emptyTrack(window.start),
    );
    const ring = closeHour(null, track, long)!;
    const [mean = 0] = valuesAt(ring, 'mean', [track.hour]);
    return { average: track.smoothCores, mean, peak: valuesAt(ring, 'peak', [track.hour])[0] };
  };

  it('has no spike of one window, neither in its mean nor in the running average', () => {
    const { average, mean, peak } = hourOf([0.1, 0.1, 3, 0.1, 0.1], 5);
    expect(average).toBeCloseTo(0.1);
    expect(mean).toBeCloseTo(0.1);
    expect(peak).toBeCloseTo(3, 0);
  });

  it.each([10, 15, 30])('counts every window of %i minutes', (minutes) => {
    const { average, mean } = hourOf([0.1, 0.5], minutes);
    expect(mean).toBeCloseTo(0.3, 1);
    expect(average).toBeGreaterThan(0.15);
  });

  it('is followed at once by windows of an hour: none of them is a spike', () => {
    const uses = [0.125, 1.25, 0.375];
    const averages = uses.map((_, last) => hourOf(uses.slice(0, last + 1), 60).average);
    expect(averages).toEqual(uses);
  });
});
