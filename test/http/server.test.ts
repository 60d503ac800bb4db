import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { sampleReport } from '../support/sample-report.ts';
import { historyOf, startService } from './service.ts';

const problemType = 'application/problem+json';

function fail(): never {
  throw new Error('secret detail');
}

test('an unknown address is 404', async () => {
  const { get } = await startService();
  for (const path of ['/', '/Health', '/json/lansegments', '/health/x', '//health']) {
    expect((await get(path)).status).toBe(404);
  }
  const answer = await get('/api/v2/devices');
  expect(answer).toMatchObject({ status: 404, headers: { 'content-type': problemType } });
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is nothing at this address.',
  });
});

test.each([
  '/api/v1/devices',
  '/api/v1/devices/020000000101',
  '/api/v1/usage',
  '/health',
  '/json',
  '/json/',
  '/json/history',
])('writing to %s is 405 and says what is allowed', async (path) => {
  const { get } = await startService();
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await get(path, method);
    expect(answer).toMatchObject({
      status: 405,
      headers: { 'content-type': problemType, allow: 'GET, HEAD' },
      body: { title: 'Method Not Allowed', status: 405 },
    });
  }
  expect(await get(path, 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test('every answer forbids sniffing and storing, and none names the software', async () => {
  const { get } = await startService();
  for (const path of ['/health', '/json', '/nothing', '/api/v1/usage?x=1']) {
    const { headers } = await get(path);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-powered-by']).toBeUndefined();
  }
});

test('a URL that is too long is 414', async () => {
  const { get } = await startService();
  const answer = await get(`/health?${'x'.repeat(8_000)}`);
  expect(answer).toMatchObject({ status: 414, body: { status: 414 } });
  expect((await get(`/health?${'x'.repeat(20_000)}`)).status).toBe(431);
});

test('broken percent-encoding is 400', async () => {
  const { get, log } = await startService();
  expect(await get('/api/v1/devices/%ff')).toMatchObject({
    status: 400,
    headers: { 'content-type': problemType },
    body: { detail: 'The address is not valid percent-encoding.' },
  });
  expect(log).toEqual([]);
});

test('a fault is 500 and a line in the log, and its text stays inside', async () => {
  const broken = { usage: fail, peers: fail };
  const { get, log } = await startService({ history: broken });
  for (const path of ['/api/v1/usage', '/json', '/json/history']) {
    const answer = await get(`${path}?to=2026-11-20`);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'This is a fault of LanLedger; see its log.',
    });
  }
  const { get: ask, log: second } = await startService({ report: fail });
  expect((await ask('/health')).status).toBe(500);
  expect([...log, ...second]).toEqual([
    'GET /api/v1/usage failed: secret detail',
    'GET /json failed: secret detail',
    'GET /json/history failed: secret detail',
    'GET /health failed: secret detail',
  ]);
});

test('a taken port is a sentence with the fix', async () => {
  const { port } = await startService();
  const second = createServer({
    host: '127.0.0.1',
    port,
    report: () => sampleReport(),
    history: historyOf([]),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    version: '0.1.0',
  });
  await expect(second.start()).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Port ${port} on 127.0.0.1 is taken by another program: set http.port to a free port, or stop that program.`,
  });
  await second.stop();
});

test('an address of another machine is a sentence with the fix', async () => {
  await expect(startService({ host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
    message: expect.stringMatching(
      /^The web server cannot listen on 192\.0\.2\.1 port 0 \(.*EADDRNOTAVAIL.*\): check http\.host and http\.port\.$/,
    ) as string,
  });
});

test('a stop does not wait for a client that only keeps its connection', async () => {
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    report: () => sampleReport(),
    history: historyOf([]),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    version: '0.1.0',
  });
  const port = await server.start();
  const idle = connect(port, '127.0.0.1');
  idle.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(idle, 'data');
  const closed = once(idle, 'close');
  await server.stop();
  await closed;
  await server.stop();
});
