import { describe, expect, test } from 'vitest';
import { decodeName, decodePartialName, skipName } from '../../src/decode/dns-name.ts';
import {
  bytesOf,
  dnsName,
  partialDnsName,
  pointer,
  viewOf,
  zeros,
  type Part,
} from '../support/sighting-messages.ts';

function decodeAt(at: number, ...parts: Part[]) {
  const bytes = bytesOf(...parts);
  return decodeName(viewOf(bytes), 0, bytes.length, at);
}

describe('decodeName', () => {
  test('reads labels up to the root', () => {
    expect(decodeAt(0, dnsName('Annas-iPhone.local'), 3, 'xyz')).toEqual(['Annas-iPhone', 'local']);
    expect(decodeAt(0, 0)).toEqual([]);
  });

  test('keeps dots and Unicode inside labels', () => {
    const label = bytesOf('Büro 2.OG');
    expect(decodeAt(0, label.length, label, dnsName('local'))).toEqual(['Büro 2.OG', 'local']);
  });

  test('follows pointers, also to names that end in pointers', () => {
    const parts = [dnsName('local'), 2, 'tv', pointer(0), 7, 'kitchen', pointer(7), pointer(12)];
    expect(decodeAt(7, ...parts)).toEqual(['tv', 'local']);
    expect(decodeAt(12, ...parts)).toEqual(['kitchen', 'tv', 'local']);
    expect(decodeAt(22, ...parts)).toEqual(['kitchen', 'tv', 'local']);
  });

  test('counts pointers from the start of the message', () => {
    const bytes = bytesOf(zeros(5), dnsName('local'), 2, 'tv', pointer(0));
    expect(decodeName(viewOf(bytes), 5, bytes.length, 12)).toEqual(['tv', 'local']);
  });

  test('refuses pointers to themselves, forwards and in a circle', () => {
    expect(decodeAt(0, pointer(0))).toBeUndefined();
    expect(decodeAt(0, pointer(2), dnsName('local'))).toBeUndefined();
    expect(decodeAt(0, 1, 'a', pointer(0))).toBeUndefined();
    expect(decodeAt(2, pointer(2), 1, 'a', pointer(0))).toBeUndefined();
    expect(decodeAt(0, pointer(0x3fff))).toBeUndefined();
  });

  test('gives up on a long chain of pointers', () => {
    const chain = Array.from({ length: 17 }, (_, link) => pointer(link === 0 ? 0 : 1 + 2 * link));
    expect(decodeAt(3 + 2 * 15, dnsName('a'), ...chain)).toEqual(['a']);
    expect(decodeAt(3 + 2 * 16, dnsName('a'), ...chain)).toBeUndefined();
  });

  test('a label has at most 63 bytes, a name 255', () => {
    const label = bytesOf(63, 'a'.repeat(63));
    const last = bytesOf(61, 'a'.repeat(61));
    expect(decodeAt(0, label, label, label, last, 0)).toHaveLength(4);
    expect(decodeAt(0, label, label, label, bytesOf(62, 'a'.repeat(62)), 0)).toBeUndefined();
    expect(decodeAt(0, bytesOf(64, 'a'.repeat(64)), 0)).toBeUndefined();
    expect(decodeAt(0, bytesOf(0x80, 'a'.repeat(128)), 0)).toBeUndefined();
  });

  test('refuses a cut name', () => {
    const name = bytesOf(dnsName('local'), 2, 'tv', pointer(0));
    for (let end = 7; end < name.length; end++) {
      expect(decodeName(viewOf(name), 0, end, 7)).toBeUndefined();
    }
    const plain = dnsName('tv.local');
    for (let end = 0; end < plain.length; end++) {
      expect(decodeName(viewOf(plain), 0, end, 0)).toBeUndefined();
    }
  });
});

describe('skipName', () => {
  test('tells where the name ends', () => {
    const bytes = bytesOf(dnsName('tv.local'), 2, 'tv', pointer(3));
    expect(skipName(viewOf(bytes), 0, bytes.length)).toBe(10);
    expect(skipName(viewOf(bytes), 10, bytes.length)).toBe(15);
  });

  test('refuses a cut or malformed name', () => {
    const bytes = bytesOf(2, 'tv', pointer(0));
    for (let end = 0; end < bytes.length; end++) {
      expect(skipName(viewOf(bytes), 0, end)).toBeUndefined();
    }
    expect(skipName(viewOf(bytesOf(63, zeros(64))), 0, 65)).toBe(65);
    expect(skipName(viewOf(bytesOf(64, zeros(65))), 0, 66)).toBeUndefined();
  });
});

function decodePartial(...parts: Part[]) {
  const bytes = bytesOf(...parts);
  return decodePartialName(viewOf(bytes), 0, bytes.length);
}

describe('decodePartialName', () => {
  test('reads a name with and without its root label', () => {
    expect(decodePartial(dnsName('pc.home.lan'))).toEqual(['pc', 'home', 'lan']);
    expect(decodePartial(partialDnsName('pc'))).toEqual(['pc']);
    expect(decodePartial()).toEqual([]);
  });

  test('refuses pointers, labels beyond the end, and names that are too long', () => {
    expect(decodePartial(2, 'pc', pointer(0))).toBeUndefined();
    expect(decodePartial(3, 'pc')).toBeUndefined();
    expect(decodePartial('DESKTOP-7QK3P')).toBeUndefined();
    const short = Array.from({ length: 127 }, () => bytesOf(1, 'a'));
    expect(decodePartial(...short, 0)).toHaveLength(127);
    expect(decodePartial(...short, 1, 'a')).toBeUndefined();
    expect(decodePartial(63, 'a'.repeat(63))).toEqual(['a'.repeat(63)]);
    expect(decodePartial(64, 'a'.repeat(64))).toBeUndefined();
  });
});
