import { expect, test } from 'vitest';
import type { Devices, UsageRows } from '../../src/web/api/operations.ts';
import { describeBrowser, poll, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';

/** A page, what stands on it once its data is shown, and as much of that as there must be. */
interface Sight {
  hash: string;
  shown: string;
  least: number;
  /** Kilobytes it may ask for, as they are sent, and as JSON. */
  most: { sent: number; json: number };
}

const modest = { sent: 200, json: 1_000 };
const sights: readonly Sight[] = [
  { hash: 'overview', shown: 'main canvas', least: 1, most: modest },
  { hash: 'devices', shown: '.data-table tbody tr', least: 250, most: modest },
  { hash: 'device/{device}', shown: '.heat-day', least: 365, most: modest },
  { hash: 'history', shown: 'main table tbody tr', least: 7, most: modest },
  {
    hash: 'history?from=everything&step=day',
    shown: 'main table tbody tr',
    least: 62,
    // 300 devices in 60 months, and eight devices in 1,826 days.
    most: { sent: 1_500, json: 8_000 },
  },
  { hash: 'limits', shown: 'main .limit-state', least: 2, most: modest },
  { hash: 'events', shown: 'main ol li', least: 100, most: modest },
  { hash: 'settings', shown: 'main table tbody tr', least: 20, most: modest },
];

/** Kilobytes that the page has received from the API: as they were sent, and what they were. */
const received = `(() => {
  const answers = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.includes('/api/v1/') && !name.endsWith('/live'));
  const sum = (size) => answers.reduce((bytes, answer) => bytes + answer[size], 0) / 1000;
  return { sent: sum('encodedBodySize'), json: sum('decodedBodySize') };
})()`;

describeBrowser('a home of 300 devices and five years', (browser) => {
  const address = useDemo(['--devices', '300', '--days', '1826']);

  test('every page shows it all, and asks for no more than it needs', async () => {
    const { devices, day } = await ask<Devices>(`${address()}/api/v1/devices`);
    const fromYear = Number(day.slice(0, 4)) - 5;
    const { usage } = await ask<UsageRows>(
      `${address()}/api/v1/usage?from=${fromYear}-01-01&to=${day}&step=month&by=network`,
    );
    expect(devices).toHaveLength(300);
    expect(usage.length).toBeGreaterThanOrEqual(60);
    for (const { hash, shown, least, most } of sights) {
      const path = hash.replace('{device}', devices[0]?.id ?? '');
      const { page, complaints } = await visit(browser(), `${address()}/#/${path}`);
      await poll(() => page.locator(shown).count()).toBeGreaterThanOrEqual(least);
      await poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
      const { sent, json } = await page.evaluate<Sight['most']>(received);
      expect(json, path).toBeGreaterThan(100);
      expect(json, `kilobytes of JSON for ${path}`).toBeLessThan(most.json);
      expect(sent, `kilobytes sent for ${path}`).toBeLessThan(most.sent);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });
});
