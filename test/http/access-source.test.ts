import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { bearer, cookie, page, problem, startAccess } from './access-server.ts';

const foreign =
  "Changes are accepted from LanLedger's own pages only, and this one comes from another website: a reverse proxy must pass on the Host header as it is.";
const unknownOrigin =
  'A change by cookie must name the page it comes from (Origin): programs send the token as "Authorization: Bearer TOKEN" instead.';
const badHost = 'The Host header must hold the name or the address of this server, once.';

test.each([
  ['a foreign Origin', { Origin: 'https://evil.example' }],
  ['another port of this machine', { Origin: 'http://127.0.0.1:1' }],
  ['another scheme', { Origin: 'ftp://HOST' }],
  ['an opaque Origin', { Origin: 'null' }],
  ['no URL', { Origin: 'HOST' }],
  ['an Origin with a path', { Origin: 'http://HOST/' }],
  ['an Origin with a user', { Origin: 'http://x@HOST' }],
  ['an empty Origin', { Origin: '' }],
  ['Sec-Fetch-Site cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['Sec-Fetch-Site same-site', { 'Sec-Fetch-Site': 'same-site' }],
  [
    'Sec-Fetch-Site cross-site, own Origin',
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://HOST' },
  ],
  [
    'foreign Origin, Sec-Fetch-Site same-origin',
    { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://evil.example' },
  ],
])('a write from elsewhere is refused, with every kind of access: %s', async (_name, headers) => {
  const withToken = await startAccess();
  const open = await startAccess({ auth: 'none' });
  for (const { ask, port, admin } of [withToken, open]) {
    const own = Object.entries(headers).map(([k, v]) => [
      k,
      v.replace('HOST', `127.0.0.1:${port}`),
    ]);
    const sent = Object.fromEntries(own) as Record<string, string>;
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const access of [cookie(admin), bearer(admin)]) {
        const answer = await ask('/x', { method, headers: { ...sent, ...access } });
        expect(answer.body).toEqual(problem(403, 'Forbidden', foreign));
      }
    }
    expect((await ask('/x', { headers: { ...sent, ...cookie(admin) } })).status).toBe(200);
  }
});

test('a write from our own page passes, also where a proxy added TLS', async () => {
  const { ask, port, admin } = await startAccess({ hostNames: ['ledger.example'] });
  const write = async (headers: Record<string, string>) =>
    (await ask('/x', { method: 'POST', headers: { ...headers, ...cookie(admin) } })).status;
  expect(await write({ Origin: `http://127.0.0.1:${port}` })).toBe(200);
  expect(await write({ 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
  expect(await write({ 'Sec-Fetch-Site': 'none' })).toBe(200);
  expect(await write({ Host: 'ledger.example', Origin: 'https://ledger.example' })).toBe(200);
  expect(await write({ Host: 'ledger.example:443', Origin: 'https://ledger.example' })).toBe(200);
  expect(await write({ Host: 'Ledger.Example', Origin: 'http://ledger.example' })).toBe(200);
  expect(await write({ Host: 'ledger.example', Origin: 'http://ledger.example:81' })).toBe(403);
});

test('programs name no origin: a bearer passes, a cookie does not', async () => {
  const { ask, admin } = await startAccess();
  const write = (headers: Record<string, string>, path = '/x') =>
    ask(path, { method: 'DELETE', headers });
  expect((await write(bearer(admin))).status).toBe(200);
  expect((await write({}, `/x?token=${admin}`)).status).toBe(200);
  expect((await write({ ...bearer(admin), ...cookie(admin) })).status).toBe(200);
  expect((await write(cookie(admin))).body).toEqual(problem(403, 'Forbidden', unknownOrigin));
});

test.each([
  '127.0.0.1', '192.168.1.5:8777', '[::1]', '[2001:db8::7]:8777', 'localhost:8777', 'raspberrypi', 'PI.Local',
  'pi.local.', 'pi.lan', 'pi.home', 'pi.home.arpa', 'pi.internal', 'pi.localdomain', 'pi.fritz.box',
  'x.localhost', hostname(), 'ledger.example.org', 'LEDGER.example.org:443',
])('the Host %s is ours', async (Host) => {
  const { ask } = await startAccess({ hostNames: ['Ledger.example.org'] });
  expect((await ask('/health', { headers: { Host } })).status).toBe(200);
}); // prettier-ignore

test.each([
  ['evil.example', 'evil.example'],
  ['evil.example:8777', 'evil.example'],
  ['local.evil.example', 'local.evil.example'],
  ['pi.local.evil.example', 'pi.local.evil.example'],
  ['evillocal.example', 'evillocal.example'],
  ['x.ledger.example.org', 'x.ledger.example.org'],
  ['127.0.0.1.nip.io', '127.0.0.1.nip.io'],
  ['1.2.3.4.5', '1.2.3.4.5'],
])('the Host %s is not, with every kind of access', async (Host, name) => {
  const detail = `LanLedger is not known by the name ${name}: open it by its IP address, or add the name to http.hostNames in its configuration.`;
  for (const auth of ['token', 'none'] as const) {
    const { ask, admin } = await startAccess({ auth, hostNames: ['ledger.example.org'] });
    for (const path of ['/health', '/login', `/?token=${admin}`]) {
      const answer = await ask(path, { headers: { Host, ...page } });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toEqual(problem(421, 'Misdirected Request', detail));
    }
  }
});

test.each([
  ['', 'GET /health HTTP/1.0\r\n'],
  ['empty', 'GET /health HTTP/1.0\r\nHost:\r\n'],
  ['twice', 'GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n'],
  ['with markup', 'GET /health HTTP/1.0\r\nHost: <b>x</b>\r\n'],
  ['with a user', 'GET /health HTTP/1.0\r\nHost: a@localhost\r\n'],
  ['with half a bracket', 'GET /health HTTP/1.0\r\nHost: [::1\r\n'],
  ['with a false IPv6 address', 'GET /health HTTP/1.0\r\nHost: [::1::2]\r\n'],
  ['with a port of letters', 'GET /health HTTP/1.0\r\nHost: localhost:http\r\n'],
  ['in Latin-1', 'GET /health HTTP/1.0\r\nHost: m\u00fcller.local\r\n'],
])('a Host header that makes no sense is 400: %s', async (_name, head) => {
  const { raw } = await startAccess();
  const answer = await raw(`${head}\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual(
    problem(400, 'Bad Request', badHost),
  );
});
