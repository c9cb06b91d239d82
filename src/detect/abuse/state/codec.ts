import type { StateCodec } from '../../../store/stateCodec.ts';
import { RING_BYTES, ringOver, type HourRing } from '../expectation/ring.ts';
import { BESIDE, PEERS, TRACK, type AbuseState } from './state.ts';

const BYTE_BITS = 8;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Rows of numbers and, after them, lists of numbers; the first byte of a stored row tells which it is. */
const FORMS = [
  { row: 'track', names: TRACK, lists: ['recent', 'members', 'signs'] },
  { row: 'peers', names: PEERS, lists: [] },
  { row: 'beside', names: BESIDE, lists: [] },
] as const;

/** Binary, exact to the last bit: what was stored and read again judges as if it never had been. */
export const abuseCodec: StateCodec<AbuseState> = {
  encode(value) {
    if (value.row === 'past') return packRing(value.ring);
    const tag = FORMS.findIndex(({ row }) => row === value.row);
    const of = value as unknown as Readonly<Record<string, number & readonly number[]>>;
    const { names, lists } = FORMS[tag] as (typeof FORMS)[number];
    const numbers: number[] = names.map((name) => of[name] ?? 0);
    for (const name of lists) numbers.push(of[name]?.length ?? 0, ...(of[name] ?? []));
    return packSparse(tag, numbers);
  },
  decode(bytes) {
    const form = FORMS[bytes[0] ?? 0];
    if (form === undefined) return { row: 'past', ring: unpackRing(bytes) };
    const numbers = unpackSparse(bytes);
    const entries: [string, unknown][] = form.names.map((name, at) => [name, numbers[at] ?? 0]);
    let at = form.names.length;
    for (const name of form.lists) {
      const length = numbers[at] ?? 0;
      entries.push([name, numbers.slice(at + 1, at + 1 + length)]);
      at += 1 + length;
    }
    return { row: form.row, ...Object.fromEntries(entries) } as unknown as AbuseState;
  },
};

/** Tag, count and, since most numbers of a quiet row are 0, a bit for each that is not; then only those. */
function packSparse(tag: number, numbers: readonly number[]): Uint8Array {
  const mask = HEADER + Math.ceil(numbers.length / BYTE_BITS);
  const isPresent = (value: number): boolean => !Object.is(value, 0);
  const bytes = new Uint8Array(mask + numbers.filter(isPresent).length * NUMBER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, tag);
  view.setUint16(1, numbers.length);
  let at = mask;
  numbers.forEach((value, index) => {
    if (!isPresent(value)) return;
    const byte = HEADER + Math.floor(index / BYTE_BITS);
    view.setUint8(byte, view.getUint8(byte) | (1 << (index % BYTE_BITS)));
    view.setFloat64(at, value);
    at += NUMBER_BYTES;
  });
  return bytes;
}

/** A tag and a count of two bytes. */
const HEADER = 1 + Uint16Array.BYTES_PER_ELEMENT;

function unpackSparse(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(1);
  let at = HEADER + Math.ceil(count / BYTE_BITS);
  return Array.from({ length: count }, (_, index) => {
    const byte = view.getUint8(HEADER + Math.floor(index / BYTE_BITS));
    if ((byte & (1 << (index % BYTE_BITS))) === 0) return 0;
    at += NUMBER_BYTES;
    return view.getFloat64(at - NUMBER_BYTES);
  });
}

const RING_HEADER = 1 + NUMBER_BYTES;

function packRing(ring: HourRing): Uint8Array {
  const bytes = new Uint8Array(RING_HEADER + RING_BYTES);
  bytes[0] = FORMS.length;
  new DataView(bytes.buffer).setFloat64(1, ring.newest);
  bytes.set(ring.bytes, RING_HEADER);
  return bytes;
}

function unpackRing(stored: Uint8Array): HourRing {
  // A Buffer's slice() shares its memory: a ring made of such would change under who still holds it.
  const bytes = new Uint8Array(stored);
  const newest = new DataView(bytes.buffer).getFloat64(1);
  return ringOver(newest, bytes.subarray(RING_HEADER));
}
