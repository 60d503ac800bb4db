import { expect, test } from 'vitest';
import { loginScript } from '../../src/http/login-page.ts';
import { revokeToken, rotateToken } from '../../src/http/tokens.ts';
import { bearer, cookie, cookieFlags, form, page, startAccess } from './access-server.ts';
import type { Answer } from './exchange.ts';

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
};
const used =
  'This login link was used already or is older than an hour: "lanledger token link" on the machine that runs LanLedger prints another.';

/** The sentence of a page, as it is written in it. */
const sentenceOf = ({ text }: Answer) =>
  /<p role="status">(.*)<\/p>/.exec(text)?.[1]?.replaceAll('&quot;', '"');

test('the link of the log works once', async () => {
  const { ask, admin, createLogin } = await startAccess();
  const { code } = createLogin();
  expect(code).toMatch(/^[\w-]{43}$/);
  const first = await ask(`/login?code=${code}`, { headers: page });
  expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
  expect(first.headers['set-cookie']).toEqual([`lanledger_token=${admin}; ${cookieFlags}`]);
  const second = await ask(`/login?code=${code}`, { headers: page });
  expect(second).toMatchObject({ status: 403, headers: pageHeaders });
  expect(sentenceOf(second)).toBe(used);
  expect(second.headers['set-cookie']).toBeUndefined();
});

test('each link is good for itself, and looking at its header does not use it up', async () => {
  const { ask, createLogin } = await startAccess();
  const [one, other] = [createLogin().code, createLogin().code];
  expect((await ask(`/login?code=${one}`, { method: 'HEAD' })).status).toBe(403);
  expect((await ask(`/login?code=${other}`)).status).toBe(303);
  expect((await ask(`/login?code=${one}&next=%2Fdevices`)).headers['location']).toBe('/devices');
});

test('the link of the log works for an hour', async () => {
  const { ask, createLogin, clock } = await startAccess();
  const [early, late] = [createLogin().code, createLogin().code];
  clock.pass(3_599_999);
  expect((await ask(`/login?code=${early}`)).status).toBe(303);
  clock.pass(1);
  expect((await ask(`/login?code=${late}`)).status).toBe(403);
});

test.each(['', 'x', 'x&code=y', '%00'])('a code that never was is refused: %j', async (code) => {
  const { ask } = await startAccess();
  const answer = await ask(`/login?code=${code}`);
  expect(answer.status).toBe(403);
  expect(sentenceOf(answer)).toBe(used);
});

test('somebody who is logged in may use an old link again', async () => {
  const { ask, admin } = await startAccess();
  const answer = await ask('/login?code=old', { headers: { ...page, ...cookie(admin) } });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
});

test('a link logs in with the token as it is when it is used; without one it says so', async () => {
  const { ask, createLogin, clock, ...options } = await startAccess();
  const codes = [createLogin().code, createLogin().code];
  const { token } = rotateToken({ ...options, clock }, 'admin');
  clock.pass(1_000);
  const [cookieText = ''] = (await ask(`/login?code=${codes[0]}`)).headers['set-cookie'] ?? [];
  expect(cookieText).toContain(`=${token};`);
  revokeToken({ ...options, clock }, 'admin');
  clock.pass(1_000);
  const answer = await ask(`/login?code=${codes[1]}`);
  expect(answer.status).toBe(403);
  expect(sentenceOf(answer)).toBe(
    'There is no access token with scope write to log in with: make one with "lanledger token add NAME --scope write".',
  );
});

test('a browser without a token gets a form that works without scripts', async () => {
  const { ask } = await startAccess();
  const answer = await ask('/devices?day=1', { headers: page });
  expect(answer).toMatchObject({ status: 401, headers: pageHeaders });
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.headers['content-security-policy']).toMatch(
    /^default-src 'none';script-src 'self';style-src 'sha256-[\w+/]{43}=';img-src data:;base-uri 'none';form-action 'self';frame-ancestors 'self'$/,
  );
  expect(answer.text).toContain('<form method="post" action="/login">');
  expect(answer.text).toContain('<label for="token">');
  expect(answer.text).toContain('<input type="hidden" name="next" value="/devices?day=1">');
  expect(answer.text).toContain('<meta name="color-scheme" content="light dark">');
  expect(answer.text.match(/<script[^>]*>/g)).toEqual([
    '<script src="/login.js" data-retry="/login?next=%2Fdevices%3Fday%3D1" defer>',
  ]);
  const script = await ask('/login.js');
  expect(script).toMatchObject({ status: 200, text: loginScript });
  expect(script.headers['content-type']).toMatch(/^text\/javascript\b/);
});

test('a link on another website leads on: the page asks once more from here, with the cookie', async () => {
  const { ask, admin } = await startAccess();
  const refresh =
    '<noscript><meta http-equiv="refresh" content="0; url=/login?next=%2Fdevices%3Fday%3D1"></noscript>';
  for (const site of [{}, { 'Sec-Fetch-Site': 'cross-site' }]) {
    const { text } = await ask('/devices?day=1', { headers: { ...page, ...site } });
    expect(text).toContain(refresh);
  }
  for (const site of ['none', 'same-origin', 'same-site']) {
    const { text } = await ask('/devices?day=1', { headers: { ...page, 'Sec-Fetch-Site': site } });
    expect(text).not.toMatch(/refresh|data-retry/);
  }
  const again = '/login?next=%2Fdevices%3Fday%3D1';
  expect((await ask(again, { headers: cookie(admin) })).headers['location']).toBe('/devices?day=1');
  const stranger = await ask(again, { headers: page });
  expect(stranger.status).toBe(200);
  expect(stranger.text).not.toMatch(/refresh|data-retry/);
});

test('the page escapes what comes from the address', async () => {
  const { ask } = await startAccess();
  const { text } = await ask(`/"><script>alert('1')</script>&`, { headers: page });
  expect(text).toContain(
    'value="/&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">',
  );
  expect(text).not.toContain('<script>');
  const login = await ask('/login?next=/%22%3E%3Cscript%3E', { headers: page });
  expect(login.text).toContain('value="/&quot;&gt;&lt;script&gt;">');
});

test('the form logs in and leads back', async () => {
  const { ask, admin, reader, origin } = await startAccess();
  for (const token of [admin, reader]) {
    const body = new URLSearchParams({ token: ` ${token}\n`, next: '/devices?day=1' }).toString();
    const headers = { ...form, ...page, Origin: origin };
    const answer = await ask('/login', { method: 'POST', headers, body });
    expect(answer).toMatchObject({ status: 303, headers: { location: '/devices?day=1' } });
    expect(answer.headers['set-cookie']).toEqual([`lanledger_token=${token}; ${cookieFlags}`]);
  }
});

test.each([
  ['//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['evil', '/'],
  ['/ok', '/ok'],
])('a login leads to no other website: %j', async (next, location) => {
  const { ask, admin, createLogin } = await startAccess();
  const body = new URLSearchParams({ token: admin, next }).toString();
  expect((await ask('/login', { method: 'POST', headers: form, body })).headers).toMatchObject({
    location,
  });
  const query = new URLSearchParams({ code: createLogin().code, next }).toString();
  expect((await ask(`/login?${query}`)).headers).toMatchObject({ location });
});

test('the form says when the token is wrong, missing or unreadable', async () => {
  const { ask } = await startAccess();
  const post = (body: string, headers = form) => ask('/login', { method: 'POST', headers, body });
  const wrong = await post('token=x&next=%2Fa');
  expect(wrong).toMatchObject({ status: 401, headers: pageHeaders });
  expect(sentenceOf(wrong)).toMatch(/^This access token is not valid/);
  expect(wrong.text).toContain('value="/a"');
  expect((await post('token=')).status).toBe(400);
  expect((await post('')).status).toBe(400);
  expect((await post('token=a&token=b')).status).toBe(400);
  expect((await post(`token=${'x'.repeat(9_000)}`)).status).toBe(400);
  expect((await post('{}', { 'Content-Type': 'application/json' })).status).toBe(400);
  const odd = { 'Content-Type': 'application/x-www-form-urlencoded; charset=klingon' };
  expect((await post('token=x', odd)).status).toBe(400);
});

test('a browser whose token was revoked is told so, and forgets it', async () => {
  const { ask } = await startAccess();
  const answer = await ask('/login?next=%2Fdevices', { headers: { ...page, ...cookie('gone') } });
  expect(answer).toMatchObject({ status: 401, headers: pageHeaders });
  expect(sentenceOf(answer)).toMatch(/^This access token is not valid, or not any more/);
  expect(answer.text).toContain('value="/devices"');
  expect(answer.headers['set-cookie']).toEqual([
    'lanledger_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
});

test('logging out takes the cookie away, with a read token, too', async () => {
  const { ask, reader, origin } = await startAccess();
  const headers = { ...cookie(reader), Origin: origin };
  const answer = await ask('/logout', { method: 'POST', headers });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/login' } });
  expect(answer.headers['set-cookie']).toEqual([
    'lanledger_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
  const foreign = { ...cookie(reader), Origin: 'http://evil.example' };
  expect((await ask('/logout', { method: 'POST', headers: foreign })).status).toBe(403);
});

test('other methods are 405', async () => {
  const { ask, admin } = await startAccess();
  for (const [method, path, allow] of [
    ['GET', '/logout', 'POST'],
    ['DELETE', '/login', 'GET, HEAD, POST'],
    ['OPTIONS', '/login', 'GET, HEAD, POST'],
  ] as const) {
    const answer = await ask(path, { method, headers: bearer(admin) });
    expect(answer).toMatchObject({ status: 405, headers: { allow } });
  }
});
