import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Limits } from '../../src/web/api/operations.ts';
import { accessibilityFaults, describeBrowser, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';

const pages = ['overview', 'devices', 'history', 'limits', 'events', 'settings'];
const widths = [1440, 768, 390];

/** Whether one has to scroll sideways. */
function wideElements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { documentElement: Wide } };
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, not ${clientWidth}`] : [];
  });
}

interface Wide {
  scrollWidth: number;
  clientWidth: number;
}

/** What does not fit into its card, or has to be scrolled sideways to be read. */
function cutOff(page: Page, parts = '.card, .sorted-table'): Promise<string[]> {
  return page.evaluate((selector) => {
    const { document } = globalThis as unknown as { document: { querySelectorAll: Query } };
    return [...document.querySelectorAll(selector)]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ textContent }) => textContent.slice(0, 40));
  }, parts);
}

type Query = (selector: string) => Iterable<Wide & { textContent: string }>;

/** Parts of tables that are laid out as something else, of which some browsers then forget what they are. */
function rolelessParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as unknown as Styles;
    return [...document.querySelectorAll('table, thead, tbody, tfoot, tr, th, td')]
      .filter((part) => !getComputedStyle(part).display.startsWith('table'))
      .filter((part) => part.getAttribute('role') === null)
      .map(({ outerHTML }) => outerHTML.slice(0, 60));
  });
}

/** Whether something else lies over the middle of what has the focus. */
const isFocusHidden = `(() => {
  const { activeElement } = document;
  const { x, y, width, height } = activeElement.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return top !== null && !activeElement.contains(top) && !top.contains(activeElement);
})()`;

interface Styles {
  document: { querySelectorAll(selector: string): Iterable<Part> };
  getComputedStyle: (part: Part) => { display: string };
}

interface Part {
  outerHTML: string;
  getAttribute(name: string): string | null;
}

describeBrowser('every page of the dashboard', (browser) => {
  const address = useDemo();

  async function firstDevice(): Promise<string> {
    const { devices } = (await (await fetch(`${address()}/api/v1/devices`)).json()) as {
      devices: { id: string }[];
    };
    return `device/${devices[0]?.id}`;
  }

  test.each([...pages, 'device'])(
    '%s is whole and accessible at every width, in both themes',
    async (name) => {
      const path = name === 'device' ? await firstDevice() : name;
      const { page, complaints } = await visit(browser(), `${address()}/#/${path}`);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ['light', 'dark'] as const) {
          // Without motion: colours on their way from one theme to the other have no contrast.
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.locator('main h1').waitFor();
          await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
          expect(await accessibilityFaults(page), `${width} pixels, ${colorScheme}`).toEqual([]);
          expect(await wideElements(page), `${width} pixels`).toEqual([]);
        }
      }
      expect(complaints).toEqual([]);
    },
    60_000,
  );

  test('nothing in a card is cut off, however long the names are', async () => {
    const { limits } = await ask<Limits>(`${address()}/api/v1/limits`);
    const target = limits.find(({ target: id }) => /^[0-9a-f]{12}$/.test(id))?.target;
    const name = 'The television set in the living room of the house';
    await ask(`${address()}/api/v1/devices/${target}`, 'PATCH', { name });
    const { page } = await visit(browser(), `${address()}/`);
    for (const [hash, shown] of [
      ['', page.getByRole('region', { name: 'Limits' }).getByText(name)],
      ['history?from=today&step=hour&peers=shown', page.getByText('Show all')],
      ['history?peers=shown', page.getByText('Show all')],
      [`device/${target}`, page.getByRole('table', { name: 'Remote addresses' })],
    ] as const) {
      await page.goto(`${address()}/#/${hash}`);
      await shown.waitFor();
      for (const width of [390, 768, 1280, 1366, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        // Charts follow a moment later.
        await expect.poll(() => cutOff(page), { message: `${hash}, ${width} pixels` }).toEqual([]);
      }
    }
  });

  test('a long name without spaces is whole in dialogs and notes', async () => {
    const path = await firstDevice();
    const name = 'W'.repeat(64);
    await ask(`${address()}/api/v1/devices/${path.slice('device/'.length)}`, 'PATCH', { name });
    const { page } = await visit(browser(), `${address()}/#/${path}`, {
      viewport: { width: 390, height: 800 },
    });
    await page.getByRole('button', { name: 'Forget…' }).click();
    await page.getByRole('dialog', { name: `Forget ${name}` }).waitFor();
    expect(await cutOff(page, 'dialog')).toEqual([]);
    await page.keyboard.press('Escape');

    const other = 'M'.repeat(64);
    await page.getByRole('button', { name: `Rename ${name}` }).click();
    await page.getByRole('textbox', { name: `Name of ${name}` }).fill(other);
    await page.keyboard.press('Enter');
    await page.getByText(`It is called ${other}.`).waitFor();
    expect(await cutOff(page, '.toasts > p')).toEqual([]);
  });

  test('a table that a phone shows as blocks is still told to be one', async () => {
    const { page } = await visit(browser(), `${address()}/`, {
      viewport: { width: 390, height: 900 },
    });
    for (const [hash, name] of [
      ['devices', 'devices'],
      ['history?peers=shown', 'Usage of each device'],
      ['history?peers=shown', 'Usage of each remote address'],
      [await firstDevice(), 'Remote addresses'],
      ['settings', 'Configuration'],
    ] as const) {
      await page.goto(`${address()}/#/${hash}`);
      await page.getByRole('table', { name }).getByRole('cell').first().waitFor();
      expect(await rolelessParts(page), hash).toEqual([]);
    }
  });

  test.each([390, 1440])('what the keyboard comes to is in sight, %i pixels', async (width) => {
    const { page } = await visit(browser(), `${address()}/#/devices`, {
      viewport: { width, height: 800 },
    });
    await page.getByRole('table', { name: 'devices' }).getByRole('cell').first().waitFor();
    const hidden: string[] = [];
    const lastRow = page.locator('tbody tr:last-child :focus');
    for (let tabs = 0; tabs < 120 && (await lastRow.count()) === 0; tabs += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(isFocusHidden)) {
        hidden.push(await page.locator(':focus').evaluate(({ outerHTML }) => outerHTML));
      }
    }
    expect(hidden).toEqual([]);
    expect(await lastRow.count()).toBe(1);
  });
});
