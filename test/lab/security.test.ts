import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { mosquittoMissing } from '../support/broker.ts';
import { hostileJson, hostileTexts } from '../support/hostile-values.ts';
import {
  operationsOf,
  type DescribedOperation,
  type Document,
} from '../support/openapi-document.ts';
import { residentMebibytes, withstand, type Victim } from './attack.ts';
import type { Answer, Question } from './door.ts';
import { describeLab } from './metering.ts';
import { labBroker, MQTT_PORT, mqttThrough, retainedAt } from './mosquitto.ts';
import { lanGateway } from './topologies.ts';

const TEST_MS = 60_000;
const HTTP_PORT = 8777;
/** Of src/http/access.ts. */
const FAILURES_PER_MINUTE = 10;
/** Where operations can be tried out, because it exists. */
const EXAMPLES: Record<string, unknown> = {
  device: '020000000101',
  address: '198.51.100.10',
  into: '020000000102',
  name: 'Intruder',
  level: 'info',
  command: 'checkpoint',
};

/** A valid request for an operation. */
function exampleOf({ path, method, requestBody }: DescribedOperation): Question {
  const target = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(EXAMPLES[name]));
  if (requestBody === undefined) return { method: method.toUpperCase(), path: target };
  const body = JSON.stringify(
    {
      '/api/v1/devices/{device}': { name: EXAMPLES['name'] },
      '/api/v1/devices/{device}/merge': { into: EXAMPLES['into'] },
      '/api/v1/peers/{address}': { name: EXAMPLES['name'] },
      '/api/v1/log-level': { level: EXAMPLES['level'] },
      '/api/v1/commands': { command: EXAMPLES['command'] },
      '/json/hostname': { ip: '192.168.1.101', name: EXAMPLES['name'] },
    }[path],
  );
  const headers = { 'content-type': 'application/json' };
  return { method: method.toUpperCase(), path: target, headers, body };
}

function withHeaders(question: Question, headers: Record<string, string>): Question {
  return { ...question, headers: { ...question.headers, ...headers } };
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Every address of its own may fail ten times a minute. */
function addresses(): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `127.2.${made >> 8}.${made & 255}`;
  };
}

/** What may be read without a token. */
function isOpen({ method, path }: DescribedOperation): boolean {
  return method === 'get' && ['/health', '/openapi.json'].includes(path);
}

function protectedOf(document: Document): DescribedOperation[] {
  return operationsOf(document).filter((operation) => !isOpen(operation));
}

function writesOf(document: Document): DescribedOperation[] {
  return operationsOf(document).filter(({ method }) => method !== 'get');
}

/** Asks each of these and compares the statuses, told by operation. */
async function expectStatus(
  status: number,
  asked: readonly { name: string; answer: Promise<Answer> }[],
): Promise<void> {
  const statuses = await Promise.all(
    asked.map(async ({ name, answer }) => [name, (await answer).status] as const),
  );
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries(asked.map(({ name }) => [name, status])),
  );
}

/** Names of devices and remote addresses, levels and merges: what writes could have changed. */
async function stateOf({ read }: Victim): Promise<unknown> {
  const { devices } = await read<{ devices: { id: string; name: string; hidden: boolean }[] }>(
    '/api/v1/devices',
  );
  const { events } = await read<{ events: { type: string }[] }>('/api/v1/events');
  return {
    devices: devices.map(({ id, name, hidden }) => ({ id, name, hidden })).toSorted(byId),
    events: events.map(({ type }) => type).filter((type) => /changed|merged|forgotten/.test(type)),
  };
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : 1;
}

/** The devices of the examples have had traffic. */
async function devicesAreThere(victim: Victim): Promise<void> {
  await expect
    .poll(async () => JSON.stringify(await stateOf(victim)), { timeout: 20_000 })
    .toMatch(/020000000101.*020000000102/);
}

async function expectUnchanged(victim: Victim, attack: () => Promise<void>): Promise<void> {
  await devicesAreThere(victim);
  const before = await stateOf(victim);
  await attack();
  expect(await stateOf(victim)).toEqual(before);
}

describeLab('hostile HTTP', lanGateway, (home) => {
  test('without a token nothing is shown or done', { timeout: TEST_MS }, () =>
    withstand(home(), (victim) =>
      expectUnchanged(victim, async () => {
        const { ask, document } = victim;
        const from = addresses();
        const asked = protectedOf(document).flatMap((operation) => {
          const example = exampleOf(operation);
          const { operationId } = operation;
          const head = { ...example, method: 'HEAD' };
          const plain = { name: operationId, answer: ask(example, from()) };
          return example.method === 'GET'
            ? [plain, { name: `HEAD ${operationId}`, answer: ask(head, from()) }]
            : [plain];
        });
        await expectStatus(401, asked);
        for (const { answer } of asked) {
          const { headers, body } = await answer;
          expect(headers['www-authenticate']).toBe('Bearer');
          expect(body.toString()).not.toMatch(/02:00:00|192\.168|02000000/);
        }
      }),
    ),
  );

  test('with a wrong token neither, and guessing is slow', { timeout: TEST_MS }, () =>
    withstand(home(), (victim) =>
      expectUnchanged(victim, async () => {
        const { ask, document, tokens } = victim;
        const from = addresses();
        const wrong = [
          bearer('x'.repeat(43)),
          bearer(`${tokens.admin}x`),
          bearer(tokens.admin.slice(0, -1)),
          bearer(tokens.admin.toUpperCase()),
          { authorization: `Basic ${Buffer.from(`admin:${tokens.admin}`).toString('base64')}` },
          { authorization: tokens.admin },
          { cookie: `lanledger_token=${tokens.admin.slice(1)}` },
          { cookie: `lanledger_tokens=${tokens.admin}` },
          { 'x-token': tokens.admin },
        ];
        for (const [index, headers] of wrong.entries()) {
          const asked = protectedOf(document).map((operation) => ({
            name: `${operation.operationId} ${index}`,
            answer: ask(
              withHeaders(exampleOf(operation), headers as Record<string, string>),
              from(),
            ),
          }));
          // A cookie without a page to come from is refused for that already.
          const expected = (await Promise.all(asked.map(({ answer }) => answer))).map(
            ({ status }) => status,
          );
          expect(expected.filter((status) => status !== 401 && status !== 403)).toEqual([]);
        }
        const guesses = [];
        for (let index = 0; index < FAILURES_PER_MINUTE + 2; index++) {
          const guess = {
            method: 'GET',
            path: '/api/v1/devices',
            headers: bearer(`guess${index}`),
          };
          guesses.push((await ask(guess, '127.3.0.1')).status);
        }
        const expected = [...Array<number>(FAILURES_PER_MINUTE).fill(401), 429, 429];
        expect(guesses).toEqual(expected);
        const right = { method: 'GET', path: '/api/v1/devices', headers: bearer(tokens.admin) };
        expect((await ask(right, '127.3.0.1')).status).toBe(200);
      }),
    ),
  );

  test('a token with scope read changes nothing', { timeout: TEST_MS }, () =>
    withstand(home(), (victim) =>
      expectUnchanged(victim, async () => {
        const { ask, document, tokens } = victim;
        const ways = [
          bearer(tokens.reader),
          {
            cookie: `lanledger_token=${tokens.reader}`,
            origin: `http://127.0.0.1:${HTTP_PORT}`,
            host: `127.0.0.1:${HTTP_PORT}`,
          },
          { ...bearer(tokens.reader), 'x-http-method-override': 'GET' },
        ];
        for (const [index, headers] of ways.entries()) {
          const asked = writesOf(document).map((operation) => ({
            name: `${operation.operationId} ${index}`,
            answer: ask(withHeaders(exampleOf(operation), headers as Record<string, string>)),
          }));
          await expectStatus(403, asked);
        }
        const byQuery = writesOf(document).map((operation) => {
          const example = exampleOf(operation);
          const path = `${example.path}?token=${tokens.reader}`;
          return { name: operation.operationId, answer: ask({ ...example, path }) };
        });
        await expectStatus(403, byQuery);
        const read = { method: 'GET', path: '/api/v1/devices', headers: bearer(tokens.reader) };
        expect((await ask(read)).status).toBe(200);
      }),
    ),
  );

  test('no other website writes through a browser', { timeout: TEST_MS }, () =>
    withstand(home(), (victim) =>
      expectUnchanged(victim, async () => {
        const { ask, document, tokens } = victim;
        const host = `127.0.0.1:${HTTP_PORT}`;
        const foreign: Record<string, string>[] = [
          { origin: 'http://evil.example' },
          { origin: 'null' },
          { origin: `http://127.0.0.1:${HTTP_PORT + 1}` },
          { origin: `http://127.0.0.1.evil.example:${HTTP_PORT}` },
          { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
          { origin: '' },
        ];
        const proofs: Record<string, string>[] = [
          { cookie: `lanledger_token=${tokens.admin}` },
          bearer(tokens.admin),
        ];
        for (const headers of foreign) {
          for (const proof of proofs) {
            const asked = writesOf(document).map((operation) => ({
              name: operation.operationId,
              answer: ask(withHeaders(exampleOf(operation), { host, ...headers, ...proof })),
            }));
            await expectStatus(403, asked);
          }
        }
        // A form of another page needs no Origin in old browsers: the cookie alone is not enough.
        const cookie = { cookie: `lanledger_token=${tokens.admin}` };
        const asked = writesOf(document).map((operation) => ({
          name: operation.operationId,
          answer: ask(withHeaders(exampleOf(operation), cookie)),
        }));
        await expectStatus(403, asked);
        const own = { host, ...cookie, origin: `http://${host}` };
        const write = { method: 'POST', path: '/api/v1/checkpoint', headers: own };
        expect((await ask(write)).status).toBe(200);
      }),
    ),
  );

  test('a name that somebody else gave this machine is no way in', { timeout: TEST_MS }, () =>
    withstand(home(), async (victim) => {
      const { ask, document, tokens } = victim;
      const names = [
        'evil.example',
        'evil.example:8777',
        '127.0.0.1.evil.example',
        'localhost.evil.example',
        'evil.example.',
      ];
      for (const host of names) {
        const asked = operationsOf(document).map((operation) => ({
          name: `${operation.operationId} as ${host}`,
          answer: ask(withHeaders(exampleOf(operation), { host, ...bearer(tokens.admin) })),
        }));
        await expectStatus(421, asked);
      }
      const authorization = `Authorization: Bearer ${tokens.admin}\r\n`;
      const nonsense = [
        'Host: 127.0.0.1\r\nHost: evil.example\r\n',
        'Host: evil.example\r\nHost: 127.0.0.1\r\n',
        'Host: 127.0.0.1@evil.example\r\n',
        'Host: evil.example#127.0.0.1\r\n',
        'Host: \r\n',
        '',
      ];
      for (const lines of nonsense) {
        const request = `GET /api/v1/devices HTTP/1.1\r\n${lines}${authorization}Connection: close\r\n\r\n`;
        expect({ lines, status: statusOf(await raw(victim, request)) }).toEqual({
          lines,
          status: 400,
        });
      }
    }),
  );

  test('no path leads out of the interface, or around the token', { timeout: TEST_MS }, () =>
    withstand(home(), async (victim) => {
      const { tokens, daemon } = victim;
      const targets = [
        '/../../../../etc/passwd',
        '/..%2f..%2f..%2fetc%2fpasswd',
        '/%2e%2e/%2e%2e/etc/passwd',
        '/%2e%2e%2f%2e%2e%2fetc/passwd',
        '/....//....//etc/passwd',
        '/..;/..;/etc/passwd',
        '/%c0%ae%c0%ae/etc/passwd',
        String.raw`/..\..\etc\passwd`,
        '/%00/etc/passwd',
        'file:///etc/passwd',
        'http://127.0.0.1/../../etc/passwd',
        '*',
        'etc/passwd',
        `/${daemon.dataDirectory}/tokens.json`,
        '/tokens.json',
        '/../tokens.json',
        '/lanledger.db',
        '/api/v1/../../tokens.json',
        '/json/..%2f..%2ftokens.json',
        '/api/v1/devices/..%2f..%2f..%2ftokens.json',
        '/openapi.json/../tokens.json',
      ];
      for (const target of targets) {
        const text = await rawGet(victim, { target, token: tokens.admin });
        expect({ target, text }).toEqual({
          target,
          text: expect.not.stringMatching(/root:|createdAt/),
        });
        expect({ target, status: statusOf(text) }).toEqual({
          target,
          status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
        });
      }
      const around = [
        '/health/../api/v1/devices',
        '/health/%2e%2e/api/v1/devices',
        '/health%2f..%2fapi/v1/devices',
        '/openapi.json/../api/v1/devices',
        '//api/v1/devices',
        '/./api/v1/devices',
        '/api/v1/devices#/health',
        '/api/v1/devices?/health',
        '/API/v1/devices',
        '/api/v1/devices/',
        'http://127.0.0.1:8777/api/v1/devices',
        'http://evil.example/api/v1/devices',
        'http://127.0.0.1/health/../api/v1/devices',
        '/health;/../api/v1/devices',
        '/%61pi/v1/devices',
        '/login/../api/v1/devices',
        '/login?next=/api/v1/devices',
        '/metrics/',
        '/json/',
        '/json?token=',
      ];
      for (const target of around) {
        const text = await rawGet(victim, { target });
        expect({ target, text }).toEqual({
          target,
          text: expect.not.stringMatching(/02:00:00|192\.168|020000000/),
        });
      }
      const smuggled = [
        'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/devices HTTP/1.1\r\nHost: a\r\n\r\n',
        'GET /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n',
        'GET /health HTTP/1.1\nHost: a\n\n',
        'GET /api/v1/devices HTTP/0.9\r\n\r\n',
        'GET /api/v1/devices\r\n\r\n',
        'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\u0016\u0003\u0001\u0002\0\u0001\0',
        'GET /health HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
        `GET /health HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${'a'.repeat(5000)}\r\n\r\n`,
      ];
      for (const request of smuggled) {
        expect(await raw(victim, request)).not.toMatch(/02:00:00|192\.168|020000000/);
      }
    }),
  );

  test('SQL is a value like any other, wherever it is put', { timeout: TEST_MS }, () =>
    withstand(home(), async (victim) => {
      await devicesAreThere(victim);
      const { ask, document, tokens } = victim;
      const fragments = [
        "' OR '1'='1",
        "'; DROP TABLE device; --",
        "x' UNION SELECT token FROM tokens --",
        '1; DELETE FROM usage_day',
        '" OR ""="',
        "%' OR device LIKE '%",
        '0 OR 1=1',
      ];
      const benign = 'nobody-has-this';
      for (const { path, method, parameters = [], operationId } of operationsOf(document)) {
        if (operationId === 'runCommand') continue;
        const example = exampleOf({ path, method, operationId } as DescribedOperation);
        for (const { name, in: place } of parameters) {
          const answerTo = async (value: string) => {
            const text = encodeURIComponent(value);
            const target =
              place === 'path'
                ? path.replace(`{${name}}`, text)
                : `${example.path}?${name}=${text}`;
            const question = withHeaders(
              { ...bodyFor({ document, path, method }), path: target },
              bearer(tokens.admin),
            );
            const { status, body } = await ask(
              question,
              `127.4.0.${1 + (fragments.indexOf(value) + 1)}`,
            );
            return {
              status,
              text: body.toString().replaceAll(JSON.stringify(value).slice(1, -1), '(value)'),
            };
          };
          const usual = await answerTo(benign);
          for (const fragment of fragments) {
            const { status, text } = await answerTo(fragment);
            const where = `${operationId} ${name}=${fragment}`;
            expect({ where, status, text: steady(text) }).toEqual({
              where,
              ...usual,
              text: steady(usual.text),
            });
          }
        }
      }
      const before = await stateOf(victim);
      for (const fragment of fragments) {
        const path = '/api/v1/devices/020000000101';
        const named = { method: 'PATCH', path, ...jsonBody({ name: fragment }) };
        const { body } = await ask(withHeaders(named, bearer(tokens.admin)));
        expect(JSON.parse(body.toString())).toMatchObject({ name: fragment });
        const found = { method: 'GET', path: `/api/v1/devices/${encodeURIComponent(fragment)}` };
        const { body: same } = await ask(withHeaders(found, bearer(tokens.admin)));
        expect(JSON.parse(same.toString())).toMatchObject({ id: '020000000101' });
      }
      const undo = {
        method: 'PATCH',
        path: '/api/v1/devices/020000000101',
        ...jsonBody({ name: null }),
      };
      await ask(withHeaders(undo, bearer(tokens.admin)));
      const after = await stateOf(victim);
      expect(after).toMatchObject({ devices: (before as { devices: unknown }).devices });
    }),
  );

  test('a body of any size is refused, and takes no memory', { timeout: TEST_MS }, () =>
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

  test('headers of any number and size are refused', { timeout: TEST_MS }, () =>
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

  test('2,000 slow connections from one device shut nobody else out', { timeout: TEST_MS }, () =>
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

if (mosquittoMissing !== undefined) {
  process.stderr.write(`\n*** SKIPPED hostile MQTT at Mosquitto: ${mosquittoMissing} ***\n`);
}

describeLab('hostile MQTT', lanGateway, (home) => {
  test(
    'hostile requests at the built-in broker are answered, and harm nothing',
    { timeout: TEST_MS },
    () => withstand(home(), sendHostileRequests, { mqtt: { intervalSeconds: 1 } }),
  );

  test.skipIf(mosquittoMissing !== undefined)(
    'hostile requests at Mosquitto are answered, and harm nothing',
    { timeout: TEST_MS },
    async () => {
      const broker = labBroker(home().gateway.namespace);
      onTestFinished(() => broker.close());
      await broker.start();
      const url = `mqtt://127.0.0.1:${MQTT_PORT}`;
      await withstand(home(), sendHostileRequests, { mqtt: { url, intervalSeconds: 1 } });
    },
  );

  test(
    'a flood of connections at the built-in broker neither stops it nor the daemon',
    { timeout: TEST_MS },
    () =>
      withstand(
        home(),
        async (victim) => {
          const { ask, inside, pid } = victim;
          const target = { host: '127.0.0.1', port: MQTT_PORT };
          const before = residentMebibytes(pid);
          const sockets: Socket[] = [];
          onTestFinished(() => {
            for (const socket of sockets) socket.destroy();
          });
          const beginnings = [
            Buffer.alloc(0),
            Buffer.from([0x10]),
            Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
            Buffer.from([0x30, 0x80]),
            Buffer.alloc(1000, 0xff),
            Buffer.from('GET / HTTP/1.1\r\n\r\n'),
            // CONNECT of MQTT 3.1.1 without a client id, keep alive 0.
            Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 0]),
          ];
          for (let round = 0; round < 3; round++) {
            for (let index = 0; index < 500; index++) {
              const socket = inside.connect(target);
              socket.on('error', () => {});
              socket.resume();
              socket.write(beginnings[index % beginnings.length] ?? '');
              sockets.push(socket);
            }
            expect((await ask({ method: 'GET', path: '/health' })).status).toBe(200);
            await delay(1000);
          }
          for (const socket of sockets) socket.destroy();
          const reachable = async () =>
            (await retainedAt(inside, target, { filter: 'lanledger/status' })).get(
              'lanledger/status',
            );
          await expect.poll(reachable, { timeout: 15_000, interval: 500 }).toBe('online');
          const { broker } = await victim.read<{ broker: object }>('/api/v1/health');
          expect(broker).toMatchObject({ connected: true, embedded: true });
          expect(residentMebibytes(pid) - before).toBeLessThan(64);
        },
        { mqtt: { intervalSeconds: 1 } },
      ),
  );
});

const binary = [
  Buffer.alloc(0),
  Buffer.from([0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3, 0x28]),
  Buffer.alloc(65_536, 0x20),
  Buffer.alloc(65_537, 0x20),
  Buffer.alloc(250_000, 0x7b),
];

/** On the topic of every command, and of none. */
async function sendHostileRequests(victim: Victim): Promise<void> {
  const { document, inside, pid } = victim;
  const before = residentMebibytes(pid);
  const target = { host: '127.0.0.1', port: MQTT_PORT };
  const commands = new Set([
    ...operationsOf(document).flatMap((operation) => operation['x-command'] ?? []),
    'device/rename',
    'device/hide',
    'usage',
    '__proto__',
    'constructor',
    'a/b/c/d',
    'x'.repeat(200),
  ]);
  const payloads = [
    ...hostileJson,
    ...hostileTexts.filter((_text, index) => index % 4 === 0),
    ...hostileTexts.map((text) =>
      JSON.stringify({ device: text, name: text, into: [text], [text]: 1, transaction: text }),
    ),
    '{"transaction":{"a":[]},"device":{}}',
    ...binary,
  ];
  const client = await mqttThrough(inside, target);
  onTestFinished(() => client.endAsync(true));
  let answers = 0;
  const faults: string[] = [];
  client.on('message', (topic, payload) => {
    if (!topic.startsWith('lanledger/response/')) return;
    answers += 1;
    const { status, error } = JSON.parse(payload.toString()) as {
      status: string;
      error?: { code: string };
    };
    if (status === 'error' && error?.code === 'INTERNAL') faults.push(topic);
  });
  await client.subscribeAsync('lanledger/#', { qos: 1 });
  let sent = 0;
  for (const command of commands) {
    for (const payload of payloads) {
      await client.publishAsync(`lanledger/request/${command}`, payload, { qos: 1 });
      sent += 1;
    }
  }
  // As the daemon works them off in order, this is the last.
  await client.publishAsync('lanledger/request/health', '{"transaction":"the last"}', { qos: 1 });
  await new Promise<void>((resolve) => {
    client.on('message', (topic, payload) => {
      if (topic === 'lanledger/response/health' && payload.includes('the last')) resolve();
    });
    const again = setInterval(() => {
      void client.publishAsync('lanledger/request/health', '{"transaction":"the last"}');
    }, 1000);
    onTestFinished(() => clearInterval(again));
  });
  process.stderr.write(`  ${sent} hostile MQTT requests, ${answers} answers\n`);
  expect(faults).toEqual([]);
  expect(answers).toBeGreaterThan(sent / 2);
  // Nobody else writes the daemon's states.
  const retained = await retainedAt(inside, target, { filter: 'lanledger/#' });
  expect(retained.get('lanledger/status')).toBe('online');
  expect(residentMebibytes(pid) - before).toBeLessThan(96);
}

function jsonBody(value: object): Pick<Question, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** The body of a valid request, which none of the operations is to be reached with. */
function bodyFor({
  document,
  path,
  method,
}: {
  document: Document;
  path: string;
  method: string;
}): Question {
  const operation = operationsOf(document).find(
    (one) => one.path === path && one.method === method,
  );
  if (operation === undefined) throw new Error(`there is no ${method} ${path}`);
  return exampleOf(operation);
}

/** What differs from moment to moment is left out. */
function steady(text: string): string {
  return text.replaceAll(/\d{2}:\d{2}:\d{2}[^"]*/g, '(time)');
}

/** Sends these bytes and takes what comes until the daemon closes, or for two seconds. */
async function raw({ inside }: Victim, text: string): Promise<string> {
  const socket = inside.connect({ host: '127.0.0.1', port: HTTP_PORT });
  socket.end(Buffer.from(text, 'latin1'));
  return textOf(socket);
}

function textOf(socket: Socket): Promise<string> {
  return new Promise((settle) => {
    let text = '';
    const timer = setTimeout(() => socket.destroy(), 2000);
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => (text += piece));
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      settle(text);
    });
  });
}

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

function rawGet(
  victim: Victim,
  { target, token }: { target: string; token?: string },
): Promise<string> {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const headers = `Host: 127.0.0.1\r\n${authorization}Connection: close\r\n`;
  return raw(victim, `GET ${target} HTTP/1.1\r\n${headers}\r\n`);
}

function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}
