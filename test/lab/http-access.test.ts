import { expect, test } from 'vitest';
import {
  operationsOf,
  type DescribedOperation,
  type Document,
} from '../support/openapi-document.ts';
import { ATTACK_MS, HTTP_PORT, type Victim, withstand } from './attack.ts';
import {
  bearer,
  devicesAreThere,
  exampleOf,
  expectStatus,
  raw,
  stateOf,
  statusOf,
  withHeaders,
} from './hostile-http.ts';
import { describeLab } from './metering.ts';
import { lanGateway } from './topologies.ts';

/** Of src/http/access.ts. */
const FAILURES_PER_MINUTE = 10;

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

async function expectUnchanged(victim: Victim, attack: () => Promise<void>): Promise<void> {
  await devicesAreThere(victim);
  const before = await stateOf(victim);
  await attack();
  expect(await stateOf(victim)).toEqual(before);
}

describeLab('hostile HTTP', lanGateway, (home) => {
  test('without a token nothing is shown or done', { timeout: ATTACK_MS }, () =>
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

  test('with a wrong token neither, and guessing is slow', { timeout: ATTACK_MS }, () =>
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

  test('a token with scope read changes nothing', { timeout: ATTACK_MS }, () =>
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

  test('no other website writes through a browser', { timeout: ATTACK_MS }, () =>
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

  test('a name that somebody else gave this machine is no way in', { timeout: ATTACK_MS }, () =>
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
});
