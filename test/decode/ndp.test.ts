import { describe, expect, test } from 'vitest';
import { decodeNdp } from '../../src/decode/ndp.ts';
import {
  bytesOf,
  fritzboxAdvertisement,
  ipBytes,
  linkAddressOption,
  ndpMessage,
  prefixOption,
  routerAdvertisement,
  u32,
  viewOf,
  words,
  zeros,
  type Part,
} from '../support/sighting-messages.ts';

const phone = 'da:a1:19:3c:5e:07';
const box = 'dc:39:6f:01:02:03';
const frameMac = '02:00:00:00:00:99';
const linkLocal = 'fe80::1c2f:3aff:fe4d:5e6f';
const global = '2001:db8:12:3400:a1b2:c3d4:e5f6:1';

function decode(message: Uint8Array, from: string, mac: string | undefined = frameMac) {
  return decodeNdp(viewOf(message), 0, message.length, { address: words(from), mac });
}

function decodeWithoutMac(message: Uint8Array, from: string) {
  const source = { address: words(from), mac: undefined };
  return decodeNdp(viewOf(message), 0, message.length, source);
}

function solicitation(target: string, ...options: Part[]): Uint8Array {
  return ndpMessage(135, u32(0), ipBytes(target), ...options);
}

/** Solicited, to be believed. */
function advertisement(target: string, ...options: Part[]): Uint8Array {
  return ndpMessage(136, u32(0x60000000), ipBytes(target), ...options);
}

describe('neighbour solicitation', () => {
  test('tells its sender, and that this is on the link', () => {
    const message = solicitation('fe80::1', linkAddressOption(1, phone));
    expect(decode(message, global)).toEqual({
      mac: phone,
      ip: global,
      router: false,
      prefixes: [],
      neighbour: words(global),
    });
  });

  test('without the sender’s link address tells that the sender is on the link', () => {
    expect(decode(solicitation(linkLocal), global)).toEqual({
      router: false,
      prefixes: [],
      neighbour: words(global),
    });
  });

  test('a search for duplicates has no sender', () => {
    expect(decode(solicitation(global), '::')).toBeUndefined();
    expect(decode(solicitation(linkLocal), '::')).toBeUndefined();
  });

  test('proves nothing of its target, and a link-local sender nothing beyond the link', () => {
    const message = solicitation(global, linkAddressOption(1, phone));
    expect(decode(message, linkLocal)).toEqual({
      mac: phone,
      ip: linkLocal,
      router: false,
      prefixes: [],
    });
  });

  test.each([
    ['a group', ipBytes('ff02::1')],
    ['nobody', ipBytes('::')],
    ['an IPv4 address', bytesOf(zeros(10), 255, 255, ipBytes('192.168.1.1'))],
  ])('a search for %s is malformed', (_, target) => {
    const message = ndpMessage(135, u32(0), target, linkAddressOption(1, phone));
    expect(decode(message, linkLocal)).toBeUndefined();
  });
});

describe('neighbour advertisement', () => {
  test('ties the target to the link address in its option', () => {
    expect(decode(advertisement(global, linkAddressOption(2, phone)), linkLocal)).toEqual({
      mac: phone,
      ip: global,
      router: false,
      prefixes: [],
    });
  });

  test('of the sender’s own address proves that this is on the link', () => {
    const message = advertisement(global, linkAddressOption(2, phone));
    expect(decode(message, global)?.neighbour).toEqual(words(global));
    expect(decode(message, `${global.slice(0, -1)}2`)?.neighbour).toBeUndefined();
  });

  test('without option, to the sender of the frame', () => {
    expect(decode(advertisement('fd00::57'), linkLocal)).toEqual({
      mac: frameMac,
      ip: 'fd00::57',
      router: false,
      prefixes: [],
    });
  });

  test('without any link address proves the sender’s own address only', () => {
    const expected = { router: false, prefixes: [], neighbour: words(global) };
    expect(decodeWithoutMac(advertisement(global), global)).toEqual(expected);
    expect(decodeWithoutMac(advertisement(global), linkLocal)).toBeUndefined();
    expect(decodeWithoutMac(advertisement(linkLocal), linkLocal)).toBeUndefined();
  });

  test('the option of a solicitation does not count', () => {
    const message = advertisement(linkLocal, linkAddressOption(1, phone));
    expect(decode(message, linkLocal)?.mac).toBe(frameMac);
  });

  test('a group’s link address does not count', () => {
    const message = advertisement(linkLocal, linkAddressOption(2, '33:33:00:00:00:01'));
    expect(decode(message, linkLocal)?.mac).toBe(frameMac);
  });
});

describe('router solicitation', () => {
  const message = ndpMessage(133, u32(0), linkAddressOption(1, phone));

  test('tells its sender', () => {
    expect(decode(message, linkLocal)).toEqual({
      mac: phone,
      ip: linkLocal,
      router: false,
      prefixes: [],
    });
  });

  test('tells nothing without an address or a link address', () => {
    expect(decode(message, '::')).toBeUndefined();
    expect(decode(ndpMessage(133, u32(0)), linkLocal)).toBeUndefined();
  });
});

describe('router advertisement', () => {
  const router = 'fe80::de39:6fff:fe01:203';

  test('a Fritz!Box announces itself and two prefixes', () => {
    expect(decode(fritzboxAdvertisement, router)).toEqual({
      mac: box,
      ip: router,
      router: true,
      prefixes: [
        { words: words('2001:db8:12:3400::'), bits: 64 },
        { words: words('fd00:12:34:56::'), bits: 64 },
      ],
    });
  });

  test('with lifetime 0 it is no default router, its prefixes are valid', () => {
    const message = routerAdvertisement(0, prefixOption('fd00:12:34:56::', 64));
    expect(decode(message, router)).toEqual({
      mac: frameMac,
      ip: router,
      router: false,
      prefixes: [{ words: words('fd00:12:34:56::'), bits: 64 }],
    });
    expect(decodeWithoutMac(routerAdvertisement(0), router)).toBeUndefined();
    expect(decodeWithoutMac(routerAdvertisement(9), router)).toEqual({
      router: true,
      prefixes: [],
    });
  });

  test.each([
    ['on-link only', 0x80],
    ['for addresses only', 0x40],
  ])('a prefix that is %s counts', (_, flags) => {
    const message = routerAdvertisement(9, prefixOption('2001:db8:0:1::', 56, { flags }));
    expect(decode(message, router)?.prefixes).toEqual([
      { words: words('2001:db8:0:1::'), bits: 56 },
    ]);
  });

  test.each([
    ['without use', prefixOption('2001:db8::', 64, { flags: 0x20 })],
    ['that ended', prefixOption('2001:db8::', 64, { validSeconds: 0 })],
    ['that spans too much', prefixOption('2001:db8::', 47)],
    ['of everything', prefixOption('::', 0)],
    ['longer than an address', prefixOption('2001:db8::', 129)],
    ['that is link-local', prefixOption('fe80::', 64)],
    ['that is multicast', prefixOption('ff02::', 64)],
    ['of an option that is too short', bytesOf(3, 1, 64, 0xc0, u32(7200))],
  ])('a prefix %s does not', (_, option) => {
    const message = routerAdvertisement(9, option, prefixOption('fd00::', 48));
    expect(decode(message, router)?.prefixes).toEqual([{ words: words('fd00::'), bits: 48 }]);
  });

  test.each([
    ['for one address', prefixOption('2001:db8::', 128), 128],
    ['of 194 days', prefixOption('2001:db8::', 64, { validSeconds: 0x0100_0000 }), 64],
    ['for ever', prefixOption('2001:db8::', 64, { validSeconds: 0xffff_ffff }), 64],
  ])('a prefix %s counts', (_, option, bits) => {
    expect(decode(routerAdvertisement(256, option), router)).toEqual({
      mac: frameMac,
      ip: router,
      router: true,
      prefixes: [{ words: words('2001:db8::'), bits }],
    });
  });

  test('at most 16 prefixes count', () => {
    const many = Array.from({ length: 20 }, (_, n) => prefixOption(`2001:db8:0:${n + 1}::`, 64));
    expect(decode(routerAdvertisement(9, ...many), router)?.prefixes).toHaveLength(16);
  });

  test('from an address that is not link-local is malformed', () => {
    expect(decode(fritzboxAdvertisement, global)).toBeUndefined();
    expect(decode(fritzboxAdvertisement, 'fec0::1')).toBeUndefined();
  });
});

describe('malformed', () => {
  test.each([132, 137, 128, 1, 0])('message type %i is another protocol’s', (type) => {
    expect(decode(bytesOf(type, fritzboxAdvertisement.slice(1)), linkLocal)).toBeUndefined();
  });

  test('the code must be 0', () => {
    const message = fritzboxAdvertisement.slice();
    message[1] = 1;
    expect(decode(message, linkLocal)).toBeUndefined();
  });

  test('options of length 0 or beyond the end', () => {
    const option = linkAddressOption(2, phone);
    expect(
      decode(advertisement(global, option, [14, 0, 0, 0, 0, 0, 0, 0]), linkLocal),
    ).toBeUndefined();
    expect(
      decode(advertisement(global, option, [14, 2, 0, 0, 0, 0, 0, 0]), linkLocal),
    ).toBeUndefined();
    expect(decode(advertisement(global, option, 14), linkLocal)).toBeUndefined();
  });

  test('a message shorter than its fixed part', () => {
    const message = ndpMessage(136, u32(0), ipBytes(global));
    for (let length = 0; length < message.length; length++) {
      expect(decode(message.slice(0, length), linkLocal)).toBeUndefined();
    }
  });
});
