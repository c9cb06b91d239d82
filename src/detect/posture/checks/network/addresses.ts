import { isIP } from 'node:net';
import { parseNetwork, type Network } from '../../../../model/network.ts';

/** From the first up to, and without, the last. */
type Span<N extends number | bigint> = readonly [first: N, end: N];

/** A block of addresses; null for what is no block, a single address included. */
function blockOf(
  cidr: string,
): { readonly family: Network['family']; readonly span: Span<bigint> } | null {
  const network = cidr.includes('/') ? parseNetwork(cidr) : null;
  if (network === null) return null;
  const { address, prefix, family } = network;
  const size = 1n << BigInt(widthOf(family) - prefix);
  const first = (numberOf(address, family) / size) * size;
  return { family, span: [first, first + size] };
}

function widthOf(family: Network['family']): 32 | 128 {
  return family === 'ipv6' ? 128 : 32;
}

function numberOf(address: string, family: Network['family']): bigint {
  if (family === 'ipv4')
    return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // The URL parser writes every form of an IPv6 address in the same way.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const zeros = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)];
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** True where these blocks are together every address of IPv4, or of IPv6; halves of it count as well. */
export function isEverywhere(cidrs: readonly string[]): boolean {
  const blocks = cidrs.flatMap((cidr) => blockOf(cidr.trim()) ?? []);
  return (['ipv4', 'ipv6'] as const).some((family) =>
    covers(
      blocks.filter((block) => block.family === family).map(({ span }) => span),
      [0n, 1n << BigInt(widthOf(family))],
    ),
  );
}

/** True where these spans leave nothing of the whole. */
export function covers<N extends number | bigint>(
  spans: readonly Span<N>[],
  [first, end]: Span<N>,
): boolean {
  let next = first;
  for (const [from, to] of [...spans].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (from > next) return false;
    if (to > next) next = to;
  }
  return next >= end;
}

/** True where a block of addresses holds this one; what is no block holds nothing. */
export function holds(cidrs: readonly string[], address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const one = numberOf(address, family);
  return cidrs.some((cidr) => {
    const block = blockOf(cidr);
    return block?.family === family && block.span[0] <= one && one < block.span[1];
  });
}
