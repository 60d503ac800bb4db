import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { renewTls, tlsOptions } from '../../src/http/tls.ts';
import { selfSigned } from '../support/certificates.ts';
import { page, recordingLog, startAccess } from './access-server.ts';

const certificateOf = (name: string) => selfSigned(name).certificateFile;
const keyOf = (name: string) => selfSigned(name).keyFile;
const pairOf = (name: string) => ({ certificateFile: certificateOf(name), keyFile: keyOf(name) });

test('every answer carries the headers that keep others out', async () => {
  const { ask } = await startAccess();
  for (const path of ['/health', '/x', '/login?code=x']) {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'SAMEORIGIN',
    });
    for (const absent of [
      'strict-transport-security',
      'x-powered-by',
      'cross-origin-opener-policy',
    ])
      expect(headers[absent]).toBeUndefined();
  }
  expect((await ask('/x')).headers).toMatchObject({
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'self';script-src 'self';style-src 'self';connect-src 'self';img-src 'self' data:;object-src 'none';base-uri 'self';form-action 'self';frame-ancestors 'self'",
  });
  const { headers } = await (await startAccess({ isTls: true })).ask('/x');
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['strict-transport-security']).toBeUndefined();
});

/** The certificate that a new connection sees, and what the server says to a request. */
async function askTls(
  port: number,
  request: string,
  maxVersion: 'TLSv1.1' | 'TLSv1.3' = 'TLSv1.3',
) {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion,
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await once(socket, 'secureConnect');
  const subject = socket.getPeerCertificate().subject.CN;
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
  socket.end(request);
  await once(socket, 'close');
  return { subject, answer };
}

test('with TLS the cookie is for TLS only, our own origin is https, and old versions are refused', async () => {
  const options = tlsOptions(pairOf('one'));
  const { port, admin } = await startAccess({
    isTls: true,
    serve: (listener) => createServer({ ...options }, listener),
  });
  const head = `Host: localhost:${port}\r\nConnection: close\r\n`;
  const opened = await askTls(
    port,
    `GET /?token=${admin} HTTP/1.1\r\n${head}Accept: ${page.Accept}\r\n\r\n`,
  );
  expect(opened.answer).toMatch(/^HTTP\/1\.1 303 /);
  expect(opened.answer).toContain(
    `Set-Cookie: lanledger_token=${admin}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Strict\r\n`,
  );
  const cookie = `Cookie: lanledger_token=${admin}\r\n`;
  const write = async (origin: string) => {
    const text = `POST /x HTTP/1.1\r\n${head}${cookie}Origin: ${origin}\r\nContent-Length: 0\r\n\r\n`;
    return (await askTls(port, text)).answer.slice(9, 12);
  };
  expect(await write(`https://localhost:${port}`)).toBe('200');
  expect(await write(`http://localhost:${port}`)).toBe('403');
  await expect(askTls(port, '', 'TLSv1.1')).rejects.toMatchObject({
    code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  });
});

test('renewed files go for new connections; bad ones leave the certificate before', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-tls-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const files = { certificateFile: join(directory, 'a.crt'), keyFile: join(directory, 'a.key') };
  const install = (name: string) => {
    copyFileSync(certificateOf(name), files.certificateFile);
    copyFileSync(keyOf(name), files.keyFile);
  };
  install('one');
  const server = createServer({ ...tlsOptions(files) }, (_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const request = 'GET / HTTP/1.0\r\n\r\n';
  const lines: string[] = [];
  const subject = async () => (await askTls(port, request)).subject;

  expect(await subject()).toBe('one.test');
  install('other');
  renewTls(server, files, recordingLog(lines));
  expect(await subject()).toBe('other.test');
  writeFileSync(files.keyFile, 'x');
  renewTls(server, files, recordingLog(lines));
  expect(await subject()).toBe('other.test');
  expect(lines[0]).toBe(`The certificate was read again from ${files.certificateFile}.`);
  expect(lines[1]).toMatch(
    /are no certificate with its key .* Until then, the certificate before is used\.$/,
  );
  await expect(askTls(port, '', 'TLSv1.1')).rejects.toThrow();
});

test('without files there is no TLS', () => {
  expect(tlsOptions({ certificateFile: '', keyFile: '' })).toBeUndefined();
});

test.each([
  [
    { certificateFile: '/nowhere.crt', keyFile: keyOf('one') },
    /^http\.tls\.certificateFile cannot be read \(ENOENT: .*\/nowhere\.crt'\): check the path, and that the user that runs LanLedger may read it\.$/,
  ],
  [
    { certificateFile: certificateOf('one'), keyFile: 'test' },
    /^http\.tls\.keyFile cannot be read \(EISDIR.*\): check the path/,
  ],
  [
    { certificateFile: certificateOf('one'), keyFile: keyOf('other') },
    /^\S+\/one\.crt and \S+\/other\.key are no certificate with its key \(.*key values mismatch\): set http\.tls\.certificateFile and http\.tls\.keyFile to PEM files that belong together, the key without a password\.$/,
  ],
  [{ certificateFile: 'package.json', keyFile: keyOf('one') }, /are no certificate with its key/],
])('files that do not do are a sentence: %j', (files, sentence) => {
  expect(() => tlsOptions(files)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(sentence) as string,
    }),
  );
});
