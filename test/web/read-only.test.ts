import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Devices } from '../../src/web/api/operations.ts';
import { accessibilityFaults, describeBrowser, poll, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { startGuarded } from './guarded.ts';

/** A page, what stands on it once it is drawn, and the names of all on it that changes something. */
interface Sight {
  hash: string;
  shown: string;
  changing: readonly RegExp[];
}

const oneLimit = [/^Change the limit/, /^Remove the limit/];
const sights: readonly Sight[] = [
  { hash: 'overview', shown: '.overview-new li', changing: [/^Rename /, /^Acknowledge /] },
  {
    hash: 'devices?hidden=yes',
    shown: '.data-table tbody tr',
    changing: [/^Rename /, /^Actions for /],
  },
  {
    hash: 'device/{device}?peers=month',
    shown: '.device-merged',
    changing: [
      /^Rename Living room TV$/,
      /^Rename Cloud backup$/,
      /^Change the icon$/,
      /^Change groups$/,
      /^Hide in lists$/,
      /^Merge into another…$/,
      /^Forget…$/,
      /^Split off /,
      /^New limit$/,
      ...oneLimit,
    ],
  },
  { hash: 'history?peers=shown', shown: '.history-address', changing: [/^Rename /] },
  {
    hash: 'limits',
    shown: '.groups-row',
    changing: [
      /^New limit$/,
      ...oneLimit,
      /^New group$/,
      /^New limit for the group /,
      /^Change the group /,
      /^Remove the group /,
    ],
  },
  {
    hash: 'events?open=1',
    shown: '.events-row',
    changing: [/^Acknowledge all shown$/, /^Acknowledge: /],
  },
  {
    hash: 'settings',
    shown: '.settings-table code',
    changing: [/^Write now$/, /^Errors$/, /^Warnings$/, /^Info$/, /^Debug$/],
  },
];

describeBrowser('an access', (browser) => {
  /** A household in which there is something of everything that can be changed, and the pages of it. */
  async function start() {
    const { address, addToken } = await startGuarded(['--days', '40']);
    const token = await addToken('owner', 'write');
    const api = (path: string) => `${address}/api/v1/${path}?token=${token}`;
    const { devices } = await ask<Devices>(api('devices'));
    const id = devices.find(({ name }) => name === 'Living room TV')?.id ?? '';
    await ask(api('devices/printer/merge'), 'POST', { into: id });
    const pages = sights.map((sight) => ({ ...sight, hash: sight.hash.replace('{device}', id) }));
    const open = async (accessToken: string) => {
      const seen = await visit(browser(), `${address}/?token=${accessToken}`);
      const go = async ({ hash, shown }: Pick<Sight, 'hash' | 'shown'>) => {
        await seen.page.goto(`${address}/#/${hash}`);
        await seen.page.locator(shown).first().waitFor();
        await poll(() => seen.page.locator('[aria-busy="true"]').count()).toBe(0);
      };
      return { ...seen, go };
    };
    return { id, pages, owner: token, addToken, open };
  }

  test('that may only look is shown everything, and nothing that changes it', async () => {
    const { id, pages, addToken, open } = await start();
    const { page, go, complaints } = await open(await addToken('guest', 'read'));
    const writes: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') writes.push(`${request.method()} ${request.url()}`);
    });
    for (const sight of pages) {
      await go(sight);
      for (const name of sight.changing) {
        expect(await controls(page, name).count(), `${sight.hash}: ${name}`).toBe(0);
      }
      expect(await accessibilityFaults(page), sight.hash).toEqual([]);
      // Whatever its name; each of the days of a year does the same.
      await pressAll(page.locator('main button:not(.heat-day)'));
    }
    await go({ hash: 'devices', shown: '.data-table tbody tr' });
    await page.getByRole('link', { name: 'Living room TV', exact: true }).press('F2');
    expect(await page.getByRole('textbox', { name: /^Name of/ }).count()).toBe(0);
    for (const hash of ['limits?new=1', `limits?target=${id}`]) {
      await go({ hash, shown: '.groups-row' });
      expect(await page.locator('dialog').count()).toBe(0);
    }
    expect(writes).toEqual([]);

    // What is personal is no change of anything.
    await go({ hash: 'settings', shown: '.settings-table code' });
    await page.getByText('The access “guest” has scope read').waitFor();
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(complaints).toEqual([]);
  }, 60_000);

  test('that may change things is offered all that can be done', async () => {
    const { id, pages, owner, open } = await start();
    const { page, go, complaints } = await open(owner);
    for (const sight of pages) {
      await go(sight);
      for (const name of sight.changing) {
        expect(await controls(page, name).count(), `${sight.hash}: ${name}`).toBeGreaterThan(0);
      }
    }
    expect(await page.getByText('has scope read').count()).toBe(0);
    await go({ hash: `limits?target=${id}`, shown: 'dialog' });
    expect(complaints).toEqual([]);
  }, 60_000);
});

/** Buttons and links of the page by their name. */
function controls(page: Page, name: RegExp): Locator {
  const main = page.getByRole('main');
  return main.getByRole('button', { name }).or(main.getByRole('link', { name }));
}

/** Presses each button, but for the one that ends the visit; none may ask for more. */
async function pressAll(buttons: Locator): Promise<void> {
  for (let at = 0; at < (await buttons.count()); at++) {
    const button = buttons.nth(at);
    if ((await button.innerText()) === 'Log out') continue;
    await button.press('Enter');
    expect(await button.page().locator('dialog').count()).toBe(0);
    await button.page().keyboard.press('Escape');
  }
}
