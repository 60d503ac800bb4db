import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { Configuration, Devices, Limits, Status } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';
import { eveningZone } from '../support/zones.ts';

const zone = eveningZone;

describeBrowser('settings', (browser) => {
  const address = useDemo();
  const api = (path: string) => `${address()}/api/v1/${path}`;
  const open = (options = {}) => visit(browser(), `${address()}/#/settings`, options);
  const pressed = (page: Page, group: string) =>
    page.getByRole('group', { name: group }).locator('[aria-pressed="true"]').allTextContents();

  test('the theme changes at once, and is remembered', async () => {
    const { page, complaints } = await open({ colorScheme: 'light', reducedMotion: 'reduce' });
    const [light, dark] = ['rgb(244, 246, 249)', 'rgb(15, 20, 27)'];
    await poll(() => pressed(page, 'Theme')).toEqual(['As the system']);
    await poll(() => pageColor(page)).toBe(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    await poll(() => pageColor(page)).toBe(dark);
    await page.getByRole('button', { name: 'Light', exact: true }).click();
    await poll(() => pageColor(page)).toBe(light);
    await page.reload();
    await poll(() => pressed(page, 'Theme')).toEqual(['Light']);
    expect(await pageColor(page)).toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await poll(() => pageColor(page)).toBe(dark);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(await pageColor(page)).toBe(dark);
    expect(complaints).toEqual([]);
  });

  test('a browser that may keep nothing of this website shows everything', async () => {
    const context = await browser().newContext({ locale: 'en-GB' });
    onTestFinished(() => context.close());
    // What Firefox throws where a user blocks all cookies.
    await context.addInitScript(() => {
      const deny = () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      Object.defineProperty(globalThis, 'localStorage', { get: deny });
      Object.defineProperty(globalThis, 'BroadcastChannel', { value: deny });
    });
    const page = await context.newPage();
    await page.goto(`${address()}/#/settings`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await poll(() => pageColor(page)).toBe('rgb(15, 20, 27)');
  });

  test('binary units change every figure of every page, and are remembered', async () => {
    const { page, complaints, answers } = await open();
    await page.getByText('46 MB', { exact: false }).or(page.getByText('45.6 MB')).waitFor();
    await page.getByRole('button', { name: 'MiB, GiB: 1024' }).click();
    await page.getByText('43.5 MiB').waitFor();
    await page.getByText('2.23 MiB/s').waitFor();
    await page.reload();
    await poll(() => pressed(page, 'Units')).toEqual(['MiB, GiB: 1024']);
    const { devices } = await ask<Devices>(api('devices'));
    for (const hash of [
      'overview',
      'devices',
      `device/${devices[0]?.id}`,
      'history',
      'limits',
      'settings',
    ]) {
      await page.evaluate((to) => {
        (globalThis as unknown as { location: { hash: string } }).location.hash = to;
      }, `#/${hash}`);
      const main = page.getByRole('main');
      await poll(() => main.innerText()).toMatch(/\d [KMGT]iB/);
      await poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
      const decimal = /\d [kMGT]B\b(?!, GB)/;
      expect((await main.innerText()).match(decimal), hash).toBeNull();
    }
    await page.getByRole('link', { name: 'Overview' }).click();
    const today = page.getByRole('region', { name: 'Today', exact: true });
    await poll(async () => {
      const home = answers.get('/api/v1/devices') as Devices | undefined;
      const expected = amountText(home?.network.today.download ?? 0, { binary: true });
      return (await today.locator('.figure').first().innerText()) === expected;
    }).toBe(true);
    await page.getByRole('link', { name: 'Limits', exact: true }).click();
    const { limits } = await ask<Limits>(api('limits'));
    const wanted = limits.map(({ bytes }) => `of ${amountText(bytes, { binary: true })}`);
    for (const text of wanted) await page.getByText(text).first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('the configuration tells each value and where it comes from', async () => {
    const { page, complaints } = await open();
    const { settings } = await ask<Configuration>(api('configuration'));
    const rows = () =>
      page
        .getByRole('table', { name: 'Configuration' })
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader').locator('code') });
    const cellsOf = async (key: string) => {
      const row = rows().filter({ has: page.getByText(key, { exact: true }) });
      return (await row.getByRole('cell').allInnerTexts()).map((text) => text.trim());
    };
    await poll(() => rows().count()).toBe(settings.length);
    const values = new Map<string, unknown>(settings.map(({ key, value }) => [key, value]));
    const directory = values.get('dataDirectory') as string;
    const file = `File ${directory}/lanledger.yaml`;
    expect(await cellsOf('dataDirectory')).toEqual([directory, file, 'A restart']);
    expect(await cellsOf('http.auth')).toEqual(['none', file, 'A restart']);
    expect(await cellsOf('names.reverseDns')).toEqual(['off', file, 'A reload (SIGHUP)']);
    expect(await cellsOf('store.checkpointSeconds')).toEqual([
      '30',
      'Default',
      'A reload (SIGHUP)',
    ]);
    expect(await cellsOf('networks.local')).toEqual(['2001:db8:4a1c:7e00::/64', file, 'A restart']);
    expect(await cellsOf('mqtt.password')).toEqual(['Empty', 'Default', 'A restart']);

    await page.getByLabel('Without defaults').check();
    const given = settings.filter(({ source }) => source !== 'default').length;
    await poll(() => rows().count()).toBe(given);
    await page.getByText(`${given} of ${settings.length} settings`).waitFor();
    await page.getByLabel('Without defaults').uncheck();
    await page.getByLabel('Search settings').fill('Reverse');
    await poll(() => rows().count()).toBeLessThan(6);
    await page.getByText('names.reverseDns').waitFor();
    expect(page.url()).toBe(`${address()}/#/settings?search=Reverse`);
    await page.reload();
    expect(await page.getByLabel('Search settings').inputValue()).toBe('Reverse');
    await page.getByText('names.reverseDns').waitFor();
    await page.getByLabel('Search settings').fill('nothing is called so');
    await page.getByText('No such settings.').waitFor();
    // There is nothing to log out of.
    expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('the ledger is written and the log told how much to say, at once', async () => {
    const { page, complaints } = await open();
    const status = await ask<Status>(api('health'));
    const about = page.getByRole('region', { name: 'About LanLedger' });
    await about.getByText(status.version, { exact: true }).waitFor();
    await about.getByText(status.timeZone, { exact: true }).waitFor();
    const write = about.getByRole('button', { name: 'Write now' });
    await write.press('Enter');
    await page.getByText('The ledger is written.').waitFor();
    const { checkpointAt } = await ask<Status>(api('health'));
    expect(Date.parse(checkpointAt)).toBeGreaterThan(Date.parse(status.checkpointAt));
    expect(await about.locator('time').getAttribute('datetime')).toBe(checkpointAt);
    // It can be pressed again without being looked for.
    expect(await write.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);

    await poll(() => pressed(page, 'Log level')).toEqual(['Info']);
    const answered = page.waitForResponse(api('log-level'));
    await about.getByRole('button', { name: 'Debug' }).click();
    const answer = await answered;
    expect([answer.request().method(), await answer.json()]).toEqual(['PUT', { level: 'debug' }]);
    await poll(() => pressed(page, 'Log level')).toEqual(['Debug']);
    for (const [name, start] of [
      ['Metrics for Prometheus', '# HELP'],
      ['Description of the API', '{'],
      ['Today as JSON', '{'],
    ] as const) {
      const href = await page.getByRole('link', { name }).evaluate((a) => (a as Linked).href);
      expect((await (await fetch(href)).text()).trim().slice(0, start.length)).toBe(start);
    }
    expect(complaints).toEqual([]);
  });

  test('numbers and dates are written as the language of the browser has them', async () => {
    const locale = 'de-DE';
    const { page, complaints, answers } = await open({ locale });
    await page.getByText('1,23 GB').waitFor();
    await page.getByText('2,34 MB/s').waitFor();
    const { day } = await ask<Devices>(api('devices'));
    const long = new Date(day).toLocaleDateString(locale, { dateStyle: 'full', timeZone: 'UTC' });
    expect(long).toMatch(/^[A-Z][a-z]+, \d+\. [A-Z]/);
    await page.getByText(long, { exact: true }).waitFor();
    await page.goto(`${address()}/#/overview`);
    await page.reload();
    await page.getByText(long).waitFor();
    const today = page.getByRole('region', { name: 'Today', exact: true });
    await poll(async () => {
      const home = answers.get('/api/v1/devices') as Devices | undefined;
      const at = new Date(home?.at ?? 0);
      const clock = { timeZone: zone, hour: '2-digit', minute: '2-digit' } as const;
      const expected = amountText(home?.network.today.download ?? 0, { locale });
      const text = await page.locator('.overview-date').innerText();
      return [
        (await today.locator('.figure').first().innerText()) === expected,
        text.includes(at.toLocaleTimeString(locale, clock)),
      ];
    }).toEqual([true, true]);
    await page.getByRole('link', { name: 'Events' }).click();
    await page.getByRole('heading', { level: 2 }).filter({ hasText: long }).waitFor();
    expect(complaints).toEqual([]);
  });
});

function pageColor(page: Page): Promise<string> {
  return page.evaluate(() => {
    const window = globalThis as unknown as Styled;
    return window.getComputedStyle(window.document.documentElement).backgroundColor;
  });
}

interface Styled {
  document: { documentElement: object };
  getComputedStyle(element: object): { backgroundColor: string };
}

interface Linked {
  href: string;
}
