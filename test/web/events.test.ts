import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Devices, Events } from '../../src/web/api/operations.ts';
import { describeBrowser, poll, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';

const ofLimits = ['limit-warning', 'limit-exceeded', 'limit-changed', 'period-closed'];

describeBrowser('events', (browser) => {
  const address = useDemo();
  const api = (path: string) => `${address()}/api/v1/${path}`;
  const open = (hash = 'events') => visit(browser(), `${address()}/#/${hash}`);

  async function told(query = ''): Promise<Events['events']> {
    return (await ask<Events>(api(`events?limit=100${query}`))).events;
  }

  async function deviceNamed(name: string) {
    const { devices } = await ask<Devices>(api('devices'));
    const found = devices.find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  test('filters are in the address and choose what the ledger chooses', async () => {
    const { page, complaints } = await open();
    const nas = await deviceNamed('NAS');
    const expectSame = async (query: string) => {
      const wanted = (await told(query)).map(({ at }) => at);
      await poll(() => timesIn(page)).toEqual(wanted);
      return wanted.length;
    };
    expect(await expectSame('')).toBe(100);
    await page.getByLabel('Kind').selectOption('All about limits');
    expect(await expectSame(`&type=${ofLimits.join(',')}`)).toBeGreaterThan(3);
    expect(page.url()).toBe(`${address()}/#/events?kind=limits`);
    await page.getByLabel('Kind').selectOption('Limit exceeded');
    expect(await expectSame('&type=limit-exceeded')).toBeGreaterThan(0);
    await page.getByLabel('Kind').selectOption('Offline');
    await page.getByLabel('Device').selectOption('NAS');
    expect(page.url()).toBe(`${address()}/#/events?kind=device-offline&device=${nas.id}`);
    await expectSame(`&type=device-offline&device=${nas.id}`);
    await page.getByLabel('Kind').selectOption('All kinds');
    expect(await expectSame(`&device=${nas.id}`)).toBeGreaterThan(0);

    await page.reload();
    await expectSame(`&device=${nas.id}`);
    expect(await page.getByLabel('Device').inputValue()).toBe(nas.id);
    await page.getByLabel('Device').selectOption('All devices');
    await page.getByLabel('Not acknowledged only').check();
    expect(page.url()).toBe(`${address()}/#/events?open=1`);
    expect(await expectSame('&acknowledged=false')).toBeGreaterThan(1);
    await page.getByLabel('Kind').selectOption('Started');
    await page.getByText('No such events.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('more is loaded where the page ends', async () => {
    const { page, complaints } = await open();
    await poll(async () => (await timesIn(page)).length).toBe(100);
    const { events, next } = await ask<Events>(api('events?limit=100'));
    const more = await ask<Events>(api(`events?limit=100&before=${next}`));
    await page.getByRole('button', { name: 'Load more' }).click();
    await poll(() => timesIn(page)).toEqual([...events, ...more.events].map(({ at }) => at));
    const last = page.getByRole('listitem').filter({ hasText: more.events.at(-1)?.message ?? '' });
    expect(await last.count()).toBeGreaterThan(0);
    // Under the days on which they happened, each once.
    const days = await page.getByRole('heading', { level: 2 }).allTextContents();
    expect(new Set(days).size).toBe(days.length);
    expect(days[0]).toMatch(/^(today|yesterday)/);

    await page.getByLabel('Kind').selectOption('Started');
    await page.getByText('These are all events.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('what happens appears by itself, and waits while one reads further down', async () => {
    const { page, complaints } = await open();
    await poll(async () => (await timesIn(page)).length).toBe(100);
    const { id } = await deviceNamed('printer');
    const rename = (name: string) => ask(api(`devices/${id}`), 'PATCH', { name });
    await rename('Laser printer');
    const row = page.getByRole('listitem').filter({ hasText: 'is called Laser printer' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/^Name or address/);

    await page.evaluate(() => (globalThis as unknown as Scrolling).scrollTo(0, 3_000));
    await rename('Ink printer');
    const news = page.getByRole('button', { name: '1 new event', exact: true });
    await news.waitFor();
    expect(await page.getByText('is called Ink printer').count()).toBe(0);
    expect(await scrolled(page)).toBeGreaterThan(2_000);
    await news.click();
    await page.getByText('is called Ink printer').waitFor();
    expect(await scrolled(page)).toBe(0);

    // Only what fits the filters.
    await page.getByLabel('Kind').selectOption('Limit changed');
    await poll(async () => (await timesIn(page)).length).toBe(3);
    await rename('printer');
    await ask(api('limits/network/day/both'), 'PUT', { bytes: 10 ** 13 });
    await poll(async () => (await timesIn(page)).length).toBe(4);
    expect(await page.getByText('is called').count()).toBe(0);

    await page.getByLabel('Kind').selectOption('Name or address');
    await page.locator('main li').first().getByRole('link', { name: 'printer' }).click();
    await page.getByRole('heading', { level: 1, name: 'printer' }).waitFor();
    expect(page.url()).toBe(`${address()}/#/device/${id}`);
    expect(complaints).toEqual([]);
  });

  test('events are acknowledged one by one and all at once, in every window', async () => {
    const { page, complaints } = await open('events?open=1');
    const elsewhere = await open('events?open=1&kind=devices');
    const waiting = () => told('&acknowledged=false');
    const before = await waiting();
    expect(before.length).toBeGreaterThan(1);
    const badge = () =>
      page.getByRole('navigation').getByText('not acknowledged').locator('..').textContent();
    await poll(badge).toBe(`${before.length} not acknowledged`);
    const [first, second] = before;
    await page.getByRole('button', { name: `Acknowledge: ${first?.message}` }).press('Enter');
    await poll(waiting).toEqual(before.slice(1));
    if (before.length > 1) await poll(badge).toBe(`${before.length - 1} not acknowledged`);
    // Whoever uses the keyboard goes on at the next one.
    await poll(() => page.locator(':focus').getAttribute('aria-label')).toBe(
      `Acknowledge: ${second?.message}`,
    );
    const there = elsewhere.page.getByRole('button', { name: /^Acknowledge: / });
    await poll(() => there.count()).toBe(before.length - 1);

    await page.getByRole('button', { name: 'Acknowledge all shown' }).press('Enter');
    await poll(waiting).toEqual([]);
    await poll(() => page.getByRole('button', { name: /^Acknowledge: / }).count()).toBe(0);
    await poll(() => there.count()).toBe(0);
    await poll(() => page.getByText('not acknowledged', { exact: true }).count()).toBe(0);
    expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  });
});

/** When the events that are shown happened, in their order. */
function timesIn(page: Page): Promise<(string | null)[]> {
  return page
    .locator('main li time')
    .evaluateAll((times) => times.map((time) => (time as Timed).getAttribute('datetime')));
}

function scrolled(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as Scrolling).scrollY);
}

interface Scrolling {
  scrollY: number;
  scrollTo(x: number, y: number): void;
}

interface Timed {
  getAttribute(name: string): string | null;
}
