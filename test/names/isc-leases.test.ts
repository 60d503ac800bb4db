import { assert, constantFrom, property, string, array, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { parseIscLeases } from '../../src/names/isc-leases.ts';

const header = `# The format of this file is documented in the dhcpd.leases(5) manual page.
# This lease file was written by isc-dhcp-4.4.3-P1

# authoring-byte-order entry is generated, DO NOT DELETE
authoring-byte-order little-endian;

server-duid "\\000\\001\\000\\001{\\"";

`;

/** As dhcpd writes it. */
function declaration(ip: string, mac: string, hostname: string, state = 'active'): string {
  return `lease ${ip} {
  starts 5 2026/11/20 08:00:00;
  ends 5 2026/11/20 20:00:00;
  cltt 5 2026/11/20 08:00:00;
  binding state ${state};
  next binding state free;
  rewind binding state free;
  hardware ethernet ${mac};
  uid "\\001\\252\\273;}\\314\\335";
  set vendor-class-identifier = "MSFT 5.0";
  on expiry or release {
    set client-hostname = "not this one";
  }
  client-hostname "${hostname}";
}
`;
}

const laptop = declaration('192.168.1.5', 'AA:BB:CC:00:00:05', 'laptop');
const expiresAt = Date.UTC(2026, 10, 20, 20);

test('what dhcpd writes', () => {
  const text = header + laptop + declaration('192.168.1.6', 'aa:bb:cc:00:00:06', 'tv.lan');
  expect(parseIscLeases(text)).toEqual([
    { mac: 'aa:bb:cc:00:00:05', ip: '192.168.1.5', hostname: 'laptop', expiresAt },
    { mac: 'aa:bb:cc:00:00:06', ip: '192.168.1.6', hostname: 'tv', expiresAt },
  ]);
});

test('all on one line, without a state and an end', () => {
  const text =
    'lease 192.168.1.5 { hardware ethernet aa:bb:cc:00:00:05; client-hostname "laptop"; }';
  expect(parseIscLeases(text)).toEqual([
    { mac: 'aa:bb:cc:00:00:05', ip: '192.168.1.5', hostname: 'laptop' },
  ]);
});

test.each([
  ['epoch 1795305600', Date.UTC(2026, 10, 22)],
  ['never', undefined],
  ['5 2026/13/45 99:99:99', undefined],
])('a lease that ends %s', (ends, expected) => {
  const [lease] = parseIscLeases(laptop.replace(/ends .*;/, `ends ${ends};`));
  expect(lease?.hostname).toBe('laptop');
  expect(lease?.expiresAt).toBe(expected);
});

test('the last declaration of an address counts, and comes last', () => {
  const tv = declaration('192.168.1.6', 'aa:bb:cc:00:00:06', 'tv');
  const phone = declaration('192.168.1.5', 'aa:bb:cc:00:00:07', 'phone');
  expect(parseIscLeases(laptop + tv + phone).map(({ hostname }) => hostname)).toEqual([
    'tv',
    'phone',
  ]);
});

test.each(['free', 'expired', 'released', 'abandoned', 'backup'])(
  'an address that became %s has no name',
  (state) => {
    const over = declaration('192.168.1.5', 'aa:bb:cc:00:00:05', 'laptop', state);
    expect(parseIscLeases(laptop + over)).toEqual([]);
  },
);

test('names beyond ASCII, quotes in names', () => {
  const names = [String.raw`B\303\274ro`, String.raw`the \"big\" one`].map(
    (name) => parseIscLeases(declaration('192.168.1.5', 'aa:bb:cc:00:00:05', name))[0]?.hostname,
  );
  expect(names).toEqual(['Büro', 'the "big" one']);
});

test('a declaration that a crash cut short does not swallow the next', () => {
  const cut = laptop.slice(0, laptop.indexOf('hardware'));
  const tv = declaration('192.168.1.6', 'aa:bb:cc:00:00:06', 'tv');
  expect(parseIscLeases(`${cut}\n${tv}`).map(({ hostname }) => hostname)).toEqual(['tv']);
});

test('cut anywhere, there is the whole lease or none', () => {
  for (let end = 0; end < laptop.length - 2; end++) {
    expect(parseIscLeases(laptop.slice(0, end))).toEqual([]);
  }
});

test('any mixture of its parts', () => {
  const part = constantFrom('lease ', '1.2.3.4', '{', '}', ';', '"', '\\', '\n', '#', 'ends ');
  assert(
    property(array(part), string({ unit: 'binary' }), nat(laptop.length), (parts, noise, at) => {
      const text = laptop.slice(0, at) + parts.join('') + noise + laptop.slice(at);
      expect(parseIscLeases(text).length).toBeLessThanOrEqual(1);
    }),
  );
});
