import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { Device, Devices, Group, Groups, Limits } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll, visit, without } from './browser.ts';
import { ask } from './daemon.ts';
import { useDemo } from './demo.ts';

const conflict = 'the server responded with a status of 409 (Conflict)';

describeBrowser('limits and groups', (browser) => {
  const address = useDemo();
  const api = (path: string) => `${address()}/api/v1/${path}`;

  async function limitsNow() {
    const { limits } = await ask<Limits>(api('limits'));
    return limits;
  }

  /** What is told of one limit: bytes and share of the warning. */
  async function limitOf(id: string) {
    const found = (await limitsNow()).find((limit) => limit.id === id);
    return found && [found.bytes, found.warningPercent];
  }

  async function groupNamed(name: string): Promise<Group | undefined> {
    return (await ask<Groups>(api('groups'))).groups.find((group) => group.name === name);
  }

  async function deviceNamed(name: string): Promise<Device> {
    const { devices } = await ask<Devices>(api('devices'));
    const found = devices.find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  async function open() {
    const visited = await visit(browser(), `${address()}/#/limits`);
    await visited.page.getByRole('heading', { name: 'Network', exact: true }).waitFor();
    return visited;
  }

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

  test('a group is made, changed, limited and removed', async () => {
    const { page, complaints } = await open();
    const [nas, printer] = [await deviceNamed('NAS'), await deviceNamed('printer')];
    const groups = page.getByRole('region', { name: 'Groups' });
    await groups.getByRole('button', { name: 'New group' }).click();
    const fresh = page.getByRole('dialog', { name: 'New group' });
    await fresh.getByLabel('Name').fill('Children');
    await fresh.getByRole('searchbox').fill('nas');
    await fresh.getByRole('checkbox', { name: /^NAS/ }).check();
    await fresh.getByRole('radio', { name: 'Servers' }).check({ force: true });
    await fresh.getByRole('button', { name: 'Save' }).click();
    await fresh.getByRole('alert').getByText('Children').waitFor();
    expect(without(complaints, conflict)).toEqual([]);
    await fresh.getByLabel('Name').fill('Machines');
    await fresh.getByRole('button', { name: 'Save' }).click();
    await fresh.waitFor({ state: 'detached' });
    const made = await groupNamed('Machines');
    expect(made).toMatchObject({ icon: 'mdi:server-network', devices: [nas.id] });

    // What is told covers nothing that could be pressed.
    const told = page.getByText('The group Machines is saved.');
    expect(await told.evaluate(isHitAtItsMiddle)).toBe(false);
    const row = groups.getByRole('listitem').filter({ hasText: 'Machines' });
    await row.getByRole('link', { name: 'NAS' }).waitFor();
    await row.getByRole('button', { name: 'Change the group Machines' }).click();
    const change = page.getByRole('dialog', { name: 'Group Machines' });
    await change.getByLabel('Name').fill('Office machines');
    await change.getByRole('checkbox', { name: /^NAS/ }).uncheck();
    await change.getByRole('checkbox', { name: /^printer/ }).check();
    await change.getByRole('button', { name: 'Save' }).click();
    await change.waitFor({ state: 'detached' });
    const renamed = await groupNamed('Office machines');
    expect(renamed).toMatchObject({ id: made?.id, icon: made?.icon, devices: [printer.id] });
    await groups.getByRole('heading', { name: 'Office machines' }).waitFor();
    await groups.getByRole('link', { name: 'printer' }).waitFor();

    await groups.getByRole('link', { name: 'New limit for the group Office machines' }).click();
    const limit = page.getByRole('dialog', { name: 'New limit' });
    expect(page.url()).toBe(`${address()}/#/limits?target=${made?.id}`);
    expect(await limit.getByRole('radio', { name: /^Office machines/ }).isChecked()).toBe(true);
    await limit.getByLabel('Amount').fill('3');
    await limit.getByRole('button', { name: 'Save' }).click();
    await limit.waitFor({ state: 'detached' });
    expect(await limitOf(`${made?.id}/month/both`)).toEqual([3e9, 80]);
    const limits = page.getByRole('region', { name: 'Limits' });
    await limits.getByRole('heading', { name: 'Office machines' }).waitFor();

    await groups.getByRole('button', { name: 'Remove the group Office machines' }).click();
    const removal = page.getByRole('dialog', { name: 'Remove the group Office machines' });
    await removal.getByText('Its limit goes with it.').waitFor();
    await removal.getByRole('button', { name: 'Remove' }).click();
    await removal.waitFor({ state: 'detached' });
    expect(await groupNamed('Office machines')).toBeUndefined();
    expect(await limitOf(`${made?.id}/month/both`)).toBeUndefined();
    await poll(() => page.getByRole('heading', { name: 'Office machines' }).count()).toBe(0);
    expect(without(complaints, conflict)).toEqual([]);
  });

  test('what two people change in a group at once is kept of both', async () => {
    const nas = await deviceNamed('NAS');
    const made = await ask<Group>(api('groups'), 'POST', { name: 'Machines', devices: [] });
    onTestFinished(async () => void (await ask(api(`groups/${made.id}`), 'DELETE')));
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'Change the group Machines' }).click();
    const change = page.getByRole('dialog', { name: 'Group Machines' });
    await change.getByRole('checkbox', { name: /^NAS/ }).check();
    const elsewhere = { name: 'Office', icon: 'mdi:briefcase', devices: [] };
    await ask(api(`groups/${made.id}`), 'PUT', elsewhere);
    await change.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The group Office is saved.').waitFor();
    expect(await groupNamed('Office')).toMatchObject({ icon: 'mdi:briefcase', devices: [nas.id] });
    expect(complaints).toEqual([]);
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

/** Whether a press in the middle of an element would go to it. */
function isHitAtItsMiddle(element: unknown): boolean {
  const placed = element as Placed;
  const { x, y, width, height } = placed.getBoundingClientRect();
  return placed.ownerDocument.elementFromPoint(x + width / 2, y + height / 2) === element;
}

interface Placed {
  ownerDocument: { elementFromPoint(x: number, y: number): unknown };
  getBoundingClientRect(): { x: number; y: number; width: number; height: number };
}
