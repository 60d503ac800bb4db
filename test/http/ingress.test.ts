import { expect, test } from 'vitest';
import { createIngress } from '../../src/http/ingress.ts';
import { bearer, page, problem, startAccess, type AccessSettings } from './access-server.ts';
import { checkAnswer } from './routes.ts';

const gateway = '127.0.0.1';
const elsewhere = '127.0.0.9';
/** As Home Assistant sends them, with a name of the internet and a user of its own. */
const passedOn = {
  Host: 'home.example',
  'X-Forwarded-Host': 'home.example',
  'X-Forwarded-For': '203.0.113.7, 172.30.32.1',
  'X-Forwarded-Proto': 'https',
  'X-Ingress-Path': '/api/hassio_ingress/a_B-1~',
  'X-Remote-User-Id': '0123456789abcdef',
  'X-Remote-User-Name': 'anna',
};

function startIngress(settings: AccessSettings = {}) {
  return startAccess({ ...settings, serve: (listener) => createIngress(listener, {}, gateway) });
}

test('what Home Assistant passes on needs no token, to look and to change', async () => {
  const { ask, letIn, mayStillRead } = await startIngress();
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const headers = { ...passedOn, ...page, Origin: 'https://home.example' };
    const answer = await ask('/api/v1/devices', { method, headers });
    expect(answer).toMatchObject({ status: 200, body: { method } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
  expect(letIn.map(mayStillRead)).toEqual([true, true, true, true, true]);
});

test.each(['token', 'none'] as const)(
  'with scope read it only shows, with access %s',
  async (auth) => {
    const { ask, admin } = await startIngress({ auth, ingressScope: 'read' });
    expect((await ask('/api/v1/devices', { headers: passedOn })).status).toBe(200);
    const headers = { ...passedOn, ...bearer(admin), Origin: 'https://home.example' };
    const detail =
      'Home Assistant may only show LanLedger, as configured: set http.ingressScope to write.';
    expect((await ask('/api/v1/x', { method: 'POST', headers })).body).toEqual(
      problem(403, 'Forbidden', detail),
    );
  },
);

test.each([
  ['token', 'read'],
  ['token', 'write'],
  ['none', 'read'],
  ['none', 'write'],
] as const)(
  'its users are told what they may do, with access %s and scope %s',
  async (auth, ingressScope) => {
    const { ask, admin } = await startIngress({ auth, ingressScope });
    const answer = await ask('/api/v1/access', { headers: { ...passedOn, ...bearer(admin) } });
    checkAnswer('/api/v1/access', answer);
    expect(answer.body).toEqual({ name: 'Home Assistant', scope: ingressScope });
  },
);

test('the login leads on at once below the path of ingress, and leaves no cookie at Home Assistant', async () => {
  const { ask, admin, createLogin } = await startIngress();
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const origin = { Origin: 'https://home.example' };
  const answers = [
    await ask('/login?next=/devices', { headers: passedOn }),
    await ask(`/login?code=${createLogin().code}&next=/devices`, { headers: passedOn }),
    await ask('/login', {
      method: 'POST',
      headers: { ...passedOn, ...form, ...origin },
      body: `token=${admin}&next=/devices`,
    }),
  ];
  for (const { status, headers } of answers) {
    expect(status).toBe(303);
    expect(headers.location).toBe('/api/hassio_ingress/a_B-1~/devices');
    expect(headers['set-cookie']).toBeUndefined();
  }
});

test('another website writes nothing, even through Home Assistant', async () => {
  const { ask } = await startIngress();
  const write = async (headers: Record<string, string>) =>
    (await ask('/x', { method: 'POST', headers: { ...passedOn, ...headers } })).status;
  expect(await write({ Origin: 'https://evil.example' })).toBe(403);
  expect(await write({ Origin: 'https://home.example', 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
  // A proxy in front of Home Assistant may have written another Host.
  expect(await write({ Origin: 'https://home.example', Host: '127.0.0.1:8123' })).toBe(200);
});

test('connections from anywhere else end without an answer', async () => {
  const { ask, letIn } = await startIngress();
  for (const headers of [passedOn, { 'X-Forwarded-For': gateway }]) {
    await expect(ask('/health', { headers, localAddress: elsewhere })).rejects.toThrow(
      /socket hang up|ECONNRESET/,
    );
  }
  expect(letIn).toEqual([]);
});

test('the headers of Home Assistant give nothing on the usual port', async () => {
  const { ask, letIn } = await startAccess();
  const headers = { ...passedOn, Host: 'localhost', 'X-Hass-Source': 'core.ingress' };
  for (const method of ['GET', 'POST']) {
    expect((await ask('/api/v1/devices', { method, headers })).status).toBe(401);
  }
  const { headers: answered } = await ask('/login', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `token=${(await startAccess()).admin}`,
  });
  expect(answered.location).toBeUndefined();
  expect((await ask('/', { headers: { ...passedOn, ...page } })).status).toBe(421);
  expect(letIn).toEqual([]);
});
