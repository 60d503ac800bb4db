import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, path, leaseFiles, laptop, laptopName } from './lease-folder.ts';

test.skipIf(process.getuid?.() === 0)('a file of somebody else', () => {
  writeFileSync(path, laptop);
  chmodSync(path, 0o000);
  const { names, lines } = leaseFiles();
  expect(names()).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('reading it is not permitted');
});

const isRoot = process.getuid?.() === 0;

const forgeable = () =>
  `warn: No names from ${path}, because any user of this machine may have written it: make it writable for its owner only, and root its owner, or change names.leaseFiles.`;

test('a file that everybody may write names nobody, and that is said once', () => {
  writeFileSync(path, laptop);
  chmodSync(path, 0o666);
  const { names, clock, lines } = leaseFiles();
  expect(names()).toEqual([]);
  clock.pass(60_000);
  expect(names()).toEqual([]);
  expect(lines).toEqual([forgeable()]);
  chmodSync(path, 0o644);
  clock.pass(60_000);
  expect(names()).toEqual([laptopName]);
});

test.skipIf(!isRoot)('a file of another user, where everybody may write', () => {
  writeFileSync(path, laptop);
  chmodSync(folder, 0o1777);
  expect(leaseFiles().names(), "the daemon's own").toEqual([laptopName]);
  chownSync(path, 1234, 1234);
  const { names, lines } = leaseFiles();
  expect(names()).toEqual([]);
  expect(lines).toEqual([forgeable()]);
});

test.skipIf(!isRoot)('a link to a file of another user, where everybody may write', () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  const file = join(own, 'leases');
  writeFileSync(file, laptop);
  chownSync(own, 1234, 1234);
  chownSync(file, 1234, 1234);
  chmodSync(folder, 0o777);
  symlinkSync(file, path);
  const { names, lines } = leaseFiles();
  expect(names()).toEqual([]);
  expect(lines).toEqual([forgeable()]);
});

test.skipIf(!isRoot)('a DHCP server with a user and a directory of its own is believed', () => {
  writeFileSync(path, laptop);
  chownSync(path, 1234, 1234);
  chownSync(folder, 1234, 1234);
  chmodSync(folder, 0o775);
  const { names, lines } = leaseFiles();
  expect(names()).toEqual([laptopName]);
  expect(lines).toEqual([]);
});
