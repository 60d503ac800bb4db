import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceNameOf, parseDomainName } from '../../src/names/domain-name.ts';

test.each([
  ['nas', 'nas'],
  ['nas.lan.', 'nas.lan'],
  ['20-1-168-192.example', '20-1-168-192.example'],
  ['_tv_.fritz.box', '_tv_.fritz.box'],
  ['xn--bro-hoa.example', 'xn--bro-hoa.example'],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
])('%s is the host %s', (text, name) => {
  expect(parseDomainName(text)).toBe(name);
});

describe('no host name', () => {
  test.each([
    ['empty', ''],
    ['the root', '.'],
    ['an empty label', 'a..b'],
    ['an address', '192.168.1.20'],
    ['the name that was asked for', '20.1.168.192.in-addr.arpa'],
    ['the same of IPv6', '1.0.0.2.ip6.arpa.'],
    ['localhost', 'localhost'],
    ['localhost with a domain', 'localhost.localdomain'],
    ['a space', 'my tv.lan'],
    ['markup', '<b>tv.lan'],
    ['an escaped byte', String.raw`tv\195\188.lan`],
    ['a control character', 'tv\u001b.lan'],
    ['a line end', 'tv\n'],
    ['a hyphen in front', '-tv.lan'],
    ['a long label', `${'a'.repeat(64)}.lan`],
    ['a long name', `${'a.'.repeat(127)}a`],
  ])('%s', (_, text) => {
    expect(parseDomainName(text)).toBeUndefined();
  });
});

test.each([
  ['nas', 'nas'],
  ['nas.lan', 'nas'],
  ['nas.kids.home.arpa', 'nas'],
  ['nas.FRITZ.BOX', 'nas'],
  ['nas.internal', 'nas'],
  ['nas.example.com', 'nas.example.com'],
  ['nas.box', 'nas.box'],
  ['lan.example', 'lan.example'],
])('a device with the domain name %s is called %s', (domainName, name) => {
  expect(deviceNameOf(domainName)).toBe(name);
});

test('a name of a page in a browser is not the name of a device', () => {
  expect(deviceNameOf('0d2b1c8e-77aa-4c1d-9a3e-5f60718293a4.local')).toBeUndefined();
});

test('any text is a plain name or none', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(parseDomainName(text) ?? 'a').toMatch(/^[a-z0-9_.-]{1,253}$/i);
    }),
  );
});
