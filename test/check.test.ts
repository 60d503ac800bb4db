import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../src/store/sqlite.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { check } from '../src/check.ts';
import { loadConfig, type LoadedConfig } from '../src/config/load.ts';
import type { Finding } from '../src/finding.ts';
import { checkPort } from '../src/port-check.ts';
import { currentVersion } from '../src/store/migration.ts';
import { openStore } from '../src/store/store.ts';
import { checkpoint, usage } from './store/ledger.ts';
import { selfSigned } from './support/certificates.ts';

const certificate = (name: string) => selfSigned(name).certificateFile;
const key = (name: string) => selfSigned(name).keyFile;

const day = 20261120;

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-check-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The lines of the check about that subject. */
async function linesAbout(subject: string, given: { http?: object; mqtt?: object }) {
  const dataDirectory = newDirectory();
  const http = { host: '127.0.0.1', port: await freePort(), ...given.http };
  const commandLine = { dataDirectory, http, mqtt: given.mqtt ?? {} };
  const loaded = await loadConfig({ file: '/dev/null', environment: {}, commandLine });
  return { dataDirectory, lines: () => printedBy(subject, loaded) };
}

async function printedBy(subject: string, loaded: LoadedConfig): Promise<string[]> {
  const findings = await findingsOf(loaded);
  return findings
    .filter((finding) => finding.subject === subject)
    .map(({ level, sentence }) => `${level}: ${sentence}`);
}

async function findingsOf(loaded: LoadedConfig): Promise<Finding[]> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await check(loaded, { json: true });
  } finally {
    write.mockRestore();
  }
  return (JSON.parse(printed) as { findings: Finding[] }).findings;
}

test.each<[object, string[]]>([
  [{}, []],
  [
    { certificateFile: certificate('one'), keyFile: key('one') },
    [`ok: ${certificate('one')} and ${key('one')} belong together.`],
  ],
  [
    { certificateFile: certificate('one'), keyFile: '/nowhere.key' },
    [
      "fail: http.tls.keyFile cannot be read (ENOENT: no such file or directory, open '/nowhere.key'): check the path, and that the user that runs LanLedger may read it.",
    ],
  ],
])('the certificate of the web server: %j', async (tls, expected) => {
  const { lines } = await linesAbout('HTTP certificate', { http: { tls } });
  expect(await lines()).toEqual(expected);
});

test.each<[object, string]>([
  [{ url: 'mqtt://192.0.2.1' }, 'ok: 192.0.2.1:1883 was not asked.'],
  [
    {
      url: 'mqtts://192.0.2.1',
      tls: {
        caFile: certificate('one'),
        certificateFile: certificate('other'),
        keyFile: key('other'),
      },
    },
    'ok: 192.0.2.1:8883 was not asked; the files for TLS are in order.',
  ],
  [
    {
      url: 'mqtts://192.0.2.1',
      tls: { certificateFile: certificate('one'), keyFile: key('other') },
    },
    'fail: the files of mqtt.tls.certificateFile and mqtt.tls.keyFile do not belong together.',
  ],
  [
    { url: 'mqtts://192.0.2.1', tls: { caFile: '/nowhere.crt' } },
    'fail: mqtt.tls.caFile (/nowhere.crt) cannot be read: there is no such file.',
  ],
  [
    { url: 'mqtt://192.0.2.1', tls: { caFile: certificate('one') } },
    'fail: mqtt.tls is set, but mqtt.url is without TLS; write it as mqtts:// (usually port 8883), or remove mqtt.tls.',
  ],
])('the broker: %j', async (mqtt, expected) => {
  const { lines } = await linesAbout('MQTT broker', { mqtt });
  expect(await lines()).toEqual([expected]);
});

test('the access tokens', async () => {
  const { dataDirectory, lines } = await linesAbout('Access tokens', {});
  const path = join(dataDirectory, 'tokens.json');
  expect(await lines()).toEqual([`ok: ${path} is made at the first start.`]);

  const token = { name: 'a', scope: 'read', token: 'x'.repeat(43), createdAt: '' };
  writeFileSync(path, JSON.stringify({ tokens: [token] }), { mode: 0o600 });
  expect(await lines()).toEqual([`ok: ${path} holds 1.`]);
  writeFileSync(path, '{');
  expect(await lines()).toEqual([
    `fail: The access tokens ${path} are damaged: put a backup in their place, or delete the file and restart LanLedger, which then makes a new token.`,
  ]);
  rmSync(path);
  mkdirSync(path);
  expect(await lines()).toEqual([
    `fail: The access tokens ${path} cannot be read (EISDIR: illegal operation on a directory, read): run this as root or as the user that LanLedger runs as.`,
  ]);
});

test('without access control tokens do not matter', async () => {
  const { lines } = await linesAbout('Access tokens', { http: { auth: 'none' } });
  expect(await lines()).toEqual([]);
});

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

test('a port is taken by a program that is named, or by the daemon itself', async () => {
  const directory = newDirectory();
  const ledgerLock = join(directory, 'lanledger.db.lock');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const ask = () => checkPort({ host: '127.0.0.1', port, key: 'http.port', ledgerLock });
  const name = readFileSync('/proc/self/comm', 'utf8').trim();
  await expect(ask()).rejects.toThrow(
    `127.0.0.1 port ${port} is taken by ${name} (process ${process.pid}): set http.port to a free port.`,
  );
  const store = openStore(join(directory, 'lanledger.db'));
  expect(await ask()).toBe(
    `127.0.0.1 port ${port} is used by the LanLedger that runs (process ${process.pid}).`,
  );
  store.close();
});

test('an address of another machine is told, and is no matter of the port', async () => {
  const ask = checkPort({ host: '192.0.2.1', port: 0, key: 'http.port', ledgerLock: '' });
  await expect(ask).rejects.toThrow(
    /^192\.0\.2\.1 port 0 cannot be listened on \(.*EADDRNOTAVAIL.*\): check http\.port and http\.host\.$/,
  );
});
