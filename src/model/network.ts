import { isIP } from 'node:net';

/** A network of addresses. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; null for anything else, and with a zone (`fe80::1%eth0`). */
export function parseNetwork(text: string): Network | null {
  const [, address = '', length] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const bits = version === 6 ? 128 : 32;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return null;
  return { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}
