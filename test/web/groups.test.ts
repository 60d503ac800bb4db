import { expect, onTestFinished, test } from 'vitest';
import type { Group } from '../../src/web/api/operations.ts';
import { describeBrowser, poll, without } from './browser.ts';
import { ask } from './daemon.ts';
import { useLimitsPage } from './limits-page.ts';

const conflict = 'the server responded with a status of 409 (Conflict)';

describeBrowser('groups', (browser) => {
  const { address, api, limitOf, groupNamed, deviceNamed, open } = useLimitsPage(browser);

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
});

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
