import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../src/config/load.ts';
import { checkClock, checkMemory, checkNode, checkTimeZone } from '../src/machine-check.ts';
import { temporaryDirectory } from './store/ledger.ts';

function load(environment: NodeJS.ProcessEnv = {}, commandLine = {}) {
  return loadConfig({ file: '/dev/null', environment, commandLine });
}

test.each(['20.19.0', '20.20.2', '22.0.0', '26.1.0'])('Node %s will do', (node) => {
  expect(checkNode(node)).toBe(`${node} will do.`);
});

test.each(['18.20.0', '20.18.3'])('Node %s is too old', (node) => {
  expect(() => checkNode(node)).toThrow(
    `LanLedger needs Node 20.19 or later, and this is ${node}: update Node.`,
  );
});

test('memory', async () => {
  const { config } = await load();
  const gigabyte = { total: 1e9, available: 5e8 };
  const sentence = '500 MB of 1 GB are free; LanLedger takes some 148 MB.';
  expect(checkMemory(config, 1, gigabyte)).toBe(sentence);
  expect(checkMemory(config, 14, gigabyte)).toEqual({
    warning:
      '500 MB of 1 GB are free; LanLedger takes some 585 MB. That may not be enough: stop other programs, or lower capture.ringMebibytes.',
  });
  config.memoryLimitMegabytes = 64;
  expect(checkMemory(config, 1, gigabyte)).toEqual({
    warning: `${sentence} memoryLimitMegabytes 64 is less, so remote addresses will be missing: raise it.`,
  });
  config.memoryLimitMegabytes = 200;
  expect(checkMemory(config, 1, gigabyte)).toBe(sentence);
  expect(checkMemory(config, 1)).toMatch(/ are free; LanLedger takes some 148 MB\.$/);
});

test('a time zone that nobody has set', async () => {
  const loaded = await load();
  loaded.config.timeZone = 'UTC';
  expect(checkTimeZone(loaded)).toEqual({
    warning:
      'Days begin in UTC, because nobody has set a time zone: set timeZone to yours, such as Europe/Berlin.',
  });
  expect(checkTimeZone(await load({}, { timeZone: 'UTC' }))).toBe('Days begin in UTC.');
  expect(checkTimeZone(await load({ TZ: 'UTC' }))).toBe('Days begin in UTC.');
  expect(checkTimeZone(await load({}, { timeZone: 'Europe/Berlin' }))).toBe(
    'Days begin in Europe/Berlin.',
  );
});

test('TZ that holds no time zone', async () => {
  const environment = { TZ: 'Europe/Berln' };
  expect(checkTimeZone(await load(environment), environment)).toEqual({
    warning:
      'TZ is "Europe/Berln", which is no time zone, so days begin in UTC: set it, or timeZone, to a name such as Europe/Berlin.',
  });
  expect(checkTimeZone(await load(environment, { timeZone: 'UTC' }), environment)).toBe(
    'Days begin in UTC.',
  );
});

test('the clock', () => {
  const now = Date.parse('2026-11-20T09:00:00Z');
  const timeZone = 'Europe/Berlin';
  const hardwareClocks = temporaryDirectory();
  mkdirSync(join(hardwareClocks, 'rtc0'));
  const usual = { now, timeZone, checkpointAt: now, hardwareClocks };
  const advice = 'set the clock, or switch time synchronisation on ("timedatectl set-ntp true")';
  expect(checkClock(usual)).toBe('It is 2026-11-20 10:00:00 in Europe/Berlin.');
  expect(checkClock({ ...usual, checkpointAt: undefined })).toBe(checkClock(usual));
  expect(checkClock({ ...usual, now: 0 })).toEqual({
    warning: `It is 1970-01-01 01:00:00 in Europe/Berlin. That is before this program existed: ${advice}.`,
  });
  expect(checkClock({ ...usual, checkpointAt: now + 90_000_000 })).toEqual({
    warning: `It is 2026-11-20 10:00:00 in Europe/Berlin. But the ledger was written at 2026-11-21 11:00:00: one of the two is wrong; ${advice}.`,
  });
  for (const without of [temporaryDirectory(), '/nowhere']) {
    expect(checkClock({ ...usual, hardwareClocks: without })).toBe(
      'It is 2026-11-20 10:00:00 in Europe/Berlin. No battery keeps the time while the power is off: keep time synchronisation on; what is metered before the time is known moves to the right day.',
    );
  }
});
