import type { TimeMs } from '../src/model/time.ts';

const TWO_32 = 4_294_967_296;

/** A number in [0, 1) that depends on the seed and the index alone: no state, so any order gives the same. */
export function chance(seed: number, index: number): number {
  let t = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index | 0, 0xc2b2ae35)) | 0;
  t = Math.imul(t ^ (t >>> 15), 0x2c1b3c6d);
  t = Math.imul(t ^ (t >>> 12), 0x297a2d39);
  return ((t ^ (t >>> 15)) >>> 0) / TWO_32;
}

/** A seed from a name (FNV-1a). */
export function seedOf(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Roughly standard normal, independent from index to index. */
export function bell(seed: number, index: number): number {
  const sum = chance(seed, index) + chance(seed + 1, index) + chance(seed + 2, index);
  // Three uniforms have a variance of 1/4.
  return 2 * (sum - 1.5);
}

/** Noise that lasts: a smooth curve through normal values that are `period` apart. */
export function drift(seed: number, at: TimeMs, period: TimeMs): number {
  const place = at / period;
  const index = Math.floor(place);
  const part = place - index;
  const weight = part * part * (3 - 2 * part);
  return bell(seed, index) * (1 - weight) + bell(seed, index + 1) * weight;
}

/** Lower-case letters and digits as Kubernetes generates names from (no vowels, no 0, 1, 3). */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** A generated part of a name. */
export function generatedName(seed: number, length: number): string {
  const pick = (index: number): string => SAFE[Math.floor(chance(seed, index) * SAFE.length)] ?? '';
  return Array.from({ length }, (_, index) => pick(index)).join('');
}

/** So many hexadecimal digits. */
export function hexDigits(seed: number, length: number): string {
  const digit = (index: number): string => Math.floor(chance(seed, index) * 16).toString(16);
  return Array.from({ length }, (_, index) => digit(index)).join('');
}

/** A UUID in the form of version 4. */
export function uuid(seed: number): string {
  const hex = hexDigits(seed, 32);
  const variant = (8 + Math.floor(chance(seed, 99) * 4)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
