import { describe, expect, test, vi } from 'vitest';
import type { DnsAnswer, TestDnsServer } from '../support/dns-server.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { HOUR_MS, dnsServer, lookups, named } from './lookups.ts';

/** The lookups of the first address are over as soon as one of a second address has its name. */
const witness = '192.168.9.9';

const witnessName = '9.9.168.192.in-addr.arpa';

/** Asks ten minutes apart: with a malformed answer c-ares may drop what else was asked at that time. */
async function witnessed(nameOf: (ip: string) => string | undefined, clock: ManualClock) {
  const isNamed = () => {
    clock.pass(HOUR_MS / 6);
    expect(nameOf(witness)).toBe('yes.example');
  };
  await vi.waitFor(isNamed, { timeout: 20_000, interval: 5 });
}

describe('no name from', () => {
  const label = 'a'.repeat(63);
  test.each<[string, DnsAnswer]>([
    ['NXDOMAIN', 'NXDOMAIN'],
    ['SERVFAIL', 'SERVFAIL'],
    ['an answer without records', []],
    ['the name that was asked for', ['5.2.0.192.in-addr.arpa']],
    ['an address', ['192.0.2.5']],
    ['a name with a space', ['my tv.lan']],
    ['a name with a line end', ['tv\n.lan']],
    ['an escape sequence', ['\u001b[31mtv.lan']],
    ['the root', ['']],
    ['a name longer than DNS allows', [`${label}.${label}.${label}.${label}.${label}`]],
    ['a label longer than DNS allows', [`${'a'.repeat(191)}.lan`]],
  ])('%s', async (_, answer) => {
    const server = await dnsServer((name) => (name === witnessName ? ['yes.example'] : answer));
    const { nameOf, clock, lines } = lookups([server.address], 100);
    expect(nameOf('192.0.2.5')).toBeUndefined();
    await witnessed(nameOf, clock);
    expect(nameOf('192.0.2.5')).toBeUndefined();
    expect(lines).toEqual([]);
  });

  test.each([
    ['no bytes', Buffer.alloc(0)],
    ['a header alone', Buffer.from('81800001000100000000', 'hex')],
    ['a name that points to itself', Buffer.from('81800001000100000000c00c000c0001', 'hex')],
    ['noise', Buffer.alloc(400, 0xff)],
  ])('garbage: %s', async (_, bytes) => {
    const server = await dnsServer((name) => (name === witnessName ? ['yes.example'] : bytes));
    const { nameOf, clock, dns } = lookups([server.address], 100);
    nameOf('192.0.2.5');
    await witnessed(nameOf, clock);
    await dns.stop();
    expect(nameOf('192.0.2.5')).toBeUndefined();
  });
});

test('dead addresses do not keep others from their names', async () => {
  const server = await dnsServer((name) => {
    if (name === '1.0.0.127.in-addr.arpa') return ['localhost'];
    return name.endsWith('.0.10.in-addr.arpa') ? 'silence' : ['alive.example'];
  });
  // Long enough for an answer of a busy machine: the next dead address is asked as soon as one was given up.
  const { dns, nameOf, clock, lines } = lookups([server.address], 500);
  for (let host = 1; host <= 7; host++) nameOf(`10.0.0.${host}`);
  await named(nameOf, '192.0.2.1', 'alive.example');
  expect(lines).toEqual([]);

  // The last three still wait for an answer: whatever ran then would depend on when each is given up.
  await dns.stop();
  dns.start();
  server.questions.splice(0);
  clock.pass(HOUR_MS);
  for (let host = 1; host <= 4; host++) nameOf(`10.0.0.${host}`);
  await named(nameOf, '192.0.2.2', 'alive.example');
  expect(server.questions.slice(0, 2), 'one of those that failed before at a time').toEqual([
    '1.0.0.10.in-addr.arpa',
    '2.2.0.192.in-addr.arpa',
  ]);
});

test('a server that says nothing is left alone for a while, and then asked again', async () => {
  let isSilent = true;
  const server = await dnsServer(() => (isSilent ? 'silence' : ['back.example']));
  const { nameOf, clock, lines } = lookups([server.address], 20);
  for (let host = 1; host <= 15; host++) nameOf(`10.0.0.${host}`);
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 20_000 });
  expect(lines).toEqual([
    `warn: DNS server ${server.address} does not answer, so names are missing: ` +
      'set names.dnsServers to one that does, or names.reverseDns to off.',
  ]);
  expect(server.questions).toContain('1.0.0.127.in-addr.arpa');
  expect(server.questions).not.toContain('8.0.0.10.in-addr.arpa');

  clock.pass(29_999);
  server.questions.splice(0);
  nameOf('10.0.0.15');
  const other = lookups([server.address]);
  other.nameOf('10.0.9.9');
  await server.asked(1);
  expect(server.questions).toEqual(['9.9.0.10.in-addr.arpa']);
  clock.pass(1);
  nameOf('10.0.0.15');
  other.nameOf('10.0.9.8');
  await vi.waitFor(() => expect(server.questions).toContain('8.9.0.10.in-addr.arpa'), 20_000);
  expect(new Set(server.questions).size, 'a single one of fifteen').toBe(3);

  isSilent = false;
  await vi.waitFor(
    () => {
      clock.pass(60_000);
      expect(nameOf('10.0.0.15')).toBe('back.example');
    },
    { timeout: 20_000, interval: 5 },
  );
  expect(lines.slice(1)).toEqual(['info: The DNS server answers again.']);
});

test('nobody listens there', async () => {
  const server = await dnsServer(() => 'silence');
  await server.stop();
  const { nameOf, lines } = lookups([server.address], 20);
  for (let host = 1; host <= 5; host++) nameOf(`10.0.0.${host}`);
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 20_000 });
  expect(lines[0]).toContain('does not answer');
});

describe('stop', () => {
  async function hanging(): Promise<{ server: TestDnsServer; part: ReturnType<typeof lookups> }> {
    const server = await dnsServer(() => 'silence');
    const part = lookups([server.address], 3_600_000);
    for (let host = 1; host <= 15; host++) part.nameOf(`10.0.0.${host}`);
    await server.asked(4);
    return { server, part };
  }

  test('leaves no lookup behind', async () => {
    const { server, part } = await hanging();
    await part.dns.stop();
    part.nameOf('10.0.0.1');
    expect(new Set(server.questions).size).toBe(4);
  });

  test('and it can start again', async () => {
    const { server, part } = await hanging();
    await part.dns.stop();
    part.dns.start();
    part.nameOf('10.0.0.15');
    await server.asked(5);
    expect(server.questions).toContain('15.0.0.10.in-addr.arpa');
  });
});

test('before start nothing is looked up', async () => {
  const server = await dnsServer(() => ['nas.example']);
  const { dns, nameOf } = lookups([server.address]);
  await dns.stop();
  nameOf('192.0.2.5');
  dns.start();
  await named(nameOf, '192.0.2.6', 'nas.example');
  expect(server.questions).toEqual(['6.2.0.192.in-addr.arpa']);
});
