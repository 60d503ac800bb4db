import { array, assert, boolean, nat, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeArp } from '../../src/decode/arp.ts';
import { decodeDhcp } from '../../src/decode/dhcp.ts';
import { decodeDhcpv6 } from '../../src/decode/dhcpv6.ts';
import { decodeMdns } from '../../src/decode/mdns.ts';
import { decodeNdp } from '../../src/decode/ndp.ts';
import { parseAddress, parseMac } from '../../src/model/address.ts';
import { parseHostname } from '../../src/model/hostname.ts';
import {
  androidRequest,
  arpMessage,
  bytesOf,
  dhcpMessage,
  dhcpOption,
  dnsName,
  fritzboxAdvertisement,
  ipBytes,
  iphoneResponse,
  linkAddressOption,
  ndpMessage,
  u32,
  viewOf,
  windowsRenewal,
  windowsSolicit,
  words,
} from '../support/sighting-messages.ts';

type Decode = (view: DataView, start: number, end: number) => unknown;

const phone = 'da:a1:19:3c:5e:07';
const router = { address: words('fe80::1'), mac: '02:00:00:00:00:99' };
const ndp: Decode = (view, start, end) => decodeNdp(view, start, end, router);
const overloaded = dhcpMessage({
  op: 2,
  yiaddr: '192.168.1.57',
  chaddr: phone,
  file: bytesOf(dhcpOption(53, 5), 255),
  sname: bytesOf(dhcpOption(81, 4, 0, 0, dnsName('pc.lan')), 255),
  options: [dhcpOption(52, 3)],
});

const messages: [name: string, message: Uint8Array, decode: Decode][] = [
  ['ARP reply', arpMessage(2, phone, '192.168.1.57'), decodeArp],
  ['router advertisement', fritzboxAdvertisement, ndp],
  ['router solicitation', ndpMessage(133, u32(0), linkAddressOption(1, phone)), ndp],
  [
    'neighbour solicitation',
    ndpMessage(135, u32(0), ipBytes('fd00::7'), linkAddressOption(1, phone)),
    ndp,
  ],
  [
    'neighbour advertisement',
    ndpMessage(136, u32(0), ipBytes('fd00::7'), linkAddressOption(2, phone)),
    ndp,
  ],
  ['DHCP request of Android', androidRequest, decodeDhcp],
  ['DHCP request of Windows', windowsRenewal, decodeDhcp],
  ['DHCP acknowledgement with overload', overloaded, decodeDhcp],
  ['DHCPv6 solicit', windowsSolicit, decodeDhcpv6],
  ['mDNS response of an iPhone', iphoneResponse, decodeMdns],
];

/** Bytes around the message, so that it begins at an odd place. */
const MARGIN = 37;

function decodeInside(decode: Decode, message: Uint8Array, fill: number): unknown {
  const surrounded = new Uint8Array(message.length + 2 * MARGIN).fill(fill);
  surrounded.set(message, MARGIN);
  const view = new DataView(surrounded.buffer, 5);
  return decode(view, MARGIN - 5, MARGIN - 5 + message.length);
}

/** Decodes a message that fills its memory, where a read beyond it throws, and between bytes that must not matter. */
function decodeBounded(decode: Decode, message: Uint8Array): unknown {
  const result = decode(viewOf(message.slice()), 0, message.length);
  expect(decodeInside(decode, message, 0x00)).toEqual(result);
  expect(decodeInside(decode, message, 0xff)).toEqual(result);
  expectPlausible(result);
  return result;
}

interface News {
  mac?: string;
  ip?: string;
  hostname?: string;
}

function expectPlausible(result: unknown): void {
  if (result === undefined) return;
  for (const news of (Array.isArray(result) ? result : [result]) as News[]) {
    if (news.mac !== undefined) expect(parseMac(news.mac)).toBeDefined();
    if (news.ip !== undefined) expect(parseAddress(news.ip)).toBeDefined();
    if (news.hostname !== undefined) expect(parseHostname(news.hostname)).toBe(news.hostname);
  }
}

describe.each(messages)('%s', (_, message, decode) => {
  const position = nat({ max: message.length - 1 });
  const changes = array(tuple(position, nat({ max: 255 })), { maxLength: 6 });

  test('is decoded the same wherever it stands', () => {
    const result = decodeBounded(decode, message);
    expect(result).toBeDefined();
    expect(result).not.toEqual([]);
  });

  test('may be cut at every byte', () => {
    for (let length = 0; length < message.length; length++) {
      decodeBounded(decode, message.slice(0, length));
    }
  });

  test('may have any byte at any place', () => {
    for (let at = 0; at < message.length; at++) {
      for (const value of [0x00, 0x01, 0x3f, 0x7f, 0xc0, 0xff]) {
        const changed = message.slice();
        changed[at] = value;
        decodeBounded(decode, changed);
      }
    }
  });

  test('may be changed and cut at random', () => {
    assert(
      property(changes, position, boolean(), (bytes, length, isCut) => {
        const changed = isCut ? message.slice(0, length) : message.slice();
        for (const [at, value] of bytes) if (at < changed.length) changed[at] = value;
        decodeBounded(decode, changed);
      }),
      { numRuns: 500 },
    );
  });

  test('may begin well and go on with anything', () => {
    assert(
      property(position, uint8Array({ maxLength: 400 }), (length, rest) => {
        decodeBounded(decode, bytesOf(message.slice(0, length), rest));
      }),
      { numRuns: 300 },
    );
  });
});
