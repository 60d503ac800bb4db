import { expect, test } from 'vitest';
import { addressKey, createCounts } from '../../src/http/rate-limit.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { bearer, cookie, form, page, problem, startAccess } from './access-server.ts';

const tooMany = problem(
  429,
  'Too Many Requests',
  'Too many wrong access tokens came from this address: try again in a minute.',
);

test('the eleventh wrong token within a minute is 429, whatever way it comes', async () => {
  const { ask, clock, lines } = await startAccess();
  const wrong = (token = 'x') => ask('/x', { headers: bearer(token) });
  for (let count = 1; count <= 10; count += 1) {
    expect((await wrong(`guess-${count}`)).status).toBe(401);
    clock.pass(1_000);
  }
  const answer = await wrong();
  expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '50' } });
  expect(answer.body).toEqual(tooMany);
  expect((await ask('/x?token=x')).status).toBe(429);
  expect((await ask('/x', { headers: cookie('x') })).status).toBe(429);
  expect((await ask('/login?code=x')).status).toBe(429);
  const posted = await ask('/login', { method: 'POST', headers: form, body: 'token=x' });
  expect(posted).toMatchObject({ status: 429, headers: { 'retry-after': '50' } });
  const seen = await ask('/', { headers: { ...page, ...bearer('x') } });
  expect(seen.text).toContain('Too many wrong access tokens came from this address');
  expect(lines).toEqual([
    'The access tokens have changed.',
    '127.0.0.1 sent more than 10 wrong access tokens within a minute: find out which device that is, and what it runs.',
  ]);
  clock.pass(49_999);
  expect(await wrong()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  clock.pass(1);
  expect((await wrong()).status).toBe(401);
});

test.each([
  ['a token in the address', '/login?token=x', {}],
  ['a bearer token', '/login', bearer('x')],
  ['a cookie', '/login', cookie('x')],
])('a wrong token at the login page counts: %s', async (_, path, headers) => {
  const { ask, admin } = await startAccess({ limits: { failuresPerMinute: 2 } });
  const guess = async () => (await ask(path, { headers: { ...page, ...headers } })).status;
  expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429]);
  expect((await ask('/x', { headers: bearer('x') })).status).toBe(429);
  expect((await ask('/login', { headers: page })).status).toBe(200);
  expect((await ask('/login', { headers: bearer(admin) })).status).toBe(303);
});

test('missing tokens do not count, and the right one works all the time', async () => {
  const { ask, admin, createLogin } = await startAccess({ limits: { failuresPerMinute: 2 } });
  for (let count = 0; count < 5; count += 1) expect((await ask('/x')).status).toBe(401);
  const wrong = async () => (await ask('/x', { headers: bearer('x') })).status;
  expect([await wrong(), await wrong(), await wrong()]).toEqual([401, 401, 429]);
  expect((await ask('/x')).status).toBe(401);
  expect((await ask('/x', { headers: bearer(admin) })).status).toBe(200);
  expect((await ask(`/login?code=${createLogin().code}`)).status).toBe(303);
  const body = `token=${admin}`;
  expect((await ask('/login', { method: 'POST', headers: form, body })).status).toBe(303);
});

test('X-Forwarded-For and its like make nobody somebody else', async () => {
  const { ask } = await startAccess({ limits: { failuresPerMinute: 1 } });
  const statuses: number[] = [];
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    const headers = {
      'X-Forwarded-For': address,
      Forwarded: `for=${address}`,
      'X-Real-IP': address,
    };
    statuses.push((await ask('/x', { headers: { ...headers, ...bearer('x') } })).status);
  }
  expect(statuses).toEqual([401, 429, 429]);
});

test('requests are limited; whoever has a token is not held up by those without', async () => {
  const { ask, admin, reader, clock } = await startAccess({ limits: { requestsPerMinute: 3 } });
  const status = async (headers = {}) => (await ask('/health', { headers })).status;
  expect([await status(), await status(), await status()]).toEqual([200, 200, 200]);
  const answer = await ask('/health');
  expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
  expect(answer.body).toEqual(
    problem(
      429,
      'Too Many Requests',
      'More than 3 requests came from this address within a minute: ask less often.',
    ),
  );
  const owner = bearer(admin);
  expect([await status(owner), await status(owner), await status(owner)]).toEqual([200, 200, 200]);
  expect([await status(owner), await status(bearer('x'))]).toEqual([429, 429]);
  expect(await status(bearer(reader))).toBe(200);
  clock.pass(60_000);
  expect(await status()).toBe(200);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  [undefined, ''],
])('%s counts as %s', (remoteAddress, key) => {
  expect(addressKey(remoteAddress)).toBe(key);
});

test('the counts of 100,000 addresses take the room of 10,000, the latest stay', async () => {
  const counts = createCounts(10_000, new ManualClock('2026-11-20T10:00:00Z'));
  const keyOf = (number: number) => `2001:db8:0:${number.toString(16)}::/64`;
  for (let number = 0; number < 100_000; number += 1) await counts.increment(keyOf(number));
  let kept = 0;
  for (let number = 0; number < 100_000; number += 1) {
    if ((await counts.get?.(keyOf(number))) !== undefined) kept += 1;
  }
  expect(kept).toBe(10_000);
  expect(await counts.get?.(keyOf(99_999))).toMatchObject({ totalHits: 1 });
  expect(await counts.get?.(keyOf(89_999))).toBeUndefined();
});

test('a count ends a minute after its first hit, also when the wall clock is set', async () => {
  const clock = new ManualClock('2026-11-20T10:00:00Z');
  const counts = createCounts(2, clock);
  await counts.increment('a');
  clock.pass(30_000);
  expect(await counts.increment('a')).toEqual({
    totalHits: 2,
    resetTime: new Date('2026-11-20T10:01:00Z'),
  });
  clock.set('2030-01-01T00:00:00Z');
  expect(await counts.increment('a')).toEqual({
    totalHits: 3,
    resetTime: new Date('2030-01-01T00:00:30Z'),
  });
  clock.pass(30_000);
  expect(await counts.get?.('a')).toBeUndefined();
  expect(await counts.increment('a')).toMatchObject({ totalHits: 1 });
});
