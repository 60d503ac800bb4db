import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { accessibilityFaults, describeBrowser, visit } from './browser.ts';
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
});
