import { expect, test } from 'vitest';
import { ControlledDaemon } from '../support/control.ts';
import type { Answer } from './exchange.ts';
import { checkAnswer, startRoutes } from './routes.ts';

const phone = '3c5282000001';
const byAddress = 'ip:192.168.7.9';

/** The routes of a daemon with two devices; what they answer is checked against their description. */
async function start() {
  const daemon = new ControlledDaemon();
  const at = daemon.clock.now();
  daemon.add({ device: phone, at, download: 1000 }, { device: byAddress, at, download: 7 });
  const { ask } = await startRoutes({ handlers: {}, execute: daemon.execute });
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    const sent =
      body === undefined ? {} : { body: ['application/json', JSON.stringify(body)] as const };
    const answer = await ask(`/api/v1/${path}`, { method, ...sent });
    checkAnswer(routeOf(path), answer, method.toLowerCase());
    return answer;
  };
}

function routeOf(path: string): string {
  const [kind, first] = path.split('/');
  if (first === undefined) return `/api/v1/${kind}`;
  return kind === 'groups'
    ? '/api/v1/groups/{group}'
    : '/api/v1/limits/{target}/{period}/{direction}';
}

test('groups are made, changed, listed and removed', async () => {
  const ask = await start();
  const made = await ask('POST', 'groups', { name: 'Kids & co', devices: [phone] });
  expect(made).toMatchObject({ status: 200, body: { id: 'g1', devices: [phone], icon: null } });
  const change = { name: 'Kids', icon: 'mdi:account', devices: [phone, '192.168.7.9'] };
  expect((await ask('PUT', 'groups/Kids%20%26%20co', change)).body).toMatchObject({
    id: 'g1',
    icon: 'mdi:account',
    devices: [phone, byAddress],
    today: { download: 1007 },
  });
  expect((await ask('GET', 'groups')).body).toMatchObject({ groups: [{ name: 'Kids' }] });
  expect((await ask('PUT', 'groups/g2', change)).status).toBe(404);
  expect((await ask('POST', 'groups', change)).status).toBe(409);
  expect((await ask('POST', 'groups', { name: 'x' })).body).toMatchObject({ field: 'devices' });
  expect((await ask('POST', 'groups', { ...change, group: 'g1' })).body).toMatchObject({
    field: 'group',
  });
  expect((await ask('DELETE', 'groups/g1')).body).toEqual({});
  expect((await ask('GET', 'groups')).body).toEqual({ groups: [] });
});

test('limits are set, listed and removed', async () => {
  const ask = await start();
  expect((await ask('PUT', `limits/${byAddress}/week/download`, { bytes: 70 })).body).toEqual({
    id: `${byAddress}/week/download`,
    target: byAddress,
    name: '192.168.7.9',
    period: 'week',
    direction: 'download',
    bytes: 70,
    warningPercent: 80,
    from: '2026-11-16',
    next: '2026-11-23',
    usedBytes: 7,
    level: 'ok',
  });
  await ask('PUT', 'limits/network/billing/both', { bytes: 9, warningPercent: 50 });
  expect((await ask('GET', 'limits')).body).toMatchObject({
    limits: [{ target: byAddress }, { target: 'network', warningPercent: 50, usedBytes: 1007 }],
  });
  const path = 'limits/network/billing/both';
  expect((await ask('DELETE', path)).body).toEqual({});
  expect((await ask('DELETE', path)).status).toBe(404);
  expect((await ask('PUT', path, { bytes: 0 })).body).toMatchObject({
    status: 400,
    field: 'bytes',
  });
  expect((await ask('PUT', 'limits/network/year/both', { bytes: 1 })).body).toMatchObject({
    status: 400,
    field: 'period',
  });
  expect((await ask('PUT', 'limits/nobody/day/both', { bytes: 1 })).status).toBe(404);
});
