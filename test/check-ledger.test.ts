import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../src/store/sqlite.ts';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load.ts';
import { currentVersion } from '../src/store/migration.ts';
import { openStore } from '../src/store/store.ts';
import { checkpoint, usage } from './store/ledger.ts';
import { newDirectory, findingsOf } from './check-findings.ts';

const day = 20261120;

describe('the ledger', () => {
  /** Findings by subject on the ledger in a directory, beside nothing else. */
  async function findings(dataDirectory: string, given: object = {}) {
    const http = { host: '127.0.0.1', port: 0 };
    const commandLine = { dataDirectory, http, mqtt: { embedded: { port: 0 } }, ...given };
    const loaded = await loadConfig({ file: '/dev/null', environment: {}, commandLine });
    const found = await findingsOf(loaded);
    return Object.fromEntries(
      found.map(({ subject, level, sentence }) => [subject, `${level}: ${sentence}`]),
    );
  }

  function ledgerIn(directory: string): string {
    const path = join(directory, 'lanledger.db');
    const store = openStore(path);
    store.checkpoint(checkpoint({ at: Date.now(), days: [{ device: 'a', day, usage: usage(1) }] }));
    store.close();
    return path;
  }

  test('that is not there yet is not made by looking', async () => {
    const directory = join(newDirectory(), 'data');
    const found = await findings(directory);
    expect(found['Data directory']).toBe(
      `ok: ${directory}/lanledger.db will be made at the first start.`,
    );
    expect(found['Ledger']).toBe(undefined);
    expect(existsSync(directory)).toBe(false);
  });

  test('that is well', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const found = await findings(directory);
    expect(found['Data directory']).toBe(`ok: ${path} can be written.`);
    expect(found['Ledger']).toBe(
      `ok: The file is whole, its tables have version ${currentVersion()}.`,
    );
    expect(found['Disk space']).toMatch(
      /^ok: [\d.]+ .B are free in .*; the ledger has [\d.]+ kB and took [\d.]+ k?B a day so far\.$/,
    );
    expect(found['Clock']).toMatch(/^ok: It is 20\d\d-/);
  });

  test.skipIf(process.getuid?.() !== 0)(
    "that is another user's, as root sees that of a service",
    async () => {
      const directory = newDirectory();
      const path = ledgerIn(directory);
      for (const each of [directory, path]) chownSync(each, 8777, 8777);
      expect((await findings(directory))['Data directory']).toBe(`ok: ${path} can be written.`);
    },
  );

  test('that others can read', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    chmodSync(path, 0o644);
    expect((await findings(directory))['Data directory']).toBe(
      `warn: ${path} can be written. Others on this machine may read who is at home and where they surf: chmod 600 ${path}.`,
    );
  });

  test('that another daemon writes', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const store = openStore(path);
    const found = await findings(directory);
    store.close();
    expect(found['Data directory']).toBe(`ok: ${path} is in use by a running LanLedger.`);
    expect(found['Ledger']).toBe(
      `ok: The file is whole, its tables have version ${currentVersion()}.`,
    );
  });

  test('that is damaged', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const bytes = readFileSync(path);
    // The page of usage_day, by its place in the schema of a fresh ledger.
    const pages = bytes.length / 4096;
    bytes.fill(0x55, (pages - 6) * 4096);
    writeFileSync(path, bytes);
    expect((await findings(directory))['Ledger']).toMatch(/^fail: .*lanledger\.db is damaged /);
    writeFileSync(path, 'something else that is much longer than a header of SQLite would be');
    expect((await findings(directory))['Ledger']).toMatch(/^fail: .* is damaged or not a ledger: /);
  });

  test('that was written last after now', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const store = openStore(path);
    store.checkpoint(checkpoint({ at: Date.parse('2100-01-01T00:00:00Z') }));
    store.close();
    expect((await findings(directory, { timeZone: 'UTC' }))['Clock']).toMatch(
      /^warn: It is .* in UTC\. But the ledger was written at 2100-01-01 00:00:00: one of the two is wrong; set the clock, or /,
    );
  });

  test('of a newer version', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const database = openSqlite(path);
    database.pragma('user_version = 3');
    expect((await findings(directory))['Ledger']).toBe(
      `ok: The file is whole; the next start brings its tables from version 3 to ${currentVersion()}.`,
    );
    database.pragma('user_version = 99');
    database.close();
    expect((await findings(directory))['Ledger']).toMatch(
      /^fail: The ledger .* was written by a newer LanLedger/,
    );
  });

  test('whose log tells how much is written', async () => {
    const directory = newDirectory();
    const path = ledgerIn(directory);
    const store = openStore(path);
    let at = Date.now();
    const write = () =>
      store.checkpoint(checkpoint({ at: ++at, days: [{ device: 'a', day, usage: usage(1) }] }));
    for (let count = 0; count < 9; count++) write();
    expect((await findings(directory))['Disk wear']).toBe(
      'ok: How much is written can be told once the daemon has run for some minutes: run this again beside it.',
    );
    const logBefore = statSync(`${path}-wal`).size;
    for (let count = 0; count < 100; count++) write();
    const found = await findings(directory, { store: { checkpointSeconds: 60 } });
    const pages = (statSync(`${path}-wal`).size - logBefore) / (100 * 4120);
    store.close();
    // The same four tables each time: day, month, total, and the time of the checkpoint.
    expect(pages).toBe(4);
    expect(found['Disk wear']).toMatch(
      /^ok: Some 2[345](\.\d)? MB a day are written with a checkpoint every 60 s \(measured: 4\.0 pages each, of 109\)\.$/,
    );
  });
});
