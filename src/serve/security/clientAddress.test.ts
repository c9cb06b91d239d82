import { describe, expect, it } from 'vitest';
import { clientAddress } from './rateLimit.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.7', 'fd00::/8'];

describe('Sec: the address of a client', () => {
  it.each([
    ['what is connected, without a proxy of ours', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['whom our proxy names', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['whom the first of our proxies names', '10.1.2.3', '198.51.100.1, 192.0.2.7', '198.51.100.1'],
    ['not what the client wrote itself', '10.1.2.3', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['not an address of ours that the client wrote', '10.1.2.3', '10.9.9.9, 8.8.8.8', '8.8.8.8'],
    ['IPv6 of ours', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['IPv4 over IPv6', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
    ['the proxy, where it names nobody', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['the proxy, where all are ours', '10.1.2.3', '10.4.4.4', '10.4.4.4'],
    ['the proxy, where nothing is said', '10.1.2.3', undefined, '10.1.2.3'],
  ])('is %s', (_, remote, forwarded, expected) => {
    expect(clientAddress(remote, forwarded, PROXIES)).toBe(expected);
  });

  it('is what is connected while no proxy is configured', () => {
    expect(clientAddress('10.1.2.3', '198.51.100.1', [])).toBe('10.1.2.3');
    expect(clientAddress(undefined, undefined, [])).toBe('unknown');
  });
});
