import { expect, test } from 'vitest';
import { decodeDhcpv6 } from '../../src/decode/dhcpv6.ts';
import {
  bytesOf,
  dhcpv6Message,
  dnsName,
  partialDnsName,
  viewOf,
  windowsSolicit,
} from '../support/sighting-messages.ts';

function decode(bytes: Uint8Array) {
  return decodeDhcpv6(viewOf(bytes), 0, bytes.length);
}

test('a Windows PC solicits an address', () => {
  expect(decode(windowsSolicit)).toEqual({ hostname: 'DESKTOP-7QK3P' });
});

test.each([1, 3, 4, 5, 6, 11])('message type %i comes from a client', (type) => {
  const message = dhcpv6Message(type, [39, 1, dnsName('pc.home.lan')]);
  expect(decode(message)).toEqual({ hostname: 'pc' });
});

test.each([0, 2, 7, 8, 9, 10, 12, 13, 14])('message type %i does not', (type) => {
  expect(decode(dhcpv6Message(type, [39, 1, dnsName('pc')]))).toBeUndefined();
});

test.each([
  ['is missing', dhcpv6Message(1, [8, 0, 0])],
  ['is empty', dhcpv6Message(1, [39])],
  ['has flags only', dhcpv6Message(1, [39, 1])],
  ['is the root', dhcpv6Message(1, [39, 1, 0])],
  ['is malformed', dhcpv6Message(1, [39, 1, 'laptop'])],
  ['names nobody', dhcpv6Message(1, [39, 1, dnsName('localhost')])],
])('no news where the name %s', (_, message) => {
  expect(decode(message)).toBeUndefined();
});

test('a second name counts where the first is none', () => {
  const message = dhcpv6Message(1, [39, 0], [39, 0, partialDnsName('pc')], [39, 0, 2, 'tv']);
  expect(decode(message)).toEqual({ hostname: 'pc' });
});

test('an option beyond the end spoils the message', () => {
  const message = bytesOf(dhcpv6Message(1, [39, 0, dnsName('pc')]), [0, 8, 0]);
  expect(decode(message)).toBeUndefined();
  expect(decode(bytesOf(message, 1))).toBeUndefined();
});
