import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHostname } from '../../src/model/hostname.ts';

test.each([
  ['Pixel-8', 'Pixel-8'],
  ['Pixel-8.', 'Pixel-8'],
  ['Annas-iPhone.local', 'Annas-iPhone'],
  ['Annas-iPhone.local.', 'Annas-iPhone'],
  ['DESKTOP-7QK3P.home.lan', 'DESKTOP-7QK3P'],
  ['living_room_tv', 'living_room_tv'],
  ['  kitchen radio ', 'kitchen radio'],
  ['Büro-Drucker', 'Büro-Drucker'],
  ['Анин ноутбук', 'Анин ноутбук'],
  ['客厅电视.local', '客厅电视'],
  ['🖨', '🖨'],
  ['192', '192'],
])('%j is called %j', (text, name) => {
  expect(parseHostname(text)).toBe(name);
});

describe('nothing to call a device by', () => {
  test.each([
    ['empty', ''],
    ['blank', '   '],
    ['only a domain', '.local'],
    ['the root', '.'],
    ['only punctuation', '--_'],
    ['localhost', 'LocalHost'],
    ['localhost with a domain', 'localhost.localdomain'],
    ['an unset name', '(none)'],
    ['an IPv4 address', '192.168.1.57'],
    ['an IPv6 address', 'fe80::1'],
    ['an IPv6 address with a domain', 'fe80::1.lan'],
    ['a WebRTC candidate', '0d2b1c8e-77aa-4c1d-9a3e-5f60718293a4.local'],
    ['a control character', 'tv\n2'],
    ['an escape sequence', '\u001b[31mtv'],
    ['a zero byte', 'tv\0'],
    ['a C1 control character', 'tv\u009b'],
    ['text that runs backwards', 'tv\u202egpj'],
    ['a line separator', 'a\u2028b'],
    ['broken UTF-8', 'M\ufffdller'],
    ['a letter that is blank', '\u3164'],
    ['a symbol that is blank', '\u2800\u2800'],
    ['half a surrogate pair', 'tv\ud83d'],
  ])('%s', (_, text) => {
    expect(parseHostname(text)).toBeUndefined();
  });
});

test('a name has at most 63 bytes', () => {
  expect(parseHostname('a'.repeat(63))).toBe('a'.repeat(63));
  expect(parseHostname('a'.repeat(64))).toBeUndefined();
  expect(parseHostname(`${'ü'.repeat(31)}x.lan`)).toBe(`${'ü'.repeat(31)}x`);
  expect(parseHostname('ü'.repeat(32))).toBeUndefined();
});

test('a name is its own name', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 80 }), (text) => {
      const name = parseHostname(text);
      if (name === undefined) return;
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(63);
      expect(parseHostname(name)).toBe(name);
    }),
  );
});
