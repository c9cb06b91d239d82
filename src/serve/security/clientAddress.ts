import { BlockList, isIP } from 'node:net';
import { parseNetwork } from '../../model/network.ts';

/**
 * Who is asking, as an address: the other end of the connection or, where that is one of our own proxies,
 * the last address in `X-Forwarded-For` that no proxy of ours has. What stands before it was written by
 * the client, and is not believed.
 *
 * @param trusted networks of our proxies, as the configuration has them
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly string[],
): string {
  const connected = plain(remote ?? 'unknown');
  if (trusted.length === 0 || forwardedFor === undefined) return connected;
  const proxies = listOf(trusted);
  const path = forwardedFor.split(',').map((part) => plain(part.trim()));
  let client = connected;
  while (isOneOf(proxies, client)) {
    const before = path.pop();
    // A proxy that does not say for whom: it is the client, as far as can be known.
    if (before === undefined || isIP(before) === 0) break;
    client = before;
  }
  return client;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

function isOneOf(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 address that came in over IPv6 is the same client. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
