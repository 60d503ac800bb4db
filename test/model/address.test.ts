import { array, assert, constantFrom, integer, property } from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatMac,
  isRandomisedMac,
  parseAddress,
  parseMac,
  parsePrefix,
} from '../../src/model/address.ts';

describe('addresses', () => {
  test.each([
    ['192.168.1.10', [0, 0, 0xffff, 0xc0a8010a | 0]],
    ['0.0.0.0', [0, 0, 0xffff, 0]],
    ['255.255.255.255', [0, 0, 0xffff, -1]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['2001:db8::ff:7', [0x20010db8, 0, 0, 0x00ff0007]],
    ['fe80::8000:1', [0xfe800000 | 0, 0, 0, 0x80000001 | 0]],
  ])('%s', (text, words) => {
    expect(parseAddress(text)).toEqual(words);
    expect(formatAddress(words)).toBe(text);
  });

  test.each([
    ['::ffff:192.168.1.10', '192.168.1.10'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text) ?? [])).toBe(canonical);
  });

  test.each(['', ' ', 'router', '1.2.3', '1.2.3.256', '1.2.3.4.5', '01.2.3.4', '0x7f.0.0.1', '7'])(
    '%j is none',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  test.each([':::', '1::2::3', '2001:db8:0:0:0:0:0:0:1', 'g::', '1.2.3.4/8', '[::1]', '::1 '])(
    '%j is none either',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  test('are read back from their text, at any offset and from unsigned words', () => {
    const word = integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const words = array(constantFrom(word, constantFrom(0, 1, -1, 0xffff)), {
      minLength: 4,
      maxLength: 4,
    }).chain(([a = word, b = word, c = word, d = word]) =>
      a.chain((x) => b.chain((y) => c.chain((z) => d.map((w) => [x, y, z, w])))),
    );
    assert(
      property(words, (four) => {
        const text = formatAddress(four);
        expect(parseAddress(text)).toEqual(four);
        expect(formatAddress(Uint32Array.from([7, ...four]), 1)).toBe(text);
        if (text.includes(':')) expect(text).toBe(ipaddr.parse(text).toString());
      }),
    );
  });
});

describe('prefixes count in 128 bits', () => {
  test.each([
    ['10.0.0.0/8', 104],
    ['0.0.0.0/0', 96],
    ['192.0.2.7', 128],
    ['192.0.2.7/32', 128],
    ['2001:db8::/48', 48],
    ['::/0', 0],
    ['2001:db8::7', 128],
    ['::ffff:10.0.0.0/104', 104],
  ])('%s', (text, bits) => {
    expect(parsePrefix(text)).toEqual({ words: parseAddress(text.split('/')[0] ?? ''), bits });
  });

  test.each(['', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '2001:db8::/129', '10.0.0.0/8/8'])(
    '%j is none',
    (text) => expect(parsePrefix(text)).toBeUndefined(),
  );

  test.each(['10.0.0.0/-1', '10.0.0.0/8.5', '10.0.0.0/0x8', '10.0.0.0/ 8', '10/8', 'lan/24'])(
    '%j is none either',
    (text) => expect(parsePrefix(text)).toBeUndefined(),
  );
});

describe('MAC addresses', () => {
  test.each(['00:00:00:00:00:00', '02:00:00:00:01:01', '3c:52:82:ff:00:01', 'ff:ff:ff:ff:ff:ff'])(
    '%s',
    (text) => {
      const { high = 0, low = 0 } = parseMac(text) ?? {};
      expect(formatMac(high, low)).toBe(text);
      expect(formatMac(high, low | 0)).toBe(text);
    },
  );

  test.each(['3C-52-82-00-00-01', '3c5282000001', '3c:52:82:00:00:01'])('%s', (text) => {
    const { high = 0, low = 0 } = parseMac(text) ?? {};
    expect([high, low | 0]).toEqual([0x3c52, 0x82000001 | 0]);
  });

  test.each(['', '3c:52:82:00:00', '3c:52:82:00:00:01:02', '3c:52:82:00:00:0g', 'ip:192.168.1.5'])(
    '%j is none',
    (text) => expect(parseMac(text)).toBeUndefined(),
  );

  test.each([
    ['02:00:00:00:00:01', true],
    ['da:a1:19:3c:5e:07', true],
    ['fe:00:00:00:00:01', true],
    ['3c:52:82:00:00:01', false],
    ['01:00:5e:00:00:fb', false],
    ['33:33:00:00:00:01', false],
    ['ff:ff:ff:ff:ff:ff', false],
  ])('%s is randomised: %s', (text, isRandomised) => {
    expect(isRandomisedMac(text)).toBe(isRandomised);
  });
});
