import { expect, test } from 'vitest';
import {
  operationsOf,
  type DescribedOperation,
  type Document,
} from '../support/openapi-document.ts';
import { ATTACK_MS, type Victim, withstand } from './attack.ts';
import type { Question } from './door.ts';
import {
  bearer,
  devicesAreThere,
  exampleOf,
  raw,
  stateOf,
  statusOf,
  withHeaders,
} from './hostile-http.ts';
import { describeLab } from './metering.ts';
import { lanGateway } from './topologies.ts';

describeLab('hostile HTTP', lanGateway, (home) => {
  test('no path leads out of the interface, or around the token', { timeout: ATTACK_MS }, () =>
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

  test('SQL is a value like any other, wherever it is put', { timeout: ATTACK_MS }, () =>
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
});

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

function rawGet(
  victim: Victim,
  { target, token }: { target: string; token?: string },
): Promise<string> {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const headers = `Host: 127.0.0.1\r\n${authorization}Connection: close\r\n`;
  return raw(victim, `GET ${target} HTTP/1.1\r\n${headers}\r\n`);
}
