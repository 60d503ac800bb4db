import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Devices, Events, Limits } from '../../src/web/api/operations.ts';
import { describeBrowser, poll, visit, without } from './browser.ts';
import { ask, startDaemon } from './daemon.ts';
import { useDemo } from './demo.ts';

/** What the browser itself says of requests to a daemon that is away, and of a stream that broke off. */
const awayReasons = [
  'net::ERR_CONNECTION_REFUSED',
  'net::ERR_CONNECTION_RESET',
  'net::ERR_EMPTY_RESPONSE',
  'net::ERR_INCOMPLETE_CHUNKED_ENCODING',
];

describeBrowser('a daemon that goes away', (browser) => {
  test('is missed in one sentence, and met again without a reload', async () => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const start = (devices: string) => {
      const household = ['--days', '2', '--devices', devices];
      const daemon = startDaemon(['demo', '--port', port, ...household]);
      return daemon.nextLink().then(() => daemon);
    };
    const daemon = await start('5');
    const { page, complaints } = await visit(browser(), `${url}/`);
    const loads: string[] = [];
    page.on('domcontentloaded', () => loads.push(page.url()));
    await page.getByText('of 5 devices online').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Limits', exact: true }).click();
    await page.getByRole('button', { name: 'New limit', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^Network/ }).check();
    await dialog.getByLabel('Period').selectOption('Week');
    await dialog.getByLabel('Amount').fill('7');
    await daemon.stop();
    const sentence = 'LanLedger does not answer. Is it running, and is this device on its network?';
    await page.getByRole('main').getByText(`${sentence} This page keeps trying`).waitFor();
    await page.getByText('Not connected', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText(sentence).waitFor();

    const again = await start('7');
    await page.getByText('Live', { exact: true }).waitFor();
    await poll(() => page.getByText('This page keeps trying').count()).toBe(0);
    // What was typed meanwhile is still there, and can be saved.
    expect(await dialog.getByLabel('Amount').inputValue()).toBe('7');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { limits } = await ask<Limits>(`${url}/api/v1/limits`);
    expect(limits.find(({ id }) => id === 'network/week/both')?.bytes).toBe(7e9);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('of 7 devices online').waitFor();
    const figure = page.getByRole('region', { name: 'Right now' }).locator('.figure').first();
    const before = await figure.innerText();
    await poll(() => figure.innerText()).not.toBe(before);
    expect(loads).toEqual([]);
    expect(without(complaints, ...awayReasons)).toEqual([]);
    await again.stop();
  });
});

describeBrowser('a daemon that stands still', (browser) => {
  test('is missed although its connections stay open, and nothing waits for it for ever', async () => {
    const household = ['--port', '0', '--days', '2', '--devices', '5'];
    const daemon = startDaemon(['demo', ...household]);
    const { page, complaints } = await visit(browser(), `${await daemon.nextLink()}#/limits`);
    await page.clock.install();
    await page.addInitScript(timeoutsByClock);
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'New limit', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^Network/ }).check();
    await dialog.getByLabel('Period').selectOption('Week');
    await dialog.getByLabel('Amount').fill('7');
    daemon.pause();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.clock.runFor(31_000);
    const sentence = 'LanLedger does not answer. Is it running, and is this device on its network?';
    await page.getByRole('main').getByText(`${sentence} This page keeps trying`).waitFor();
    await page.getByText('Not connected', { exact: true }).waitFor();
    await dialog.getByRole('alert').getByText(sentence).waitFor();

    daemon.resume();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.clock.runFor(10_000);
    await poll(() => page.getByText('This page keeps trying').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describeBrowser('the dashboard around its pages', (browser) => {
  const address = useDemo();
  const title = (name: string) => ({ level: 1, name }) as const;

  test('on a slow network it is whole all the same', async () => {
    const { page, complaints } = await visit(browser(), `${address()}/#/nowhere`);
    await page.getByRole('heading', title('Nothing here')).waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const bytesPerSecond = 400_000 / 8;
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    const documents: string[] = [];
    page.on('domcontentloaded', () => documents.push(page.url()));
    await page.goto(`${address()}/`);
    expect(documents).toEqual([`${address()}/`]);
    for (const name of ['Today', 'This month', 'Today by hour', 'Top devices', 'Limits']) {
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    await poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
    await page.getByText('Live', { exact: true }).waitFor();
    const navigation = page.getByRole('navigation');
    await navigation.getByRole('link', { name: 'Devices' }).click();
    // The page is named before it has come.
    await page.getByRole('heading', title('Devices')).waitFor();
    await page.getByRole('table').getByText('NAS').first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a browser may have it open in more tabs than it has connections', async () => {
    const { devices } = await ask<Devices>(`${address()}/api/v1/devices`);
    const nas = devices.find(({ name }) => name === 'NAS')?.id ?? '';
    const { page: first } = await visit(browser(), `${address()}/#/device/${nas}`);
    await first.getByText('Live', { exact: true }).waitFor();
    let seen = first;
    for (let tabs = 2; tabs <= 8; tabs += 1) {
      await setHidden(seen, true);
      seen = await first.context().newPage();
      await seen.goto(`${address()}/`);
      await seen.getByText('of 18 devices online').waitFor();
      await seen.getByText('Live', { exact: true }).waitFor();
    }
    await setHidden(seen, true);
    await first.getByText('Connecting…', { exact: true }).waitFor();
    await ask(`${address()}/api/v1/devices/${nas}`, 'PATCH', { name: 'Attic' });
    await setHidden(first, false);
    await first.getByText('Live', { exact: true }).waitFor();
    // What happened while nothing was told.
    await first.getByText('NAS is called Attic from now on.').waitFor();
    await ask(`${address()}/api/v1/devices/${nas}`, 'PATCH', { name: null });
  });

  test('what was acknowledged while a tab was not seen waits there no longer', async () => {
    const { page } = await visit(browser(), `${address()}/#/events?open=1`);
    await page.getByText('Live', { exact: true }).waitFor();
    const { events } = await ask<Events>(`${address()}/api/v1/events?acknowledged=false`);
    const buttons = page.getByRole('button', { name: /^Acknowledge: / });
    await poll(() => buttons.count()).toBe(events.length);
    await setHidden(page, true);
    const other = await page.context().newPage();
    await other.goto(`${address()}/`);
    await page.getByText('Connecting…', { exact: true }).waitFor();
    const ids = events.slice(1).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    await ask(`${address()}/api/v1/events/acknowledge`, 'POST', { events: ids });
    await setHidden(page, false);
    await page.getByText('Live', { exact: true }).waitFor();
    await poll(() => buttons.count()).toBe(1);
  });

  test('the keyboard leads everywhere', async () => {
    const { page, complaints } = await visit(browser(), `${address()}/`);
    const { keyboard } = page;
    const focused = page.locator(':focus');
    await page.getByRole('heading', { name: 'Right now' }).waitFor();
    await keyboard.press('Tab');
    expect(await focused.innerText()).toBe('Skip to the page');
    await poll(async () => (await focused.boundingBox())?.y).toBeGreaterThan(0);
    await keyboard.press('Enter');
    expect(await focused.getAttribute('id')).toBe('main');
    expect(page.url()).toBe(`${address()}/`);
    await keyboard.press('Tab');
    expect(await focused.evaluate((element) => element.closest('main')?.id)).toBe('main');

    await page.reload();
    await page.getByRole('heading', { name: 'Right now' }).waitFor();
    const reached: string[] = [];
    for (let tabs = 0; tabs < 8; tabs += 1) {
      await keyboard.press('Tab');
      reached.push((await focused.innerText()).split('\n')[0]?.trim() ?? '');
    }
    const pages = ['Overview', 'Devices', 'History', 'Limits', 'Events', 'Settings'];
    expect(reached).toEqual(['Skip to the page', 'LanLedger', ...pages]);
    for (const name of pages.toReversed()) {
      const link = page.getByRole('navigation').getByRole('link', { name });
      await link.focus();
      const { outlineStyle } = await link.evaluate((element) => {
        const look = element.ownerDocument.defaultView as unknown as Styling;
        return { outlineStyle: look.getComputedStyle(element).outlineStyle };
      });
      expect(outlineStyle).toBe('solid');
      await keyboard.press('Enter');
      await page.getByRole('heading', title(name)).waitFor();
      await poll(() => focused.getAttribute('id')).toBe('main');
      expect(await page.title()).toBe(`${name} · LanLedger`);
      expect(await link.getAttribute('aria-current')).toBe('page');
    }
    await page.goBack();
    await page.getByRole('heading', title('Devices')).waitFor();
    await page.goto(`${address()}/#/nowhere`);
    await page.getByRole('link', { name: 'Go to the overview.' }).press('Enter');
    await page.getByRole('heading', title('Overview')).waitFor();
    expect(complaints).toEqual([]);
  });
});

/** Another tab is in front of this one, or is not any more. */
function setHidden(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    const { document } = globalThis as unknown as { document: EventTarget };
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** The clock that a test moves on moves these timers, too. */
function timeoutsByClock() {
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    const reason = new DOMException('Too late', 'TimeoutError');
    setTimeout(() => controller.abort(reason), milliseconds);
    return controller.signal;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Styling {
  getComputedStyle(element: unknown): { outlineStyle: string };
}
