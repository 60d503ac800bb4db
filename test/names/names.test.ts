import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createNames, type Names } from '../../src/names/names.ts';
import { startDnsServer, type TestDnsServer } from '../support/dns-server.ts';
import { collectLog } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';

const dnsNames: Record<string, string[]> = {
  '7.1.168.192.in-addr.arpa': ['tv.lan'],
  '8.1.168.192.in-addr.arpa': ['20-1-168-192.example'],
  '9.2.0.192.in-addr.arpa': ['kids.home.arpa'],
  '10.113.0.203.in-addr.arpa': ['www.example.com'],
  '11.113.0.203.in-addr.arpa': ['odd.lan'],
};

let folder: string;
let server: TestDnsServer;
let names: Names;
let config: Config['names'];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lanledger-names-'));
  const [hostsFile, leaseFile] = [join(folder, 'hosts'), join(folder, 'leases')];
  writeFileSync(
    hostsFile,
    '192.168.1.5 nas.lan nas\n192.168.1.6 mail.example.com\n203.0.113.5 vpn.lan\n',
  );
  writeFileSync(leaseFile, '0 aa:bb:cc:00:00:05 192.168.1.5 nas *\n');
  server = await startDnsServer((name) => dnsNames[name] ?? 'NXDOMAIN');
  config = {
    hostsFile,
    leaseFiles: [leaseFile],
    reverseDns: 'all',
    dnsServers: [server.address],
  };
  const clock = new ManualClock('2099-01-01T00:00:00Z');
  const isLocal = (address: string) => address.startsWith('192.0.2.');
  names = createNames({ config, clock, log: collectLog().log, isLocal });
  names.start();
});
afterEach(async () => {
  await names.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('the hosts file comes first, and then nobody asks DNS', () => {
  expect(names.nameOfAddress('192.168.1.5')).toEqual({ name: 'nas', source: 'hosts' });
  expect(names.nameOfAddress('192.168.1.6')).toEqual({ name: 'mail.example.com', source: 'hosts' });
  expect(names.nameOfAddress('203.0.113.5')).toEqual({ name: 'vpn.lan', source: 'hosts' });
});

test.each([
  ['192.168.1.7', 'a device at home by its first label', 'tv'],
  ['192.168.1.8', 'a device elsewhere by its whole name', '20-1-168-192.example'],
  ['192.0.2.9', 'a device in a network of the home', 'kids'],
  ['203.0.113.10', 'a remote address by its whole name', 'www.example.com'],
  ['203.0.113.11', 'a remote address with a name like at home', 'odd.lan'],
])('%s: %s', async (address, _, name) => {
  await vi.waitFor(
    () => expect(names.nameOfAddress(address)).toEqual({ name, source: 'dns' }),
    20_000,
  );
});

test('with `local` only addresses of the home are looked up', async () => {
  config.reverseDns = 'local';
  names.nameOfAddress('203.0.113.10');
  await vi.waitFor(() => expect(names.nameOfAddress('192.0.2.9')?.name).toBe('kids'), 20_000);
  expect(server.questions).toEqual(['9.2.0.192.in-addr.arpa']);
});

test('addresses of nobody are never looked up', async () => {
  for (const address of ['0.0.0.0', '127.0.0.1', '224.0.0.251', '255.255.255.255', '::', '::1']) {
    expect(names.nameOfAddress(address)).toBeUndefined();
  }
  for (const address of ['ff02::fb', 'nonsense', '']) {
    expect(names.nameOfAddress(address)).toBeUndefined();
  }
  await vi.waitFor(() => expect(names.nameOfAddress('192.168.1.7')?.name).toBe('tv'), 20_000);
  expect(server.questions).toEqual(['7.1.168.192.in-addr.arpa']);
});

test('leases become sightings once', () => {
  expect(names.sightings()).toMatchObject([
    { mac: 'aa:bb:cc:00:00:05', ip: '192.168.1.5', hostname: 'nas', via: 'lease' },
  ]);
  expect(names.sightings()).toEqual([]);
});
