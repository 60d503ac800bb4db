import { assert, property, tuple, constantFrom, oneof, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/model/address.ts';
import { formatPeerKey, peerKey } from '../../src/usage/peer-key.ts';

test.each([
  '0.0.0.0',
  '203.0.113.9',
  '255.255.255.255',
  '::',
  '::1',
  '2001:db8::ffff:0:0',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '0:d800:dfff:0:dc00::1',
])('the key of %s is formatted as that', (address) => {
  const words = Uint32Array.from([7, ...(parseAddress(address) ?? [])]);
  expect(formatPeerKey(peerKey(words, 1))).toBe(address);
});

test('every address has a key of its own', () => {
  const word = oneof(constantFrom(0, 0xffff, 0xd800dc00, 0xffffffff), nat(0xffffffff));
  const address = tuple(word, word, word, word);
  assert(
    property(address, address, (left, right) => {
      const keys = [left, right].map((words) => peerKey(Uint32Array.from(words), 0));
      const texts = [left, right].map((words) => formatAddress(words.map((each) => each | 0)));
      expect(keys.map(formatPeerKey)).toEqual(texts);
      expect(keys[0] === keys[1]).toBe(texts[0] === texts[1]);
    }),
  );
});
