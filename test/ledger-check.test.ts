import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, type TestContext } from 'vitest';
import type { Config } from '../src/config/config.ts';
import {
  cardSize,
  checkDataDirectory,
  checkSpace,
  checkWear,
  ledgerDays,
} from '../src/ledger-check.ts';
import { openStore } from '../src/store/store.ts';
import { temporaryDirectory } from './store/ledger.ts';

/** A file system of that size. */
function mounted(context: TestContext, size: string): string {
  const directory = join(temporaryDirectory(), 'mounted');
  mkdirSync(directory);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
  if (mount.status !== 0) {
    process.stderr.write(`skipped: ${context.task.name} (needs root to mount a file system)\n`);
    context.skip('needs root to mount a file system');
  }
  onTestFinished(() => void spawnSync('umount', [directory]));
  return directory;
}

test('days of the ledger', () => {
  expect(ledgerDays(undefined, 20261120)).toBe(undefined);
  expect(ledgerDays(20261120, 20261120)).toBe(1);
  expect(ledgerDays(20251120, 20261120)).toBe(366);
  expect(ledgerDays(20261121, 20261120)).toBe(1);
});

test('a disk that is nearly full', (context) => {
  const directory = mounted(context, '30m');
  const config = { dataDirectory: directory } as Config;
  const free = `31.5 MB are free in ${directory}`;
  expect(checkSpace(config, { bytes: 0, days: undefined })).toBe(`${free}.`);
  expect(checkSpace(config, { bytes: 1e6, days: 10 })).toBe(
    `${free}; the ledger has 1 MB and took 100 kB a day so far.`,
  );
  expect(checkSpace(config, { bytes: 1e6, days: 2 })).toEqual({
    warning: `${free}; the ledger has 1 MB and took 500 kB a day so far. That lasts for 62 more days at most: free some space, or lower store.keepPeersDays.`,
  });
  // A folder that will be made.
  const later = { dataDirectory: join(directory, 'a/b') } as Config;
  expect(checkSpace(later, { bytes: 0, days: undefined })).toBe(
    `31.5 MB are free in ${directory}/a/b.`,
  );
  writeFileSync(join(directory, 'filler'), Buffer.alloc(12e6));
  expect(() => checkSpace(config, { bytes: 1e6, days: 10 })).toThrow(
    `Only 19.5 MB are free in ${directory}: free some space, or lower store.keepPeersDays.`,
  );
});

test('a data directory on a disk that is not mounted', () => {
  const dataDirectory = join(temporaryDirectory(), 'data');
  symlinkSync('/nonexistent/disk', dataDirectory);
  expect(() => checkDataDirectory({ dataDirectory } as Config)).toThrow(
    `${dataDirectory} cannot be written (ENOENT: no such file or directory, access '${dataDirectory}')`,
  );
});

test('whether a ledger is in use cannot be told on a full disk', (context) => {
  const dataDirectory = mounted(context, '1m');
  openStore(join(dataDirectory, 'lanledger.db')).close();
  const filler = openSync(join(dataDirectory, 'filler'), 'w');
  try {
    expect(() => {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    }).toThrow('ENOSPC');
  } finally {
    closeSync(filler);
  }
  expect(() => checkDataDirectory({ dataDirectory } as Config)).toThrow(
    `The disk that holds the ledger ${dataDirectory}/lanledger.db is full: free some space`,
  );
});

test('what a memory card bears', () => {
  const writes = { checkpoints: 40, pages: 20, bytes: 100_000 };
  const sentence =
    'Some 288 MB a day are written with a checkpoint every 30 s (measured: 20.0 pages each, of 40).';
  const assumption = 'assuming it can be rewritten 500 times and itself writes 10 times as much';
  expect(checkWear(30, writes, undefined)).toBe(sentence);
  expect(checkWear(30, writes, 32e9)).toBe(
    `${sentence} A card of 32 GB bears that for some 15 years, ${assumption}.`,
  );
  expect(checkWear(30, writes, 4e9)).toEqual({
    warning: `${sentence} A card of 4 GB bears that for some 1 years, ${assumption}: raise store.checkpointSeconds.`,
  });
});

test('a memory card is found by the device of the folder', () => {
  const directory = temporaryDirectory();
  const { dev } = statSync(directory);
  const number = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
  const devices = temporaryDirectory();
  expect(cardSize(directory, devices)).toBe(undefined);

  const card = join(devices, 'platform/mmc0/block/mmcblk0');
  mkdirSync(join(card, 'mmcblk0p2'), { recursive: true });
  writeFileSync(join(card, 'size'), '62333952\n');
  symlinkSync(join(card, 'mmcblk0p2'), join(devices, number));
  expect(cardSize(directory, devices)).toBe(62_333_952 * 512);
  expect(cardSize(join(directory, 'not/yet'), devices)).toBe(62_333_952 * 512);
});

test('another disk is no memory card', () => {
  const directory = temporaryDirectory();
  const { dev } = statSync(directory);
  const number = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
  const devices = temporaryDirectory();
  mkdirSync(join(devices, 'pci/block/sda/sda1'), { recursive: true });
  symlinkSync(join(devices, 'pci/block/sda/sda1'), join(devices, number));
  expect(cardSize(directory, devices)).toBe(undefined);
});
