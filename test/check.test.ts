import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { check } from '../src/check.ts';
import { loadConfig } from '../src/config/load.ts';
import { selfSigned } from './support/certificates.ts';

const certificate = (name: string) => selfSigned(name).certificateFile;
const key = (name: string) => selfSigned(name).keyFile;

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
  const { config } = await loadConfig({ file: '/dev/null', environment: {}, commandLine });
  return { dataDirectory, lines: () => printedBy(subject, config) };
}

async function printedBy(subject: string, config: Parameters<typeof check>[0]) {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await check(config);
  } finally {
    write.mockRestore();
  }
  return printed.split('\n').filter((line) => line.slice(6).startsWith(subject));
}

test.each<[object, string[]]>([
  [{}, []],
  [
    { certificateFile: certificate('one'), keyFile: key('one') },
    [`ok    HTTP certificate: ${certificate('one')} and ${key('one')} belong together.`],
  ],
  [
    { certificateFile: certificate('one'), keyFile: '/nowhere.key' },
    [
      "FAIL  HTTP certificate: http.tls.keyFile cannot be read (ENOENT: no such file or directory, open '/nowhere.key'): check the path, and that the user that runs LanLedger may read it.",
    ],
  ],
])('the certificate of the web server: %j', async (tls, expected) => {
  const { lines } = await linesAbout('HTTP certificate', { http: { tls } });
  expect(await lines()).toEqual(expected);
});

test.each<[object, string]>([
  [{ url: 'mqtt://192.0.2.1' }, 'ok    MQTT broker: 192.0.2.1:1883 was not asked.'],
  [
    {
      url: 'mqtts://192.0.2.1',
      tls: {
        caFile: certificate('one'),
        certificateFile: certificate('other'),
        keyFile: key('other'),
      },
    },
    'ok    MQTT broker: 192.0.2.1:8883 was not asked; the files for TLS are in order.',
  ],
  [
    {
      url: 'mqtts://192.0.2.1',
      tls: { certificateFile: certificate('one'), keyFile: key('other') },
    },
    'FAIL  MQTT broker: the files of mqtt.tls.certificateFile and mqtt.tls.keyFile do not belong together.',
  ],
  [
    { url: 'mqtts://192.0.2.1', tls: { caFile: '/nowhere.crt' } },
    'FAIL  MQTT broker: mqtt.tls.caFile (/nowhere.crt) cannot be read: there is no such file.',
  ],
  [
    { url: 'mqtt://192.0.2.1', tls: { caFile: certificate('one') } },
    'FAIL  MQTT broker: mqtt.tls is set, but mqtt.url is without TLS; write it as mqtts:// (usually port 8883), or remove mqtt.tls.',
  ],
])('the broker: %j', async (mqtt, expected) => {
  const { lines } = await linesAbout('MQTT broker', { mqtt });
  expect(await lines()).toEqual([expected]);
});

test('the access tokens', async () => {
  const { dataDirectory, lines } = await linesAbout('Access tokens', {});
  const path = join(dataDirectory, 'tokens.json');
  expect(await lines()).toEqual([`ok    Access tokens: ${path} is made at the first start.`]);

  const token = { name: 'a', scope: 'read', token: 'x'.repeat(43), createdAt: '' };
  writeFileSync(path, JSON.stringify({ tokens: [token] }), { mode: 0o600 });
  expect(await lines()).toEqual([`ok    Access tokens: ${path} holds 1.`]);
  writeFileSync(path, '{');
  expect(await lines()).toEqual([
    `FAIL  Access tokens: The access tokens ${path} are damaged: put a backup in their place, or delete the file and restart LanLedger, which then makes a new token.`,
  ]);
  rmSync(path);
  mkdirSync(path);
  expect(await lines()).toEqual([
    `FAIL  Access tokens: The access tokens ${path} cannot be read (EISDIR: illegal operation on a directory, read): run this as root or as the user that LanLedger runs as.`,
  ]);
});

test('without access control tokens do not matter', async () => {
  const { lines } = await linesAbout('Access tokens', { http: { auth: 'none' } });
  expect(await lines()).toEqual([]);
});
