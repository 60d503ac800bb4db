import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig, type LoadedConfig } from '../src/config/load.ts';
import { checkPort } from '../src/port-check.ts';
import { openStore } from '../src/store/store.ts';
import { selfSigned } from './support/certificates.ts';
import { newDirectory, findingsOf } from './check-findings.ts';

const certificate = (name: string) => selfSigned(name).certificateFile;

const key = (name: string) => selfSigned(name).keyFile;

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
