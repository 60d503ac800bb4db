import { array, assert, integer, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, parsePrefix } from '../../src/model/address.ts';
import { isMulticast, LocalNetworks } from '../../src/model/networks.ts';

type Words = readonly [number, number, number, number];

function words(text: string): Words {
  return parseAddress(text) as Words;
}

function networksWith(...prefixes: string[]): LocalNetworks {
  const networks = new LocalNetworks();
  for (const prefix of prefixes) networks.addLocalText(prefix);
  return networks;
}

function onLink(networks: LocalNetworks, prefix: string): void {
  const { words: network, bits } = parsePrefix(prefix) as { words: Words; bits: number };
  networks.addOnLink(network, bits);
}

describe('local in every home', () => {
  test.each([
    '0.0.0.0',
    '10.0.0.0',
    '10.255.255.255',
    '127.0.0.1',
    '169.254.0.1',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    '::',
    '::1',
    'fe80::1',
    'febf::1',
    'fc00::1',
    'fdff:ffff::1',
    'fec0::1',
  ])('%s', (text) => expect(new LocalNetworks().isLocal(...words(text))).toBe(true));
});

describe('not local by itself', () => {
  test.each([
    '0.0.0.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.64.0.1',
    '126.255.255.255',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '203.0.113.7',
    '224.0.0.251',
    '::2',
    '2001:db8::1',
    'fbff::1',
    'fe00::1',
    'ff02::1',
  ])('%s', (text) => expect(new LocalNetworks().isLocal(...words(text))).toBe(false));
});

describe('further local prefixes', () => {
  test.each([
    ['203.0.113.0/24', ['203.0.113.0', '203.0.113.255'], ['203.0.112.255', '203.0.114.0']],
    ['203.0.113.7', ['203.0.113.7'], ['203.0.113.6', '203.0.113.8']],
    ['198.18.0.0/15', ['198.18.0.0', '198.19.255.255'], ['198.17.255.255', '198.20.0.0']],
    ['198.51.0.0/16', ['198.51.0.0', '198.51.255.255'], ['198.50.255.255', '198.52.0.0']],
    ['198.51.128.0/17', ['198.51.128.0', '198.51.255.255'], ['198.51.127.255', '198.52.0.0']],
    ['0.0.0.0/0', ['8.8.8.8', '255.255.255.255'], ['2001:db8::1']],
    ['::/0', ['2001:db8::1', 'ff02::1'], ['8.8.8.8']],
    [
      '2001:db8:12:3400::/56',
      ['2001:db8:12:34ff::1'],
      ['2001:db8:12:3500::', '2001:db8:12:33ff::'],
    ],
    ['2001:db8::1', ['2001:db8::1'], ['2001:db8::', '2001:db8::2']],
    ['2001:db8:ffff::7/33', ['2001:db8:8000::'], ['2001:db8:7fff::']],
  ])('%s', (prefix, inside, outside) => {
    const networks = networksWith(prefix);
    for (const text of inside)
      expect([text, networks.isLocal(...words(text))]).toEqual([text, true]);
    for (const text of outside)
      expect([text, networks.isLocal(...words(text))]).toEqual([text, false]);
  });

  test('a part of a range does not narrow the range', () => {
    expect(networksWith('10.1.2.0/24').isLocal(...words('10.1.3.1'))).toBe(true);
    const networks = networksWith('198.51.100.0/24', '198.51.0.0/16', '198.51.7.0/24');
    expect(networks.isLocal(...words('198.51.200.1'))).toBe(true);
  });

  test('in text must be prefixes', () => {
    expect(networksWith('home').changes).toBe(new LocalNetworks().changes);
  });

  test('agree with arithmetic on whole numbers', () => {
    const ipv4 = integer({ min: 0, max: 2 ** 32 - 1 });
    const prefixes = array(tuple(ipv4, nat(32)), { maxLength: 5 });
    assert(
      property(prefixes, ipv4, nat(31), (list, address, flip) => {
        const networks = new LocalNetworks();
        const before = networks.isLocal(0, 0, 0xffff, address | 0);
        for (const [network, length] of list) {
          networks.addOnLink([0, 0, 0xffff, network | 0], 96 + length);
        }
        // The address itself, and one that shares the first bits of a prefix.
        const near = ((list[0]?.[0] ?? address) ^ (2 ** flip)) >>> 0;
        for (const each of [address, near]) {
          const isInside = list.some(([network, length]) => {
            const size = 2 ** (32 - length);
            return Math.floor(network / size) === Math.floor(each / size);
          });
          const expected = isInside || (each === address ? before : isAlwaysLocal(each));
          expect(networks.isLocal(0, 0, 0xffff, each | 0)).toBe(expected);
        }
      }),
    );
  });
});

function isAlwaysLocal(address: number): boolean {
  return new LocalNetworks().isLocal(0, 0, 0xffff, address | 0);
}

describe('prefixes of captured links', () => {
  test('are local, and count as changes where they are news', () => {
    const networks = new LocalNetworks();
    const prefixes = ['203.0.113.10/24', '203.0.113.0/24', '203.0.113.128/25', '2001:db8::/64'];
    const areNews = prefixes.map((prefix) => {
      const before = networks.changes;
      onLink(networks, prefix);
      return networks.changes > before;
    });
    expect(areNews).toEqual([true, false, false, true]);
    expect(networks.isLocal(...words('203.0.113.77'))).toBe(true);
    expect(networks.isLocal(...words('2001:db8::77'))).toBe(true);
  });

  test('tell what cannot be on them, family by family', () => {
    const networks = new LocalNetworks();
    const mayBe = (text: string) => networks.mayBeOnLink(...words(text));
    expect(['192.168.7.1', '2001:db8::1'].map(mayBe)).toEqual([true, true]);
    onLink(networks, '192.168.1.0/24');
    expect(['192.168.1.9', '192.168.7.1', '2001:db8::1'].map(mayBe)).toEqual([true, false, true]);
    onLink(networks, '2001:db8::/64');
    expect(['2001:db8::9', '2001:db8:1::9'].map(mayBe)).toEqual([true, false]);
    expect(['169.254.3.3', 'fe80::3', 'febf::3', 'fec0::3'].map(mayBe)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('learned prefixes', () => {
  const learn = (networks: LocalNetworks, prefix: string) => {
    const { words: network, bits } = parsePrefix(prefix) as { words: Words; bits: number };
    networks.learn(network, bits);
  };

  test('are local and on the link', () => {
    const networks = new LocalNetworks();
    learn(networks, '2001:db8::/64');
    learn(networks, '2001:db8::/64');
    expect(networks.changes).toBe(new LocalNetworks().changes + 1);
    expect(networks.isLocal(...words('2001:db8::77'))).toBe(true);
    const mayBe = ['2001:db8::77', '2001:db8:1::7', '192.0.2.1'].map((text) =>
      networks.mayBeOnLink(...words(text)),
    );
    expect(mayBe).toEqual([true, false, true]);
  });

  test('push out the oldest learned one, and none that is configured', () => {
    const networks = new LocalNetworks();
    // Neighbours may show it before the interface has it.
    learn(networks, '2001:db8::/64');
    onLink(networks, '2001:db8::/64');
    for (let n = 1; n <= 33; n++) learn(networks, `2001:db8:${n}::/64`);
    const home = words('2001:db8::77');
    expect([networks.isLocal(...home), networks.mayBeOnLink(...home)]).toEqual([true, true]);
    const isLearned = [1, 2, 33].map((n) => networks.isLocal(...words(`2001:db8:${n}::7`)));
    expect(isLearned).toEqual([false, true, true]);
  });
});

test('routed prefixes are known as such, and nothing else is', () => {
  const networks = new LocalNetworks();
  const { words: network, bits } = parsePrefix('192.168.7.0/24') as { words: Words; bits: number };
  expect(networks.isRouted(...words('192.168.7.5'))).toBe(false);
  networks.addRouted(network, bits);
  expect(networks.isRouted(...words('192.168.7.5'))).toBe(true);
  expect(networks.isRouted(...words('192.168.8.5'))).toBe(false);
});

test.each([
  ['224.0.0.0', true],
  ['239.255.255.255', true],
  ['255.255.255.255', true],
  ['223.255.255.255', false],
  ['240.0.0.1', false],
  ['192.168.1.255', false],
  ['ff02::fb', true],
  ['fe80::fb', false],
  ['2001:db8::ff', false],
])('%s is multicast: %s', (text, expected) => {
  expect(isMulticast(...words(text))).toBe(expected);
});
