import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { folder, path, startedAt, later, leaseFiles, laptop, laptopName } from './lease-folder.ts';

function setTime(file: string, at: string): void {
  utimesSync(file, new Date(at), new Date(at));
}

test('what dnsmasq writes', () => {
  writeFileSync(
    path,
    [
      laptop.trim(),
      '0 AA:BB:CC:00:00:06 192.168.1.6 tv.lan *',
      `${later} aa:bb:cc:00:00:07 192.168.1.7 * *`,
      '43200 aa:bb:cc:00:00:08 192.168.1.8 clockless *',
      `${later - 7200} aa:bb:cc:00:00:09 192.168.1.9 expired *`,
      `${later} 06-aa:bb:cc:00:00:0a 192.168.1.10 tokenring *`,
      `${later} 01:00:5e:00:00:01 192.168.1.11 group *`,
      `${later} 00:00:00:00:00:00 192.168.1.12 nobody *`,
      'duid 00:01:00:01:2c:a1:b2:c3:aa:bb:cc:00:00:01',
      `${later} 11259375 2001:db8::5 laptop 00:01:00:01:2c:a1:b2:c4:aa:bb:cc:00:00:05`,
      `${later} T11259375 2001:db8::6 laptop 00:01:00:01:2c:a1:b2:c4:aa:bb:cc:00:00:05`,
      '',
    ].join('\n'),
  );
  expect(leaseFiles().names()).toEqual([
    laptopName,
    'aa:bb:cc:00:00:06 192.168.1.6 tv',
    'aa:bb:cc:00:00:08 192.168.1.8 clockless',
  ]);
});

test('a lease is seen when its file was written, and never later than now', () => {
  writeFileSync(path, laptop);
  setTime(path, '2026-11-20T12:00:00Z');
  const { files } = leaseFiles();
  expect(files.sightings()).toEqual([
    {
      mac: 'aa:bb:cc:00:00:05',
      ip: '192.168.1.5',
      hostname: 'laptop',
      via: 'lease',
      at: Date.UTC(2026, 10, 20, 12),
    },
  ]);
  setTime(path, '2100-01-01T00:00:00Z');
  expect(leaseFiles().files.sightings()[0]?.at).toBe(Date.parse(startedAt));
});

test('ISC dhcpd is told from dnsmasq by its content', () => {
  writeFileSync(
    path,
    '# dhcpd\n\nlease 192.168.1.5 {\n  binding state active;\n' +
      '  hardware ethernet aa:bb:cc:00:00:05;\n  client-hostname "laptop";\n}\n',
  );
  expect(leaseFiles().names()).toEqual([laptopName]);
});

test('a file of another kind is said once', () => {
  // Kea's.
  const csv = 'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,hostname,state\n';
  const { names, clock, lines } = leaseFiles();
  for (const text of [csv, `${csv}192.168.1.5,aa:bb:cc:00:00:05,,4000,1999999999,1,laptop,0\n`]) {
    writeFileSync(path, text);
    expect(names()).toEqual([]);
    clock.pass(60_000);
  }
  expect(lines).toEqual([
    `warn: No names from ${path}, because it is not a lease file of dnsmasq or ISC dhcpd: change names.leaseFiles.`,
  ]);
});

test.each([
  '',
  '\n',
  'duid 00:01:00:01:2c:a1:b2:c3\n',
  `${later} aa:bb:cc:00:00:05 192.168.1.5 * *\n`,
  '# The format of this file is documented in the dhcpd.leases(5) manual page.\n',
  'authoring-byte-order little-endian;\n',
  'failover peer "home" state {\n',
  '\nlease 192.168.1.5 {\n',
])('a file without names: %j', (text) => {
  writeFileSync(path, text);
  const { names, lines } = leaseFiles();
  expect(names()).toEqual([]);
  expect(lines).toEqual([]);
});

test('only news, once a minute at most', () => {
  writeFileSync(path, laptop);
  const { names, clock } = leaseFiles();
  expect(names()).toEqual([laptopName]);
  expect(names()).toEqual([]);

  writeFileSync(path, `${laptop}${later} aa:bb:cc:00:00:06 192.168.1.6 tv *\n`);
  clock.pass(59_999);
  expect(names()).toEqual([]);
  clock.pass(1);
  expect(names()).toEqual(['aa:bb:cc:00:00:06 192.168.1.6 tv']);

  writeFileSync(path, laptop.replace('laptop', 'notebook'));
  clock.pass(60_000);
  expect(names()).toEqual(['aa:bb:cc:00:00:05 192.168.1.5 notebook']);

  writeFileSync(path, laptop.replace('laptop', 'notebook').replace(`${later}`, `${later + 60}`));
  clock.pass(60_000);
  expect(names(), 'renewed').toEqual(['aa:bb:cc:00:00:05 192.168.1.5 notebook']);
});

test('a file that takes the place of another one of the same size and time is read', () => {
  writeFileSync(path, laptop);
  setTime(path, '2026-11-20T12:00:00Z');
  const { names, clock } = leaseFiles();
  names();
  writeFileSync(`${path}.next`, laptop.replace('laptop', 'tablet'));
  setTime(`${path}.next`, '2026-11-20T12:00:00Z');
  renameSync(`${path}.next`, path);
  clock.pass(60_000);
  expect(names()).toEqual(['aa:bb:cc:00:00:05 192.168.1.5 tablet']);
});

test('a file that vanishes and comes back is said once and read again', () => {
  writeFileSync(path, laptop);
  const { names, clock, lines } = leaseFiles();
  names();
  rmSync(path);
  for (let minute = 0; minute < 3; minute++) {
    clock.pass(60_000);
    expect(names()).toEqual([]);
  }
  expect(lines).toEqual([
    `warn: No names from ${path}, because it does not exist: make it readable for LanLedger or change names.leaseFiles.`,
  ]);
  writeFileSync(path, laptop);
  clock.pass(60_000);
  expect(names()).toEqual([laptopName]);
});

test.each([
  ['it is not a file', () => mkdirSync(path)],
  ['it is not a file', () => symlinkSync('/dev/zero', path)],
  ['it is larger than 4 MiB', () => writeFileSync(path, Buffer.alloc(4 * 1024 * 1024 + 1))],
])('%s', (reason, make) => {
  make();
  const { names, clock, lines } = leaseFiles();
  expect(names()).toEqual([]);
  clock.pass(60_000);
  expect(names()).toEqual([]);
  expect(lines).toEqual([
    `warn: No names from ${path}, because ${reason}: make it readable for LanLedger or change names.leaseFiles.`,
  ]);
});

test('the lease of a device is known as long as it runs and its file has it', () => {
  const tablet = `${later + 60} aa:bb:cc:00:00:05 192.168.1.6 tablet *\n`;
  writeFileSync(path, `${laptop}${tablet}`);
  setTime(path, '2026-11-20T12:00:00Z');
  const { files, clock } = leaseFiles();
  const lease = () => files.leaseOf('aa:bb:cc:00:00:05');
  expect(lease(), 'nothing was read').toBeUndefined();
  files.sightings();
  files.sightings();
  const seen = { mac: 'aa:bb:cc:00:00:05', via: 'lease', at: Date.UTC(2026, 10, 20, 12) };
  expect(lease()).toEqual({ ...seen, ip: '192.168.1.6', hostname: 'tablet' });
  expect(files.leaseOf('aa:bb:cc:00:00:06')).toBeUndefined();
  clock.pass(3_660_000);
  expect(lease()?.hostname).toBe('tablet');
  clock.pass(1);
  expect(lease(), 'expired').toBeUndefined();

  writeFileSync(path, laptop.replace(`${later}`, '0'));
  files.sightings();
  expect(lease()?.hostname).toBe('laptop');
  rmSync(path);
  clock.pass(60_000);
  files.sightings();
  expect(lease(), 'gone').toBeUndefined();
});

test('of several files the one that was written last knows the lease', () => {
  const other = join(folder, 'other.leases');
  writeFileSync(path, laptop);
  setTime(path, '2026-11-20T12:00:00Z');
  writeFileSync(other, laptop.replace('laptop', 'tablet'));
  setTime(other, '2026-11-20T13:00:00Z');
  for (const paths of [
    [path, other],
    [other, path],
  ]) {
    const { files } = leaseFiles(paths);
    files.sightings();
    expect(files.leaseOf('aa:bb:cc:00:00:05')?.hostname).toBe('tablet');
  }
});

test('the configuration changes while it runs', () => {
  const other = join(folder, 'other.leases');
  writeFileSync(path, laptop);
  writeFileSync(other, laptop.replace('laptop', 'tablet').replace('.5 ', '.6 '));
  const { names, config } = leaseFiles();
  expect(names()).toEqual([laptopName]);
  config.leaseFiles = [path, other];
  expect(names()).toEqual(['aa:bb:cc:00:00:05 192.168.1.6 tablet']);
  config.leaseFiles = [other];
  expect(names()).toEqual([]);
});

test('the usual places need not exist', () => {
  const { files, lines } = leaseFiles([]);
  files.sightings();
  expect(lines.filter((line) => line.includes('does not exist'))).toEqual([]);
});

test('a hundred thousand lines', () => {
  writeFileSync(path, `${'garbage in every line\n'.repeat(100_000)}${laptop}`);
  expect(leaseFiles().names()).toEqual([laptopName]);
});

test('any bytes', () => {
  const { files, clock, lines } = leaseFiles();
  assert(
    property(uint8Array({ maxLength: 400 }), (bytes) => {
      writeFileSync(
        path,
        Buffer.concat([Buffer.from('lease '), bytes, Buffer.from(`\n${laptop}`)]),
      );
      clock.pass(60_000);
      files.sightings();
      writeFileSync(path, Buffer.concat([bytes, Buffer.from(`\n${laptop}`)]));
      clock.pass(60_000);
      files.sightings();
    }),
    { numRuns: 200 },
  );
  expect(lines).toEqual([]);
});
