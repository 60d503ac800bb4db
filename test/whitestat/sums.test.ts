import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newStore, temporaryDirectory } from '../store/ledger.ts';
import type { WhitestatRow } from '../support/whitestat-database.ts';
import { bring, laptop, newFile, now, pictureOf, remote, router, tablet } from './old-home.ts';

test('a home of 12 devices, 300 addresses and 60 days: every sum agrees, and again on the second time', () => {
  let state = 7;
  const random = (limit: number) => (state = (state * 48_271) % 2_147_483_647) % limit;
  const days = Array.from({ length: 60 }, (_, index) =>
    new Date(now - index * 86_400_000).toISOString().slice(0, 10),
  );
  let [download, upload] = [0, 0];
  const rows = days.flatMap((day) => {
    const devices = Array.from({ length: 12 }, (_, index): WhitestatRow => {
      const kb: [number, number] = [random(1e9) / 100, random(1e8) / 100];
      download += Math.round(kb[0] * 1024);
      upload += Math.round(kb[1] * 1024);
      return { day, ip: `192.168.1.${index}`, mac: `02:00:00:00:03:${10 + index}`, kb };
    });
    const peers = Array.from({ length: 300 }, (_, index) =>
      remote(day, `198.51.${index >> 8}.${index & 255}`, [random(5e6) / 100, random(5e7) / 100]),
    );
    return [...devices, ...peers];
  });
  const path = newFile({ rows });
  const store = newStore();
  const report = bring(store, path);
  expect([report.deviceDays, report.download, report.upload]).toEqual([720, download, upload]);
  const before = pictureOf(store);
  expect(before.days).toEqual([download, upload]);
  expect(before.months).toEqual([download, upload]);
  expect(before.totals).toEqual([download, upload]);
  expect(before.peers).toEqual([download, upload]);
  expect(before.smallest).toBeGreaterThanOrEqual(0);
  bring(store, path);
  expect(pictureOf(store)).toEqual(before);
});

test('whatever stands in the columns, nothing fails and the sums agree', () => {
  const usual = [
    '2026-11-01T00:00:00.000',
    '2026-11-19',
    laptop,
    router,
    '192.168.1.20',
    '198.51.100.1',
    '203.0.113.1',
    '2001:db8::1',
    '2001:db9::1',
    'fe80::1',
    'NaN',
    '',
  ];
  const numbers = [0, 1, -1, 0.5, 1e6, 2n ** 62n, -(2n ** 63n), Infinity, null];
  const anything = fc.oneof(
    fc.constantFrom(...numbers),
    fc.constantFrom(...usual),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  const likely = (...values: unknown[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, anything);
  const row = fc.tuple(
    likely('2026-11-01T00:00:00.000', '2026-11-02T00:00:00.000'),
    likely('192.168.1.20', '198.51.100.1', '203.0.113.1', '2001:db8::1'),
    likely(laptop, tablet, router),
    anything,
    likely(1.01, 2.5, 1000),
    likely(1.01, 2.5, 1000),
    likely(0, 1),
  );
  const check = (rows: unknown[][], names: unknown[][]) => {
    const path = join(temporaryDirectory(), 'WhiteStat.db');
    const database = openSqlite(path);
    database.exec(`
      CREATE TABLE DailyUsage (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL);
      CREATE TABLE UsageHistory (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL);
      CREATE TABLE MName (MAC, NAME);
      CREATE TABLE DName (IP, NAME);`);
    for (const [index, values] of rows.entries()) {
      const table = index % 3 === 0 ? 'DailyUsage' : 'UsageHistory';
      database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?)`).run(values);
    }
    for (const values of names) {
      for (const table of ['MName', 'DName']) {
        database.prepare(`INSERT INTO ${table} VALUES (?, ?)`).run(values);
      }
    }
    database.close();
    const store = newStore();
    bring(store, path);
    const before = pictureOf(store);
    expect(before.months).toEqual(before.days);
    expect(before.totals).toEqual(before.days);
    expect(before.peers).toEqual(before.days);
    expect(before.smallest).toBeGreaterThanOrEqual(0);
    bring(store, path);
    expect(pictureOf(store)).toEqual(before);
    store.close();
  };
  const names = fc.array(fc.tuple(likely(laptop, '198.51.100.1'), anything), { maxLength: 6 });
  fc.assert(fc.property(fc.array(row, { maxLength: 40 }), names, check), { numRuns: 60 });
});
