import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { operationsOf } from '../support/openapi-document.ts';
import { ATTACK_MS, HTTP_PORT, residentMebibytes, type Victim, withstand } from './attack.ts';
import { bearer, exampleOf, expectStatus, statusOf, textOf, withHeaders } from './hostile-http.ts';
import { describeLab } from './metering.ts';
import { lanGateway } from './topologies.ts';

describeLab('hostile HTTP', lanGateway, (home) => {
  test('a body of any size is refused, and takes no memory', { timeout: ATTACK_MS }, () =>
    withstand(home(), async (victim) => {
      const { ask, document, tokens, pid } = victim;
      const before = residentMebibytes(pid);
      const withBody = operationsOf(document).filter(
        ({ requestBody }) => requestBody !== undefined,
      );
      const large = Buffer.alloc(200_000, ' ');
      const asked = withBody.map((operation) => ({
        name: operation.operationId,
        answer: ask({ ...withHeaders(exampleOf(operation), bearer(tokens.admin)), body: large }),
      }));
      await expectStatus(413, asked);
      const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
      const packed = withBody.map((operation) => {
        const headers = { ...bearer(tokens.admin), 'content-encoding': 'gzip' };
        const question = { ...withHeaders(exampleOf(operation), headers), body: bomb };
        return { name: operation.operationId, answer: ask(question) };
      });
      await expectStatus(413, packed);
      const head = (more: string) =>
        `POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${tokens.admin}\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;
      // Ten gigabytes are announced, and do not come.
      const announced = await firstOf(victim, head('Content-Length: 10000000000'));
      expect([408, 413]).toContain(statusOf(announced));
      const endless = victim.inside.connect({ host: '127.0.0.1', port: HTTP_PORT });
      const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`;
      endless.on('error', () => {});
      endless.resume();
      let sent = 0;
      const sendOn = () => {
        while (sent < 3000 && !endless.destroyed && endless.write(chunk)) sent += 1;
        if (sent >= 3000) endless.destroy();
      };
      endless.on('drain', sendOn);
      endless.write(head('Transfer-Encoding: chunked'));
      sendOn();
      await once(endless, 'close');
      expect(residentMebibytes(pid) - before).toBeLessThan(64);
    }),
  );

  test('headers of any number and size are refused', { timeout: ATTACK_MS }, () =>
    withstand(home(), async (victim) => {
      const { tokens, pid } = victim;
      const before = residentMebibytes(pid);
      const start = `GET /api/v1/devices HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${tokens.admin}\r\nConnection: close\r\n`;
      const lines = (count: number, line: (index: number) => string) =>
        Array.from({ length: count }, (_, index) => line(index)).join('');
      const bombs: [string, number[]][] = [
        [`${start}X: ${'x'.repeat(100_000)}\r\n\r\n`, [431]],
        [`${start}${lines(10_000, (index) => `X-${index}: 1\r\n`)}\r\n`, [431]],
        [`${start}${lines(500, (index) => `X-${index}: 1\r\n`)}\r\n`, [200]],
        [`${start}Cookie: ${lines(600, (index) => `a${index}=1; `)}\r\n\r\n`, [200]],
        [`${start}Cookie: ${'lanledger_token=x; '.repeat(500)}\r\n\r\n`, [200]],
        [`${start}Accept: ${'text/html;q=0.1,'.repeat(800)}\r\n\r\n`, [200]],
        [`${start}Accept-Encoding: ${'gzip;q=0.1, '.repeat(1000)}\r\n\r\n`, [200, 431]],
        [`${start}If-None-Match: ${'W/"a",'.repeat(2000)}\r\n\r\n`, [200, 431]],
        [`${start}Range: bytes=${'0-1,'.repeat(2000)}\r\n\r\n`, [200, 431]],
        [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`, [431]],
        [`GET /json/history?${'start=a&'.repeat(1800)} HTTP/1.1\r\nHost: a\r\n\r\n`, [414, 431]],
        [
          `GET /json?${'a[a]'.repeat(1500)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
          [401, 414],
        ],
      ];
      for (const [request, statuses] of bombs) {
        const answer = await firstOf(victim, request);
        // Closed with bytes of ours unread, a connection is reset, and the reset may overtake the refusal.
        const cutOff = statuses.includes(431) && answer === '';
        const status = statusOf(answer);
        expect({
          request: request.slice(0, 200),
          is: cutOff || statuses.includes(status),
          status,
        }).toMatchObject({ is: true });
      }
      await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          firstOf(victim, `${start}X: ${'x'.repeat(15_000 + index * 100)}\r\n\r\n`),
        ),
      );
      expect(residentMebibytes(pid) - before).toBeLessThan(64);
    }),
  );

  test('2,000 slow connections from one device shut nobody else out', { timeout: ATTACK_MS }, () =>
    withstand(home(), async (victim) => {
      const { ask, outside, pid } = victim;
      const [before, count] = [residentMebibytes(pid), 2000];
      const target = { host: '192.168.1.1', port: HTTP_PORT };
      const sockets: Socket[] = [];
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
      });
      let open = 0;
      const beginnings = [
        '',
        'G',
        'GET /health HTTP/1.1\r\nHost: a\r\nX-',
        'POST /login HTTP/1.1\r\nHost: 192.168.1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8000\r\n\r\nto',
      ];
      const connect = (index: number) => {
        const socket = outside.connect(target);
        open += 1;
        socket.on('error', () => {});
        socket.once('close', () => (open -= 1));
        socket.resume();
        socket.write(beginnings[index % beginnings.length] ?? '');
        sockets[index] = socket;
      };
      for (let index = 0; index < count; index++) connect(index);
      const statuses: number[] = [];
      const startedAt = performance.now();
      while (performance.now() - startedAt < 15_000) {
        for (const [index, socket] of sockets.entries()) {
          if (socket.destroyed) connect(index);
          else socket.write('x');
        }
        const { status } = await ask({ method: 'GET', path: '/health' });
        statuses.push(status);
        await victim.read('/api/v1/devices');
        await delay(1000);
      }
      expect(statuses.length).toBeGreaterThan(5);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      for (const socket of sockets) socket.destroy();
      await expect.poll(() => open, { timeout: 20_000 }).toBe(0);
      expect(residentMebibytes(pid) - before).toBeLessThan(64);
      // The device itself gets answers again once it lets go.
      const one = outside.connect(target);
      one.end('GET /health HTTP/1.1\r\nHost: 192.168.1.1\r\nConnection: close\r\n\r\n');
      expect(statusOf(await textOf(one))).toBe(200);
    }),
  );
});

/** The first that comes back, while our end stays open. */
async function firstOf({ inside }: Victim, text: string): Promise<string> {
  const socket = inside.connect({ host: '127.0.0.1', port: HTTP_PORT });
  socket.on('error', () => {});
  socket.write(text);
  const first = await Promise.race([
    once(socket, 'data') as Promise<[Buffer]>,
    once(socket, 'close').then(() => [Buffer.alloc(0)] as const),
  ]);
  socket.destroy();
  return first[0].toString();
}
