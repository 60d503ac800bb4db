import { expect, test } from 'vitest';
import { rotateToken, revokeToken } from '../../src/http/tokens.ts';
import { bearer, cookie, cookieFlags, page, problem, startAccess } from './access-server.ts';
import { checkAnswer } from './routes.ts';

const missing =
  'This needs an access token: open the login link that LanLedger writes to its log when it starts, or one that "lanledger token link" prints; programs send "Authorization: Bearer TOKEN" or add ?token=TOKEN to the address.';
const wrong =
  'This access token is not valid, or not any more: "lanledger token link" prints a link with one that is.';

test('without a token there is an answer that says how to get one', async () => {
  const { ask } = await startAccess();
  for (const path of ['/', '/api/v1/devices', '/metrics', '/Health', '/health/', '/x/../health']) {
    const answer = await ask(path);
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer',
      'cache-control': 'no-store',
    });
    expect(answer.body).toEqual(problem(401, 'Unauthorized', missing));
  }
});

test('health and the description of the interface are open to reading, with a bad token, too', async () => {
  const { ask } = await startAccess();
  for (const path of ['/health', '/openapi.json', '/health?verbose=1']) {
    expect(await ask(path)).toMatchObject({ status: 200, body: { url: path } });
    expect((await ask(path, { method: 'HEAD' })).status).toBe(200);
    expect((await ask(path, { headers: bearer('x') })).status).toBe(200);
    for (const method of ['POST', 'DELETE', 'OPTIONS']) {
      expect((await ask(path, { method })).status).toBe(401);
    }
  }
});

test('the token comes as bearer, in the URL or as a cookie', async () => {
  const { ask, admin } = await startAccess();
  const headers = [bearer(admin), { Authorization: `bearer  ${admin} ` }, cookie(admin)];
  for (const one of headers) {
    expect((await ask('/api/v1/devices', { headers: one })).status).toBe(200);
  }
  expect((await ask(`/api/v1/devices?token=${admin}`)).status).toBe(200);
  expect(
    (await ask('/x', { headers: { Cookie: `a=1; lanledger_token=${admin}; b=%ff` } })).status,
  ).toBe(200);
});

test.each([
  ['bearer x', { Authorization: 'Bearer x' }, '/x'],
  ['a bearer besides a good cookie', { Authorization: 'Bearer x' }, '/x'],
  ['in the URL', {}, '/x?token=x'],
  ['in the URL, long', {}, `/x?token=${'x'.repeat(4_000)}`],
  ['in the URL, encoded', {}, '/x?%74oken=%ff%00'],
])('a wrong token is refused: %s', async (name, headers, path) => {
  const { ask, admin } = await startAccess();
  const besides = name.includes('cookie') ? cookie(admin) : {};
  const answer = await ask(path, { headers: { ...headers, ...besides } });
  expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  expect(answer.body).toEqual(problem(401, 'Unauthorized', wrong));
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('what is no token counts as none: another scheme, an empty one, the name alone', async () => {
  const { ask } = await startAccess();
  for (const headers of [
    { Authorization: 'Basic YTpi' },
    { Authorization: 'Bearer ' },
    cookie(''),
  ]) {
    expect((await ask('/x', { headers })).body).toMatchObject({ detail: missing });
  }
  expect((await ask('/x?token=')).body).toMatchObject({ detail: missing });
  expect((await ask('/x?token')).body).toMatchObject({ detail: missing });
});

test('a cookie that is not valid any more is taken away', async () => {
  const { ask } = await startAccess();
  const answer = await ask('/api/v1/devices', { headers: cookie('x') });
  expect(answer).toMatchObject({ status: 401, body: { detail: wrong } });
  expect(answer.headers['set-cookie']).toEqual([
    'lanledger_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
});

test.each([
  ['?token=TOKEN', ''],
  ['?token=TOKEN&a=1', '?a=1'],
  ['?a=1&token=TOKEN', '?a=1'],
  ['?start=2026-11-19+10:00&token=TOKEN&x=%zz&&y', '?start=2026-11-19+10:00&x=%zz&&y'],
  ['?%74oken=TOKEN&b=2?c', '?b=2?c'],
  ['?token=TOKEN&token=x', ''],
])('routes never see the token: %s', async (query, rest) => {
  const { ask, admin } = await startAccess();
  const { status, text, body } = await ask(`/json${query.replace('TOKEN', admin)}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ url: `/json${rest}`, originalUrl: `/json${rest}` });
  expect(text).not.toContain('token');
});

test('a read token reads and nothing else', async () => {
  const { ask, reader, admin } = await startAccess();
  for (const method of ['GET', 'HEAD']) {
    expect((await ask('/x', { method, headers: bearer(reader) })).status).toBe(200);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const answer = await ask('/x', { method, headers: bearer(reader) });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual(
      problem(
        403,
        'Forbidden',
        'The access token "reader" may only read: use one with scope write, which "lanledger token add NAME --scope write" makes.',
      ),
    );
    expect((await ask('/x', { method, headers: bearer(admin) })).status).toBe(200);
  }
});

test('a page opened with the token in its address keeps it in a cookie instead', async () => {
  const { ask, admin } = await startAccess();
  for (const [path, location] of [
    [`/?token=${admin}`, '/'],
    [`/devices/x?day=1&token=${admin}`, '/devices/x?day=1'],
    [`//evil.example/?token=${admin}`, '/'],
    [`/\\evil.example/?token=${admin}`, '/'],
  ] as const) {
    const answer = await ask(path, { headers: page });
    expect(answer).toMatchObject({ status: 303, headers: { location } });
    expect(answer.headers['set-cookie']).toEqual([`lanledger_token=${admin}; ${cookieFlags}`]);
    expect(answer.text).not.toContain(admin);
  }
});

test.each(['/api/v1/usage', '/json', '/json/history', '/metrics'])(
  'a spreadsheet that asks %s like a browser gets its rows at once',
  async (path) => {
    const { ask, admin } = await startAccess();
    const answer = await ask(`${path}?token=${admin}`, { headers: page });
    expect(answer).toMatchObject({ status: 200, body: { url: path } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  },
);

test('with http.auth none everybody may do everything, and a token in the URL does no harm', async () => {
  const { ask } = await startAccess({ auth: 'none' });
  expect((await ask('/x')).status).toBe(200);
  expect((await ask('/x', { method: 'POST', headers: cookie('stale') })).status).toBe(200);
  expect(await ask('/x?token=x&a=1')).toMatchObject({ status: 200, body: { url: '/x?a=1' } });
  expect((await ask('/', { headers: { ...page, ...bearer('x') } })).status).toBe(200);
  expect(await ask('/login?next=/a')).toMatchObject({ status: 303, headers: { location: '/a' } });
});

test('whoever asks is told by which name, and whether that may change something', async () => {
  const { ask, admin, reader } = await startAccess();
  const path = '/api/v1/access';
  const tellTo = async (headers: Record<string, string>) => {
    const answer = await ask(path, { headers });
    checkAnswer(path, answer);
    return answer.body;
  };
  expect(await tellTo(bearer(admin))).toEqual({ name: 'admin', scope: 'write' });
  expect(await tellTo(cookie(admin))).toEqual({ name: 'admin', scope: 'write' });
  expect(await tellTo(bearer(reader))).toEqual({ name: 'reader', scope: 'read' });
  const { status, body, headers } = await ask(`${path}?token=${reader}`);
  expect([status, body]).toEqual([200, { name: 'reader', scope: 'read' }]);
  // The next to ask by the same browser may be somebody else.
  expect(headers['cache-control']).toBe('private, no-cache');
  expect((await ask(path)).body).toMatchObject({ status: 401, detail: missing });
});

test('with http.auth none whoever asks has no name and may change everything', async () => {
  const { ask, reader } = await startAccess({ auth: 'none' });
  for (const headers of [{}, bearer(reader), cookie('stale')]) {
    const answer = await ask('/api/v1/access', { headers });
    checkAnswer('/api/v1/access', answer);
    expect(answer.body).toEqual({ name: null, scope: 'write' });
  }
});

test('the running server follows a token that was made anew, and one that was revoked', async () => {
  const { ask, admin, reader, clock, ...options } = await startAccess();
  const renewed = rotateToken({ ...options, clock }, 'admin').token;
  revokeToken({ ...options, clock }, 'reader');
  expect((await ask('/x', { headers: bearer(renewed) })).status).toBe(200);
  clock.pass(1_000);
  expect((await ask('/x', { headers: bearer(admin) })).status).toBe(401);
  expect((await ask('/x', { headers: bearer(renewed) })).status).toBe(200);
  expect((await ask('/x', { headers: bearer(reader) })).status).toBe(401);
});

test('no token and no code gets into the log', async () => {
  const { ask, admin, lines, createLogin, clock, ...options } = await startAccess({
    limits: { failuresPerMinute: 1 },
  });
  const { code } = createLogin();
  const guess = 'guess-0123456789-guess-0123456789';
  for (const path of [`/x?token=${guess}`, `/login?code=${guess}`, `/x?token=${admin}`]) {
    await ask(path, { headers: page });
  }
  await ask(`/login?code=${code}`);
  await ask('/x', { headers: bearer(guess) });
  rotateToken({ ...options, clock }, 'admin');
  clock.pass(1_000);
  await ask('/x', { headers: bearer(admin) });
  const log = lines.join('\n');
  expect(log).toContain('127.0.0.1 sent more than 1 wrong access tokens within a minute');
  expect(log).toContain('The access tokens have changed.');
  for (const secret of [admin, code, guess]) expect(log).not.toContain(secret);
});

test('a request that was let in may go on until its token is revoked or replaced', async () => {
  const { ask, admin, reader, letIn, mayStillRead, ...options } = await startAccess();
  await ask('/x', { headers: bearer(admin) });
  await ask(`/x?token=${reader}`);
  await ask('/health', { headers: bearer('x') });
  const stay = () => letIn.map(mayStillRead);
  expect(stay()).toEqual([true, true, false]);
  rotateToken(options, 'admin');
  options.clock.pass(1_000);
  expect(stay()).toEqual([false, true, false]);
  revokeToken(options, 'reader');
  options.clock.pass(1_000);
  expect(stay()).toEqual([false, false, false]);
});

test('without access control everybody may go on', async () => {
  const { ask, letIn, mayStillRead } = await startAccess({ auth: 'none' });
  await ask('/x');
  expect(letIn.map(mayStillRead)).toEqual([true]);
});
