import { packNumbers, unpackNumbers, type NumbersForm } from '../../../store/numbersCodec.ts';
import type { StateCodec } from '../../../store/stateCodec.ts';
import { RING_BYTES } from '../../usual/hourRing.ts';
import { BESIDE, TRACK, type AbuseState } from './state.ts';

const FORMS: readonly NumbersForm[] = [
  { row: 'track', names: TRACK, lists: ['recent', 'members', 'signs'] },
  { row: 'gone', names: ['', '', '', '', '', 'lastSeen'], lists: [] },
  { row: 'beside', names: BESIDE, lists: [] },
];

const RING_HEADER = 1 + Float64Array.BYTES_PER_ELEMENT;

/** Binary, exact to the last bit: what was stored and read again judges as if it never had been. */
export const abuseCodec: StateCodec<AbuseState> = {
  encode(value) {
    if (value.row !== 'past') return packNumbers(FORMS, value);
    const bytes = new Uint8Array(RING_HEADER + RING_BYTES);
    bytes[0] = FORMS.length;
    new DataView(bytes.buffer).setFloat64(1, value.ring.newest);
    bytes.set(value.ring.bytes, RING_HEADER);
    return bytes;
  },
  decode(stored) {
    const row = unpackNumbers(FORMS, stored);
    if (row !== null) return row as AbuseState;
    // A Buffer's slice() shares its memory: a ring made of such would change under who still holds it.
    const bytes = new Uint8Array(stored);
    const newest = new DataView(bytes.buffer).getFloat64(1);
    return { row: 'past', ring: { newest, bytes: bytes.subarray(RING_HEADER) } };
  },
};
