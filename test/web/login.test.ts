import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { describeBrowser, poll, visit, without } from './browser.ts';
import { startGuarded } from './guarded.ts';

const unauthorized = 'the server responded with a status of 401 (Unauthorized)';
const forbidden = 'the server responded with a status of 403 (Forbidden)';
const welcome =
  'Paste an access token, or open the login link that LanLedger writes to its log when it starts: "lanledger token link" prints another.';
const wrong =
  'This access token is not valid, or not any more: "lanledger token link" prints a link with one that is.';
const used = /^This login link was used already or is older than an hour/;

describeBrowser('the login', (browser) => {
  const message = (page: Page) => page.getByRole('status').innerText();
  const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

  /** Types a token on the login page. */
  async function logIn(page: Page, token: string) {
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).press('Enter');
  }

  test('a link to a view leads there, with a login and from another website', async () => {
    const { address, addToken } = await startGuarded();
    const token = await addToken('tablet', 'read');
    const { page } = await visit(browser(), `${address}/#/history?from=today`);
    await logIn(page, token);
    await poll(() => page.url()).toBe(`${address}/#/history?from=today`);
    await title(page, 'History').waitFor();
    const link = `<a href="${address}/#/history?from=yesterday">Yesterday</a>`;
    const elsewhere = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end(link);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void elsewhere.close());
    await once(elsewhere, 'listening');
    // Another website by its name, with which the browser keeps the cookie back.
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}/`);
    await page.getByRole('link', { name: 'Yesterday' }).click();
    await poll(() => page.url()).toBe(`${address}/#/history?from=yesterday`);
    await title(page, 'History').waitFor();
  });

  test('a token opens the dashboard until somebody logs out', async () => {
    const { address, addToken } = await startGuarded();
    const token = await addToken('tablet', 'write');
    const { page, complaints } = await visit(browser(), `${address}/`);
    await title(page, 'LanLedger').waitFor();
    expect(await message(page)).toMatch(/^This needs an access token: open the login link/);
    await logIn(page, 'not a token');
    await poll(() => message(page)).toBe(wrong);
    expect(page.url()).toBe(`${address}/login`);
    await logIn(page, token);
    await title(page, 'Overview').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.context().cookies()).toMatchObject([
      { name: 'lanledger_token', value: token, httpOnly: true, sameSite: 'Strict', path: '/' },
    ]);
    expect(await page.evaluate(() => (globalThis as unknown as Kept).document.cookie)).toBe('');

    // A token that is gone leads to the login, and that back to where one was.
    await page.goto(`${address}/#/limits`);
    await title(page, 'Limits').waitFor();
    await page.context().clearCookies();
    await page.evaluate(() => {
      (globalThis as unknown as Kept).document.dispatchEvent(new Event('visibilitychange'));
    });
    await poll(() => page.url()).toBe(`${address}/login?next=%2F%23%2Flimits`);
    expect(await message(page)).toBe(welcome);
    await logIn(page, token);
    await title(page, 'Limits').waitFor();
    expect(page.url()).toBe(`${address}/#/limits`);

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await poll(() => page.url()).toBe(`${address}/login`);
    expect(await message(page)).toBe(welcome);
    expect(await page.context().cookies()).toEqual([]);
    await page.goto(`${address}/`);
    await page.getByLabel('Access token').waitFor();
    expect(without(complaints, unauthorized)).toEqual([]);
  });

  test('links log in, the one of the log once, and leave no token in the address', async () => {
    const { address, link, addToken } = await startGuarded();
    expect(link).toMatch(/\/login\?code=[\w-]{20,}$/);
    const first = await visit(browser(), link);
    await title(first.page, 'Overview').waitFor();
    expect(first.page.url()).toBe(`${address}/`);
    const second = await visit(browser(), link);
    await poll(() => message(second.page)).toMatch(used);
    expect(await second.page.context().cookies()).toEqual([]);

    const token = await addToken('tablet', 'write');
    const third = await visit(browser(), `${address}/?token=${token}#/events`);
    await title(third.page, 'Events').waitFor();
    expect(third.page.url()).toBe(`${address}/#/events`);
    expect([...first.complaints, ...third.complaints]).toEqual([]);
    expect(without(second.complaints, forbidden)).toEqual([]);
  });

  test('below a path of a reverse proxy everything works, and nothing is asked for beside it', async () => {
    const { address, link, addToken } = await startGuarded();
    const token = await addToken('tablet', 'write');
    const proxy = await startProxy(address);
    const below = `${proxy.address}/lan`;
    const { page, complaints } = await visit(browser(), `${below}/`);
    await logIn(page, 'not a token');
    await poll(() => message(page)).toBe(wrong);
    await logIn(page, token);
    await title(page, 'Overview').waitFor();
    expect(page.url()).toBe(`${below}/`);
    await page.getByText('Live', { exact: true }).waitFor();
    const icon = page.getByRole('navigation').locator('img');
    expect(await icon.evaluate((image) => (image as Drawn).naturalWidth)).toBeGreaterThan(0);
    for (const name of ['Devices', 'History', 'Limits', 'Events', 'Settings']) {
      await page.getByRole('navigation').getByRole('link', { name }).click();
      await title(page, name).waitFor();
      expect(page.url()).toBe(`${below}/#/${name.toLowerCase()}`);
    }
    await page.getByRole('button', { name: 'Write now' }).click();
    await page.getByText('The ledger is written.').waitFor();
    await page.reload();
    await title(page, 'Settings').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await poll(() => page.url()).toBe(`${below}/login`);
    expect(await message(page)).toBe(welcome);
    const byLink = link.replace(address, below);
    await page.goto(byLink);
    await title(page, 'Overview').waitFor();
    expect(page.url()).toBe(`${below}/`);
    await page.goto(`${below}/?token=${token}`);
    await title(page, 'Overview').waitFor();
    expect(page.url()).toBe(`${below}/`);
    expect(proxy.strays).toEqual([]);
    expect(without(complaints, unauthorized)).toEqual([]);
  });
});

/** A reverse proxy: `/lan/...` is `/...` of the daemon. Gathers what it was asked beside that. */
async function startProxy(daemon: string) {
  const strays: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    if (!url.startsWith('/lan/')) {
      strays.push(url);
      response.writeHead(404).end();
      return;
    }
    const asked = sendRequest(new URL(url.slice('/lan'.length), daemon), {
      method,
      headers: { ...headers, 'x-forwarded-prefix': '/lan' },
    });
    asked.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.on('error', () => response.destroy());
    response.on('close', () => asked.destroy());
    request.pipe(asked);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, strays };
}

interface Kept {
  document: { cookie: string; dispatchEvent(event: Event): boolean };
}

interface Drawn {
  naturalWidth: number;
}
