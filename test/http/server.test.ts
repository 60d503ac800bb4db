import { gunzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';
import { expect, test } from 'vitest';
import type { Execute } from '../../src/model/command.ts';
import { exchange } from './exchange.ts';
import { description, start } from './described-server.ts';

const problemType = 'application/problem+json';

test('an unknown address is 404', async () => {
  const { ask } = await start();
  for (const path of ['/home', '/Health', '/health/x', '//health', '/api/v1', '/api/v1/DEVICES']) {
    expect((await ask(path)).status).toBe(404);
  }
  const answer = await ask('/api/v2/devices');
  expect(answer).toMatchObject({ status: 404, headers: { 'content-type': problemType } });
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is nothing at this address.',
  });
});

test('each address refuses the methods that are not described, and names those that are', async () => {
  const { ask } = await start();
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  for (const [path, operations] of Object.entries(description.paths)) {
    const known = Object.keys(operations).map((method) => method.toUpperCase());
    const address = path.replaceAll(/\{\w+\}/g, '1');
    for (const method of [...methods.filter((each) => !known.includes(each)), 'OPTIONS']) {
      const answer = await ask(address, { method });
      const allowed = known.includes('GET') ? [...known, 'HEAD'] : known;
      expect(answer).toMatchObject({ status: 405, headers: { 'content-type': problemType } });
      expect(answer.headers.allow?.split(', ').toSorted()).toEqual(allowed.toSorted());
    }
    if (known.includes('GET')) {
      expect(await ask(address, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    }
  }
});

test('a URL that is too long is 414', async () => {
  const { ask } = await start();
  const answer = await ask(`/health?${'x'.repeat(8_000)}`);
  expect(answer).toMatchObject({ status: 414, body: { status: 414 } });
  expect((await ask(`/health?${'x'.repeat(20_000)}`)).status).toBe(431);
});

test('broken percent-encoding is 400', async () => {
  const { ask, log } = await start();
  expect(await ask('/api/v1/devices/%ff')).toMatchObject({
    status: 400,
    headers: { 'content-type': problemType },
  });
  expect(log).toEqual([]);
});

test('parameters are checked against their description', async () => {
  const seen: unknown[] = [];
  const { ask } = await start({
    handlers: { listPeers: ({ input, response }) => void response.json(seen.push(input)) },
  });
  expect((await ask('/api/v1/peers?from=2026-11-20&limit=7')).status).toBe(200);
  expect((await ask('/api/v1/peers')).status).toBe(200);
  expect(seen).toEqual([{ from: '2026-11-20', limit: 7 }, {}]);
  const refusals: Record<string, object> = {
    'limit=0': { field: 'limit', reason: 'is less than 1' },
    'limit=x': { field: 'limit', reason: 'is not of type integer' },
    'limit=1&limit=2': { field: 'limit', reason: 'is given more than once' },
    'from=20261120': { field: 'from', reason: 'is not of a form such as 2026-11-20' },
    'color=red': { field: 'color', reason: 'is not known here' },
    '__proto__=1': { field: '__proto__' },
  };
  for (const [query, problem] of Object.entries(refusals)) {
    expect(await ask(`/api/v1/peers?${query}`)).toMatchObject({
      status: 400,
      headers: { 'content-type': problemType },
      body: { code: 'REQUEST_INVALID', ...problem },
    });
  }
  expect(seen).toHaveLength(2);
});

test('a body is read as JSON, joined with the path, and otherwise refused', async () => {
  const asked: unknown[] = [];
  const execute: Execute = (command, input) => {
    asked.push([command, input]);
    return { status: 'ok', data: {} };
  };
  const { ask } = await start({ execute });
  const patch = (body: string, type = 'application/json', more: object = {}) =>
    ask('/api/v1/devices/kitchen%20tablet', {
      method: 'PATCH',
      body,
      headers: { 'Content-Type': type, ...more },
    });
  expect((await patch('{"hidden":true}')).status).toBe(200);
  expect(asked).toEqual([['device/update', { device: 'kitchen tablet', hidden: true }]]);
  expect((await patch('{"hidden":true}', 'application/json; charset=utf-8')).status).toBe(200);
  const refusals: [number, string, string?, object?][] = [
    [400, '{"hidden":'],
    [400, '"hidden"'],
    [400, '{"hidden":1}'],
    [400, '{"device":"other","hidden":true}'],
    [400, '{"__proto__":{"hidden":true}}'],
    [400, ''],
    [413, JSON.stringify({ name: 'x'.repeat(70_000) })],
    [415, '{"hidden":true}', 'text/plain'],
    [415, 'hidden=true', 'application/x-www-form-urlencoded'],
    [415, '{"hidden":true}', 'application/json; charset=klingon'],
    [415, '{"hidden":true}', 'application/json', { 'Content-Encoding': 'zip' }],
  ];
  for (const [status, body, type, headers] of refusals) {
    const answer = await patch(body, type, headers);
    expect([body.slice(0, 30), answer.status]).toEqual([body.slice(0, 30), status]);
    expect(answer.headers['content-type']).toBe(problemType);
  }
  expect(asked).toHaveLength(2);
});

test.each([
  ['REQUEST_INVALID', 400],
  ['DEVICE_UNKNOWN', 404],
  ['COMMAND_UNKNOWN', 404],
  ['NAME_TAKEN', 409],
  ['STORE_FULL', 503],
  ['INTERNAL', 500],
] as const)('a command that fails with %s answers %i', async (code, status) => {
  const error = { code, message: 'It went wrong.', field: 'name' };
  const { ask } = await start({ execute: () => ({ status: 'error', error }) });
  expect(await ask('/api/v1/devices')).toMatchObject({
    status,
    body: { status, code, detail: 'It went wrong.', field: 'name' },
  });
});

test('any command can be run by its name', async () => {
  const asked: unknown[] = [];
  const execute: Execute = (command, input) => ({
    status: 'ok',
    data: asked.push([command, input]),
  });
  const { ask } = await start({ execute });
  const run = (body: object) =>
    ask('/api/v1/commands', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
  expect(await run({ command: 'peers', input: { limit: 3 } })).toMatchObject({
    status: 200,
    body: 1,
  });
  expect(await run({ command: 'health' })).toMatchObject({ status: 200, body: 2 });
  expect(await run({ input: {} })).toMatchObject({ status: 400, body: { field: 'command' } });
  expect(asked).toEqual([
    ['peers', { limit: 3 }],
    ['health', {}],
  ]);
});

test('an answer that the client has is not sent again, and large ones are compressed', async () => {
  const data = { text: 'lanledger '.repeat(1000) };
  const { ask, port } = await start({ execute: () => ({ status: 'ok', data }) });
  const first = await ask('/api/v1/devices');
  expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'private, no-cache' } });
  const etag = first.headers.etag as string;
  const again = await ask('/api/v1/devices', { headers: { 'If-None-Match': etag } });
  expect(again).toMatchObject({ status: 304, text: '' });
  const packed = await fetch(`http://127.0.0.1:${port}/api/v1/devices`, {
    headers: { 'Accept-Encoding': 'br' },
  });
  expect(packed.headers.get('content-encoding')).toBe('br');
  expect(await packed.json()).toEqual(data);
  const raw = await exchange(port, '/api/v1/devices', { headers: { 'Accept-Encoding': 'gzip' } });
  expect(raw.headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(raw.bytes).toString())).toEqual(data);
});

test('access comes before all routes', async () => {
  const refuse: RequestHandler = (_request, response) => void response.status(401).end();
  const { ask } = await start({ access: [refuse] });
  for (const path of ['/health', '/nothing', '/api/v1/devices']) {
    expect((await ask(path)).status).toBe(401);
  }
});
