import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { amountText } from './amounts.ts';
import { describeBrowser, poll, without } from './browser.ts';
import { ask } from './daemon.ts';
import { useLimitsPage } from './limits-page.ts';

describeBrowser('limits', (browser) => {
  const { address, api, limitsNow, limitOf, deviceNamed, open } = useLimitsPage(browser);

  test('a limit is made by the keyboard alone', async () => {
    const { page, complaints } = await open();
    const { keyboard } = page;
    const { id } = await deviceNamed('NAS');
    const opener = page.getByRole('button', { name: 'New limit', exact: true });
    for (let tabs = 0; tabs < 30 && !(await hasFocus(opener)); tabs += 1) {
      await keyboard.press('Tab');
    }
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New limit' });
    await poll(() => hasFocus(dialog.getByRole('searchbox'))).toBe(true);
    await keyboard.type('nas');
    await keyboard.press('Enter');
    await dialog.getByText('1 of ', { exact: false }).waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Space');
    expect(await dialog.getByRole('radio', { name: /^NAS/ }).isChecked()).toBe(true);
    await keyboard.press('Tab');
    await keyboard.type('Day');
    await keyboard.press('Tab');
    await keyboard.type('Upload');
    await keyboard.press('Tab');

    // Nothing typed, and nothing above zero.
    await keyboard.press('Enter');
    await poll(() => hasFocus(dialog.getByLabel('Amount'))).toBe(true);
    expect(await dialog.locator('input:invalid').count()).toBe(1);
    await keyboard.type('0');
    await keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('The amount is to be a number above zero.').waitFor();
    expect(await limitOf(`${id}/day/upload`)).toBeUndefined();

    await keyboard.press('Control+A');
    await keyboard.type('2.5');
    await keyboard.press('Tab');
    await keyboard.type('TB');
    await keyboard.press('Tab');
    await keyboard.press('Control+A');
    await keyboard.type('60');
    await dialog.getByText('A warning at 1.50 TB.').waitFor();

    // The focus stays within the dialog, whatever the browser's own controls are between.
    const places: string[] = [];
    for (let tabs = 0; tabs < 14; tabs += 1) {
      await keyboard.press('Tab');
      places.push(await placeOfFocus(page));
    }
    expect(new Set(places)).toEqual(new Set(['dialog', 'body']));
    await dialog.getByLabel('Warn at').focus();
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await limitOf(`${id}/day/upload`)).toEqual([2.5e12, 60]);
    await page.getByText('The limit of NAS is saved.').waitFor();
    expect(await hasFocus(opener)).toBe(true);
    expect(page.url()).toBe(`${address()}/#/limits`);
    onTestFinished(async () => void (await ask(api(`limits/${id}/day/upload`), 'DELETE')));

    await keyboard.press('Enter');
    await dialog.waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await hasFocus(opener)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('limits stand as the ledger says, are changed, replaced and removed', async () => {
    const { page, complaints } = await open();
    const television = await deviceNamed('Living room TV');
    const id = `${television.id}/month/download`;
    const row = page.getByRole('listitem').filter({ hasText: 'Living room TV' }).first();
    const limit = (await limitsNow()).find((each) => each.id === id);
    const text = (await row.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain(`of ${amountText(limit?.bytes ?? 0)}`);
    expect(text).toMatch(/Limit exceeded Next period: (in \d+ days|tomorrow), \d/);
    // The most urgent comes first, and leads to its device.
    expect(await row.getByRole('link', { name: 'Living room TV' }).getAttribute('href')).toBe(
      `#/device/${television.id}`,
    );

    // What is not typed over is kept to the byte.
    const change = row.getByRole('button', { name: /^Change the limit of Living room TV/ });
    await change.click();
    const dialog = page.getByRole('dialog', { name: 'Limit of Living room TV' });
    await dialog.getByLabel('Warn at').fill('90');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await limitOf(id)).toEqual([limit?.bytes, 90]);
    expect(await hasFocus(change)).toBe(true);

    // Another amount, unit and period: the limit of a month becomes one of a week.
    await change.click();
    await dialog.getByLabel('Period').selectOption('Week');
    await dialog.getByLabel('Amount').fill('750');
    await dialog.getByLabel('Unit').selectOption('MB');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await limitOf(id)).toBeUndefined();
    expect(await limitOf(`${television.id}/week/download`)).toEqual([750e6, 90]);
    await row.getByText('of 750 MB').waitFor();

    // One that is there already is replaced, and that is said before.
    await page.getByRole('button', { name: 'New limit', exact: true }).click();
    const fresh = page.getByRole('dialog', { name: 'New limit' });
    await fresh.getByRole('radio', { name: /^Living room TV/ }).check();
    await fresh.getByLabel('Period').selectOption('Week');
    await fresh.getByLabel('Direction').selectOption('Download');
    await fresh.getByText('There is such a limit already, of 750 MB.').waitFor();
    await fresh.getByLabel('Amount').fill('8');
    await fresh.getByRole('button', { name: 'Replace' }).click();
    await fresh.waitFor({ state: 'detached' });
    expect(await limitOf(`${television.id}/week/download`)).toEqual([8e9, 80]);

    await row.getByRole('button', { name: /^Remove the limit of Living room TV/ }).click();
    const removal = page.getByRole('dialog', { name: 'Remove this limit' });
    await removal.getByText('Living room TV, Week, download: 8.00 GB.').waitFor();
    await removal.getByRole('button', { name: 'Cancel' }).click();
    expect(await limitOf(`${television.id}/week/download`)).toEqual([8e9, 80]);
    await row.getByRole('button', { name: /^Remove the limit of Living room TV/ }).click();
    await removal.getByRole('button', { name: 'Remove' }).press('Enter');
    await removal.waitFor({ state: 'detached' });
    expect(await limitOf(`${television.id}/week/download`)).toBeUndefined();
    await poll(() => page.getByText('Week, download').count()).toBe(0);
    // What had the focus is gone: the page has it, not nothing.
    await poll(() => placeOfFocus(page)).toBe('main');
    expect(complaints).toEqual([]);
  });

  test('a limit that somebody else removes meanwhile is changed into another', async () => {
    const { page, complaints } = await open();
    await ask(api('limits/network/day/upload'), 'PUT', { bytes: 7e9 });
    onTestFinished(async () => void (await ask(api('limits/network/week/upload'), 'DELETE')));
    const { name } = (await limitsNow()).find(({ target }) => target === 'network') ?? {};
    await page.getByRole('button', { name: `Change the limit of ${name}, Day, upload` }).click();
    const dialog = page.getByRole('dialog', { name: `Limit of ${name}` });
    await dialog.getByLabel('Period').selectOption('Week');
    await ask(api('limits/network/day/upload'), 'DELETE');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`The limit of ${name} is saved.`).waitFor();
    expect(await dialog.count()).toBe(0);
    expect(await limitOf('network/week/upload')).toEqual([7e9, 80]);
    expect(without(complaints, 'the server responded with a status of 404 (Not Found)')).toEqual(
      [],
    );
  });

  test('a dialog shows that its answer is awaited', async () => {
    const { page } = await open();
    let answer = () => {};
    await page.route('**/api/v1/groups', async (route) => {
      if (route.request().method() === 'POST') await new Promise<void>((go) => (answer = go));
      await route.fallback();
    });
    await page.getByRole('button', { name: 'New group' }).click();
    const dialog = page.getByRole('dialog', { name: 'New group' });
    await dialog.getByLabel('Name').fill(' ');
    const save = dialog.getByRole('button', { name: 'Save' });
    await save.click();
    await poll(() => save.getAttribute('aria-busy')).toBe('true');
    const cancel = dialog.getByRole('button', { name: 'Cancel' });
    expect(await cancel.getAttribute('aria-disabled')).toBe('true');
    answer();
    await dialog.getByRole('alert').waitFor();
    expect(await save.getAttribute('aria-busy')).toBe('false');
    await cancel.click();
    await dialog.waitFor({ state: 'detached' });
  });

  test('what is typed survives a refresh', async () => {
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'New limit', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'New limit' });
    const amount = dialog.getByLabel('Amount');
    await amount.fill('12');
    // Every event refreshes all that the page shows.
    await ask(api('limits/network/day/both'), 'PUT', { bytes: 10 ** 13 });
    onTestFinished(async () => void (await ask(api('limits/network/day/both'), 'DELETE')));
    await page.getByText('Day, download and upload').nth(1).waitFor();
    expect(await amount.inputValue()).toBe('12');
    expect(await hasFocus(amount)).toBe(true);
    expect(complaints).toEqual([]);
  });
});

function hasFocus(locator: ReturnType<Page['locator']>): Promise<boolean> {
  return locator.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** In which of dialog, main and body the focus is. */
function placeOfFocus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = (globalThis as unknown as { document: Focusing }).document;
    const place = activeElement.closest('dialog, main, body');
    return place?.localName ?? 'nowhere';
  });
}

interface Focusing {
  activeElement: { closest(selector: string): { localName: string } | null };
}
