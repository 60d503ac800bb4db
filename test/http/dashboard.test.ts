import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { problemHandler } from '../../src/http/problem.ts';
import { createDashboard } from '../../src/http/routes/dashboard.ts';
import { page, recordingLog, startAccess } from './access-server.ts';
import { exchange } from './exchange.ts';

const script = 'console.log("hello");'.repeat(50);

/** A server of a built dashboard; `files` are all there is of it, by path. */
async function serve(files: Record<string, string | Buffer>): Promise<number> {
  return (await serveFrom(files)).port;
}

async function serveFrom(files: Record<string, string | Buffer>) {
  const folder = mkdtempSync(join(tmpdir(), 'lanledger-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'assets'));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  const dashboard = createDashboard(pathToFileURL(`${folder}/`));
  const app = express();
  app.use(dashboard.files);
  app.get('/', (request, response) => dashboard.page({ input: {}, request, response }));
  app.use((_request, response) => void response.status(418).end());
  app.use(problemHandler(recordingLog([])));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { folder, port: (server.address() as AddressInfo).port };
}

const built = {
  'index.html': '<!doctype html><html><head><title>LanLedger</title></head></html>',
  'icon.svg': '<svg/>',
  'assets/index-abc.js': script,
  'assets/index-abc.js.br': brotliCompressSync(script),
  'assets/index-abc.js.gz': gzipSync(script),
};

test.each([
  ['no proxy', {}, '/'],
  ['a path of a proxy', { 'X-Forwarded-Prefix': '/lan/ledger' }, '/lan/ledger/'],
  ['a path that ends with a slash', { 'X-Forwarded-Prefix': '/lan/' }, '/lan/'],
  ['two proxies', { 'X-Forwarded-Prefix': '/outer, /inner' }, '/outer/'],
  ['a path of Home Assistant that did not come from it', { 'X-Ingress-Path': '/elsewhere' }, '/'],
  ['another host', { 'X-Forwarded-Prefix': '//evil.example' }, '/'],
  ['a script', { 'X-Forwarded-Prefix': '/"><script>alert(1)</script>' }, '/'],
  ['no path', { 'X-Forwarded-Prefix': 'javascript:alert(1)' }, '/'],
])('links of the page lead to where it is served: %s', async (_, headers, base) => {
  const { status, text, headers: received } = await exchange(await serve(built), '/', { headers });
  expect(status).toBe(200);
  expect(text).toBe(
    `<!doctype html><html><head><base href="${base}"><title>LanLedger</title></head></html>`,
  );
  expect(received['cache-control']).toBe('private, no-cache');
});

test('the page is not sent again to a browser that has it', async () => {
  const port = await serve(built);
  const { etag = '' } = (await exchange(port, '/')).headers;
  const again = await exchange(port, '/', { headers: { 'If-None-Match': etag } });
  expect(again).toMatchObject({ status: 304, text: '' });
  const elsewhere = { 'If-None-Match': etag, 'X-Forwarded-Prefix': '/lan' };
  expect((await exchange(port, '/', { headers: elsewhere })).status).toBe(200);
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('files go out as they were compressed when built: %s', async (encoding, decompress) => {
  const port = await serve(built);
  const headers = { 'Accept-Encoding': encoding };
  const answer = await exchange(port, '/assets/index-abc.js', { headers });
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'content-encoding': encoding,
      'content-type': expect.stringMatching(/^text\/javascript\b/) as string,
      'cache-control': 'private, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    },
  });
  expect(decompress(answer.bytes).toString()).toBe(script);
});

test('what keeps its name is looked at again each time', async () => {
  const answer = await exchange(await serve(built), '/icon.svg');
  expect(answer).toMatchObject({
    status: 200,
    text: '<svg/>',
    headers: {
      'content-type': expect.stringMatching(/^image\/svg\+xml\b/) as string,
      'cache-control': 'private, no-cache',
    },
  });
});

test.each([
  '/assets/none.js',
  '/assets/../index.html',
  '/assets/..%2findex.html',
  '/assets/%2e%2e/%2e%2e/etc/passwd',
  '/index.html',
  '/assets/',
])('nothing else is a file: %s', async (path) => {
  expect((await exchange(await serve(built), path)).status).toBe(418);
});

test('files can be read alone', async () => {
  const port = await serve(built);
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const { status, headers, body } = await exchange(port, '/icon.svg', { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
    expect(body).toMatchObject({ detail: 'This address answers GET, HEAD only.' });
  }
  expect(await exchange(port, '/icon.svg', { method: 'HEAD' })).toMatchObject({ status: 200 });
});

test('a part of a file is not to be had: the whole is sent', async () => {
  const headers = { Range: 'bytes=999999-' };
  const answer = await exchange(await serve(built), '/icon.svg', { headers });
  expect(answer).toMatchObject({ status: 200, text: '<svg/>' });
  expect(answer.headers['accept-ranges']).toBeUndefined();
});

test('no browser keeps it for a year that a file could not be sent', async () => {
  const headers = { 'If-Match': '"another"' };
  const answer = await exchange(await serve(built), '/assets/index-abc.js', { headers });
  expect(answer.status).toBe(418);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('a dashboard that is built anew under the daemon is served as it is then', async () => {
  const { port, folder } = await serveFrom(built);
  expect((await exchange(port, '/assets/index-abc.js')).status).toBe(200);
  for (const suffix of ['', '.br', '.gz']) rmSync(join(folder, `assets/index-abc.js${suffix}`));
  writeFileSync(join(folder, 'assets/index-def.js'), 'new');
  writeFileSync(join(folder, 'index.html'), '<html><head></head>new</html>');
  const headers = { 'Accept-Encoding': 'br' };
  expect((await exchange(port, '/assets/index-abc.js', { headers })).status).toBe(418);
  const found = await exchange(port, '/assets/index-def.js', { headers });
  expect(found).toMatchObject({ status: 200, text: 'new' });
  expect(found.headers['content-encoding']).toBeUndefined();
  expect((await exchange(port, '/')).text).toContain('new');
});

test('a dashboard that was not built says how to build it', async () => {
  const { status, body } = await exchange(await serve({}), '/');
  expect(status).toBe(503);
  expect(body).toMatchObject({
    code: 'DASHBOARD_MISSING',
    detail: 'The dashboard is not built: run "npm run build" in the folder of LanLedger.',
  });
});

test('a login leads back to where a proxy serves the dashboard', async () => {
  const { ask, admin, createLogin } = await startAccess();
  const headers = { ...page, 'X-Forwarded-Prefix': '/lan' };
  const { text } = await ask('/', { headers });
  expect(text).toContain('<form method="post" action="/lan/login">');
  const entered = await ask(`/login?code=${createLogin().code}`, { headers });
  expect(entered).toMatchObject({ status: 303, headers: { location: '/lan/' } });
  const byLink = await ask(`/?token=${admin}`, { headers });
  expect(byLink).toMatchObject({ status: 303, headers: { location: '/lan/' } });
  const out = await ask('/logout', { method: 'POST', headers });
  expect(out).toMatchObject({ status: 303, headers: { location: '/lan/login' } });
});
