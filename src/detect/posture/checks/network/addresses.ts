import { BlockList, isIP } from 'node:net';

/** A block of addresses as its first and last one; null for what is no block. */
function blockOf(cidr: string): { readonly family: 4 | 6; readonly span: Span } | null {
  const [, network = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(cidr.trim()) ?? [];
  const family = isIP(network);
  const length = Number(bits);
  const width = family === 6 ? 128 : 32;
  if (family === 0 || length > width) return null;
  const rest = 1n << BigInt(width - length);
  const first = (numberOf(network, family) / rest) * rest;
  return { family: family === 6 ? 6 : 4, span: [first, first + rest - 1n] };
}

type Span = readonly [first: bigint, last: bigint];

function numberOf(address: string, family: number): bigint {
  if (family === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // The URL parser writes every form of an IPv6 address in the same way.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const zeros = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)];
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** True where these blocks are together every address of IPv4, or of IPv6; halves of it count as well. */
export function isEverywhere(cidrs: readonly string[]): boolean {
  const blocks = cidrs.flatMap((cidr) => blockOf(cidr) ?? []);
  return ([4, 6] as const).some((family) =>
    covers(
      blocks.filter((block) => block.family === family).map(({ span }) => span),
      [0n, (1n << (family === 4 ? 32n : 128n)) - 1n],
    ),
  );
}

/** True where these spans leave nothing of the whole. */
export function covers(spans: readonly Span[], [first, last]: Span): boolean {
  let next = first;
  for (const [from, to] of [...spans].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (from > next) return false;
    if (to >= next) next = to + 1n;
  }
  return next > last;
}

/** True where a block of addresses holds this one; what is no block holds nothing. */
export function holds(cidrs: readonly string[], address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/');
    const length = Number(bits);
    const most = family === 'ipv6' ? 128 : 32;
    const isOfFamily = isIP(network) === (family === 'ipv6' ? 6 : 4);
    if (!isOfFamily || !/^\d{1,3}$/.test(bits) || length > most) continue;
    blocks.addSubnet(network, length, family);
  }
  return blocks.check(address, family);
}
