import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { parseHostAddress } from '../../src/names/address-scope.ts';
import { ReverseDns } from '../../src/names/reverse-dns.ts';
import { startDnsServer, type DnsAnswer, type TestDnsServer } from '../support/dns-server.ts';
import { collectLog } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).toReversed()) await part.stop();
});

async function dnsServer(answer: (name: string) => DnsAnswer | Promise<DnsAnswer>) {
  const server = await startDnsServer(answer);
  running.push(server);
  return server;
}

function lookups(servers: readonly string[], timeoutMs = 5000) {
  const config: Pick<Config['names'], 'reverseDns' | 'dnsServers'> = {
    reverseDns: 'all',
    dnsServers: [...servers],
  };
  const clock = new ManualClock('2026-11-20T12:00:00Z');
  const { log, lines } = collectLog();
  const dns = new ReverseDns({ config, clock, log, timeoutMs });
  dns.start();
  running.push(dns);
  const nameOf = (ip: string, isLocal = false) => {
    const address = parseHostAddress(ip);
    if (address === undefined) throw new Error(`${ip} is not an address of a host`);
    return dns.nameOf({ ...address, isLocal });
  };
  return { dns, config, clock, lines, nameOf };
}

/** Resolves when the address has the name; asks again and again, as the daemon does. */
async function named(nameOf: (ip: string) => string | undefined, ip: string, name?: string) {
  await vi.waitFor(() => expect(nameOf(ip)).toBe(name), { timeout: 20_000, interval: 5 });
}

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

test('answers at once from memory, and knows the name later', async () => {
  const server = await dnsServer(() => ['nas.example.com']);
  const { nameOf } = lookups([server.address]);
  expect(nameOf('192.0.2.5')).toBeUndefined();
  await named(nameOf, '192.0.2.5', 'nas.example.com');
  expect(server.questions).toEqual(['5.2.0.192.in-addr.arpa']);
});

test('the question for an IPv6 address', async () => {
  const server = await dnsServer(() => ['six.example']);
  const { nameOf } = lookups([server.address]);
  await named(nameOf, '2001:db8::567:89ab', 'six.example');
  expect(server.questions).toEqual([
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  ]);
});

test('of several names always the same', async () => {
  let turn = 0;
  const names = ['b.example', 'a.example', 'bad name.example', 'c.example'];
  const server = await dnsServer(() => [...names.slice(++turn), ...names.slice(0, turn)]);
  const { nameOf, clock } = lookups([server.address]);
  for (let day = 1; day <= 3; day++) {
    await named(nameOf, '192.0.2.5', 'a.example');
    await vi.waitFor(() => expect(server.questions).toHaveLength(day), 20_000);
    clock.pass(24 * HOUR_MS);
  }
});

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

test('names hold a day, no name an hour, a refusal ten minutes', async () => {
  const answers: Record<string, DnsAnswer> = {
    '1.2.0.192.in-addr.arpa': ['one.example'],
    '2.2.0.192.in-addr.arpa': 'NXDOMAIN',
    '3.2.0.192.in-addr.arpa': 'SERVFAIL',
  };
  const server = await dnsServer((name) => answers[name] ?? ['other.example']);
  const { nameOf, clock } = lookups([server.address]);
  let others = 0;
  /** Asks for all three; those that have to be looked up are, before the address that comes after them. */
  const askedAgain = async () => {
    server.questions.splice(0);
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) nameOf(ip);
    await named(nameOf, `198.51.100.${++others}`, 'other.example');
    return [...new Set(server.questions)].map((name) => name[0]).slice(0, -1);
  };
  expect(await askedAgain()).toEqual(['1', '2', '3']);
  expect(await askedAgain()).toEqual([]);
  clock.pass(HOUR_MS / 6 - 1);
  expect(await askedAgain()).toEqual([]);
  clock.pass(1);
  nameOf('192.0.2.3');
  await server.asked(1);
  clock.pass((HOUR_MS * 5) / 6 - 1);
  nameOf('192.0.2.2');
  expect(await askedAgain()).not.toContain('2');
  clock.pass(1);
  expect(await askedAgain()).toContain('2');
  clock.pass(23 * HOUR_MS - 1);
  expect(await askedAgain()).not.toContain('1');
  clock.pass(1);
  expect(nameOf('192.0.2.1'), 'the old name stays until there is a new one').toBe('one.example');
  expect(await askedAgain()).toContain('1');
});

test('a name stays where a later lookup fails, and goes where there is none any more', async () => {
  let answer: DnsAnswer = ['nas.example'];
  const server = await dnsServer((name) => (name.startsWith('5.') ? answer : ['yes.example']));
  const { nameOf, clock } = lookups([server.address]);
  await named(nameOf, '192.0.2.5', 'nas.example');
  answer = 'SERVFAIL';
  clock.pass(24 * HOUR_MS);
  nameOf('192.0.2.5');
  await named(nameOf, '192.168.9.1', 'yes.example');
  expect(nameOf('192.0.2.5')).toBe('nas.example');
  answer = 'NXDOMAIN';
  clock.pass(HOUR_MS / 6);
  nameOf('192.0.2.5');
  await named(nameOf, '192.168.9.2', 'yes.example');
  expect(nameOf('192.0.2.5')).toBeUndefined();
});

test('four lookups at a time, a thousand waiting, and the rest is passed over', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await dnsServer(async (name) => {
    await gate;
    return [name.replace('.in-addr.arpa', '.example')];
  });
  const { nameOf } = lookups([server.address]);
  const ips = Array.from({ length: 1010 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  for (const ip of ips) nameOf(ip);
  await server.asked(4);
  expect(new Set(server.questions).size).toBe(4);
  // Those that wait already need no room.
  for (const ip of ips.slice(0, 1004)) nameOf(ip);
  release();
  await server.asked(1004);
  await named(nameOf, ips[1003]!, '235.3.0.10.example');
  expect(new Set(server.questions).size).toBe(1004);
});

test('dead addresses do not keep others from their names', async () => {
  const server = await dnsServer((name) => {
    if (name === '1.0.0.127.in-addr.arpa') return ['localhost'];
    return name.endsWith('.0.10.in-addr.arpa') ? 'silence' : ['alive.example'];
  });
  const { nameOf, clock, lines } = lookups([server.address], 20);
  for (let host = 1; host <= 15; host++) nameOf(`10.0.0.${host}`);
  await named(nameOf, '192.0.2.1', 'alive.example');
  expect(lines).toEqual([]);

  server.questions.splice(0);
  clock.pass(HOUR_MS);
  for (let host = 1; host <= 8; host++) nameOf(`10.0.0.${host}`);
  await named(nameOf, '192.0.2.2', 'alive.example');
  const again = server.questions.filter((name) => /^[1-8]\.0\.0\.10\./.test(name));
  expect(new Set(again).size, 'one of those that failed before at a time').toBe(1);
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

test('whose names are looked up follows the configuration', async () => {
  const server = await dnsServer(() => ['nas.example']);
  const { nameOf, config } = lookups([server.address]);
  config.reverseDns = 'local';
  expect(nameOf('192.0.2.5')).toBeUndefined();
  nameOf('192.168.1.5', true);
  await vi.waitFor(() => expect(nameOf('192.168.1.5', true)).toBe('nas.example'), 20_000);
  expect(server.questions).toEqual(['5.1.168.192.in-addr.arpa']);

  config.reverseDns = 'all';
  await named(nameOf, '192.0.2.5', 'nas.example');
  config.reverseDns = 'off';
  expect(nameOf('192.168.1.5', true)).toBeUndefined();
  expect(nameOf('192.0.2.5')).toBeUndefined();
});

test('an address that is not wanted any more when its turn comes is not looked up', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await dnsServer(async () => {
    await gate;
    return ['nas.example'];
  });
  const { nameOf, config } = lookups([server.address]);
  for (let host = 1; host <= 5; host++) nameOf(`192.0.2.${host}`);
  await server.asked(4);
  config.reverseDns = 'local';
  nameOf('192.168.1.5', true);
  release();
  await vi.waitFor(() => expect(nameOf('192.168.1.5', true)).toBe('nas.example'), 20_000);
  expect(server.questions).not.toContain('5.2.0.192.in-addr.arpa');
});

test('another server is asked as soon as the configuration names it', async () => {
  const [first, second] = [
    await dnsServer(() => 'silence'),
    await dnsServer(() => ['second.example']),
  ];
  const { nameOf, config, lines } = lookups([first.address], 3_600_000);
  nameOf('192.0.2.5');
  await first.asked(1);
  config.dnsServers = [second.address];
  await named(nameOf, '192.0.2.5', 'second.example');
  config.dnsServers = ['router'];
  expect(nameOf('192.0.2.5')).toBeUndefined();
  expect(lines).toEqual([
    'warn: No names from DNS, because names.dnsServers (router) must be IP addresses, such as 192.168.1.1.',
  ]);
  config.dnsServers = [second.address];
  await named(nameOf, '192.0.2.5', 'second.example');
});
