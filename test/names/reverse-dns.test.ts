import { expect, test, vi } from 'vitest';
import type { DnsAnswer } from '../support/dns-server.ts';
import { HOUR_MS, dnsServer, lookups, named } from './lookups.ts';

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
