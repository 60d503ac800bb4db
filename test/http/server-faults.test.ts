import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Response } from 'express';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Handler } from '../../src/http/router.ts';
import { selfSigned } from '../support/certificates.ts';
import { exchange } from './exchange.ts';
import { newServer, start } from './described-server.ts';

test('a fault is 500 and a line in the log, and its text stays inside', async () => {
  const { ask, log } = await start({
    handlers: {
      probe() {
        throw new Error('secret detail');
      },
    },
  });
  const answer = await ask('/health');
  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'This is a fault of LanLedger; see its log.',
  });
  expect(log).toEqual(['GET /health failed: secret detail']);
});

test('one address that holds many connections does not shut out the others', async () => {
  const { port } = await start();
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const hold = async (localAddress: string) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  for (let count = 0; count < 64; count++) await hold('127.0.0.5');
  await once(await hold('127.0.0.5'), 'close');
  const answer = await exchange(port, '/health', { localAddress: '127.0.0.6' });
  expect(answer.status).toBe(200);
});

test('requests that are sent at once begin one after another, and those of a connection that ended never do', async () => {
  const begun: [path: string, response: Response][] = [];
  const hold: Handler = ({ request, response }) => void begun.push([request.path, response]);
  const { port, ask } = await start({ handlers: { showUsage: hold, listPeers: hold } });
  const hasBegun = (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count), 20_000);
  const impatient = connect(port, '127.0.0.1');
  impatient.write('GET /api/v1/usage HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await hasBegun(1);
  const answer = once(impatient, 'data');
  begun[0]?.[1].json({});
  expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 /);
  await hasBegun(2);
  impatient.destroy();
  // It has its turn among the heavy ones once nothing holds it any more.
  const other = ask('/api/v1/peers');
  await hasBegun(3);
  expect(begun[2]?.[0]).toBe('/api/v1/peers');
  begun[2]?.[1].json({});
  expect((await other).status).toBe(200);
});

test('a client that has not agreed on TLS after ten seconds is cut off', async () => {
  const { port } = await start({ tls: selfSigned('one') });
  const silent = connect(port, '127.0.0.1');
  await once(silent.resume(), 'close');
});

test('a taken port is a sentence with the fix', async () => {
  const { port } = await start();
  const second = newServer([], { port });
  await expect(second.start()).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Port ${port} on 127.0.0.1 is taken by another program: set http.port to a free port, or stop that program.`,
  });
  await second.stop();
});

test('an address of another machine is a sentence with the fix', async () => {
  await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
    message: expect.stringMatching(
      /^The web server cannot listen on 192\.0\.2\.1 on port 0 \(.*EADDRNOTAVAIL.*\): check http\.host and http\.port\.$/,
    ) as string,
  });
});

test('a stop does not wait for a client that only keeps its connection', async () => {
  const server = newServer([]);
  const port = await server.start();
  const idle = connect(port, '127.0.0.1');
  idle.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(idle, 'data');
  const closed = once(idle, 'close');
  await server.stop();
  await closed;
  await server.stop();
});
