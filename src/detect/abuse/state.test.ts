import { describe, expect, it } from 'vitest';
import { addHour, EMPTY_RING, flagFrom } from './ring.ts';
import { abuseCodec } from './state.ts';

const HOUR = { mean: 0.5, peak: 1, net: 1_000, disk: null };

describe('abuseCodec', () => {
  it('a ring read from the history is not changed by what is made of it', () => {
    const stored = Buffer.from(
      abuseCodec.encode({ row: 'past', ring: addHour(EMPTY_RING, 400, HOUR, false) }),
    );
    const row = abuseCodec.decode(stored);
    if (row.row !== 'past') throw new Error('not a ring');
    const before = Buffer.from(abuseCodec.encode(row));
    addHour(row.ring, 401, HOUR, true);
    flagFrom(row.ring, 400);
    expect(Buffer.from(abuseCodec.encode(row)).equals(before)).toBe(true);
    expect(before.equals(stored)).toBe(true);
  });
});
