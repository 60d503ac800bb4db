import type { Page, Request } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Device, Groups } from '../../src/web/api/operations.ts';
import { poll, without } from './browser.ts';
import { ask } from './daemon.ts';
import { expectShown, stateOf } from './dashboard.ts';
import {
  amounts,
  chooseTask,
  describeDevicesPage,
  fieldOf,
  heading,
  rowOf,
  shownNames,
} from './devices-page.ts';

/** Changes that the page sends. */
function changesOf(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request: Request) => {
    if (request.method() === 'GET') return;
    sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postData()}`);
  });
  return sent;
}

describeDevicesPage(({ address, open, devicesNow, deviceNamed, change }) => {
  test('a name is changed by double click, by F2 and by the pencil', async () => {
    const { page, complaints } = await open();
    const sent = changesOf(page);
    const { id } = await deviceNamed('homeassistant');
    const nameNow = async () => (await devicesNow()).find((device) => device.id === id)?.name;

    await page.getByRole('link', { name: 'homeassistant', exact: true }).dblclick();
    await fieldOf(page, 'homeassistant').fill('  Home brain ');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Home brain').waitFor();
    expect(await nameNow()).toBe('Home brain');
    expect(new URL(page.url()).hash).toBe('#/devices');
    await poll(() => page.evaluate('document.activeElement.textContent')).toBe('Home brain');

    // By the keyboard alone; leaving the field saves.
    await page.keyboard.press('F2');
    expect((await stateOf(fieldOf(page, 'Home brain'))).selected).toEqual([0, 10]);
    await page.keyboard.type('Brain');
    await page.getByRole('heading', { name: 'Devices' }).click();
    await rowOf(page, 'Brain').waitFor();
    expect(await nameNow()).toBe('Brain');

    // The pencil; Escape cancels, and what is the same is not sent.
    const before = [...sent];
    await rowOf(page, 'Brain').hover();
    await page.getByRole('button', { name: 'Rename Brain' }).click();
    await fieldOf(page, 'Brain').fill('Something else');
    await page.keyboard.press('Escape');
    await rowOf(page, 'Brain').waitFor();
    await page.getByRole('link', { name: 'Brain', exact: true }).press('F2');
    await fieldOf(page, 'Brain').fill(' Brain ');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Brain').waitFor();
    expect(sent).toEqual(before);

    // Without a name of the user's it has its own again.
    await page.getByRole('link', { name: 'Brain', exact: true }).press('F2');
    await fieldOf(page, 'Brain').fill('');
    await page.keyboard.press('Enter');
    await rowOf(page, 'homeassistant').waitFor();
    expect(await nameNow()).toBe('homeassistant');
    expect(sent).toEqual(
      ['{"name":"Home brain"}', '{"name":"Brain"}', '{"name":null}'].map(
        (body) => `PATCH /api/v1/devices/${id} ${body}`,
      ),
    );
    expect(complaints).toEqual([]);
  });

  test('a name that is taken is refused beside the field, which keeps the text', async () => {
    const { page, complaints } = await open();
    const sent = changesOf(page);
    await page.getByRole('link', { name: 'iPad', exact: true }).press('F2');
    const field = fieldOf(page, 'iPad');
    await field.fill('nas');
    await page.keyboard.press('Enter');
    const { id } = await deviceNamed('iPad');
    const refusal = await change(id, { name: 'nas' }).then(
      () => '',
      ({ message }: Error) =>
        (JSON.parse(message.slice(message.indexOf('{'))) as { detail: string }).detail,
    );
    expect(refusal).toContain('NAS');
    const error = page.getByRole('rowheader').filter({ has: field }).getByRole('alert');
    await poll(() => error.textContent()).toBe(refusal);
    expect(await field.inputValue()).toBe('nas');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    // What was refused is not sent again by leaving the field.
    await page.getByRole('heading', { name: 'Devices' }).click();
    expect(sent).toHaveLength(1);
    await field.fill('Tablet');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Tablet').waitFor();
    await change(id, { name: null });
    expect(without(complaints, 'the server responded with a status of 409 (Conflict)')).toEqual([]);
  });

  test('a refresh during an edit keeps text, focus, caret and the places of the rows', async () => {
    const { page } = await open();
    await heading(page, 'Name').getByRole('button').click();
    const [tv, kindle] = [await deviceNamed('Living room TV'), await deviceNamed('kindle')];
    await page.getByRole('link', { name: tv.name, exact: true }).press('F2');
    const field = page.getByRole('textbox', { name: /^Name of/ });
    await field.fill('Television');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    const place = await field.boundingBox();
    const order = await shownNames(page);
    // What it is called elsewhere meanwhile, and a row that would move, make the page ask again.
    await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/api/v1/devices')),
      change(tv.id, { name: 'Aaa' }),
      change(kindle.id, { name: 'Aab' }),
    ]);
    await poll(() => shownNames(page)).toEqual(
      order.map((name) => (name === 'kindle' ? 'Aab' : name)),
    );
    expect(await stateOf(field)).toEqual({
      text: 'Television',
      selected: [8, 8],
      isFocused: true,
    });
    expect(await field.boundingBox()).toEqual(place);
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Televisi!on').waitFor();
    await poll(async () => (await shownNames(page))[0]).toBe('Aab');
    expect((await devicesNow()).find(({ id }) => id === tv.id)?.name).toBe('Televisi!on');
    await change(kindle.id, { name: null });
    await change(tv.id, { name: tv.name });
  });

  test('a device is hidden, shown among the hidden, and shown again', async () => {
    const { page, visible } = await open();
    const count = visible().length;
    await page.getByText(`${count} devices`, { exact: true }).waitFor();
    await chooseTask(page, 'heating', 'Hide in lists');
    await page
      .getByText('heating is hidden. Its use still counts in the totals of the network.')
      .waitFor();
    await poll(() => shownNames(page)).not.toContain('heating');
    expect((await deviceNamed('heating')).hidden).toBe(true);
    await page.getByRole('button', { name: 'Show hidden (2)' }).click();
    await poll(() => shownNames(page)).toHaveLength(count + 1);
    expect(new URL(page.url()).hash).toBe('#/devices?hidden=yes');
    expect(await rowOf(page, 'heating').textContent()).toContain('Hidden');
    expect(await rowOf(page, 'printer').textContent()).toContain('Hidden');
    await chooseTask(page, 'heating', 'Show in lists');
    await page.getByText('heating is shown again.').waitFor();
    expect((await deviceNamed('heating')).hidden).toBe(false);
    await page.getByRole('button', { name: 'Show hidden (1)' }).click();
    await expectShown(
      async () => (await shownNames(page)).includes('heating'),
      () => true,
    );
    expect(await shownNames(page)).not.toContain('printer');
  });

  test('groups are set, and one is made', async () => {
    const { page } = await open();
    const { id } = await deviceNamed('NAS');
    const groupsNow = async () => (await ask<Groups>(`${address()}/api/v1/groups`)).groups;
    const before = await groupsNow();
    await chooseTask(page, 'NAS', 'Groups…');
    const dialog = page.getByRole('dialog', { name: 'Groups of NAS' });
    await dialog.getByRole('checkbox', { name: 'Children' }).check();
    await dialog.getByRole('textbox', { name: 'New group with this device' }).fill('Servers');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => rowOf(page, 'NAS').locator('.column-group').textContent()).toBe(
      'Children, Servers',
    );
    const after = await groupsNow();
    const childrenOf = (all: Groups['groups']) =>
      all.find(({ name }) => name === 'Children')?.devices;
    expect(childrenOf(after)?.toSorted()).toEqual([...(childrenOf(before) ?? []), id].toSorted());
    expect(after.find(({ name }) => name === 'Servers')?.devices).toEqual([id]);
    await dialog.waitFor({ state: 'detached' });
    await chooseTask(page, 'NAS', 'Groups…');
    await dialog.getByRole('checkbox', { name: 'Children' }).uncheck();
    await dialog.getByRole('checkbox', { name: 'Servers' }).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => rowOf(page, 'NAS').locator('.column-group').textContent()).toBe('');
    expect(childrenOf(await groupsNow())).toEqual(childrenOf(before));
  });

  test('a device is merged into another, byte for byte, and forgotten', async () => {
    const { page, complaints } = await open();
    const [kindle, phone] = [await deviceNamed('kindle'), await deviceNamed('Galaxy-S24')];
    await chooseTask(page, 'Galaxy-S24', 'Merge into another…');
    const merge = page.getByRole('dialog', { name: 'Merge Galaxy-S24' });
    await merge.getByRole('button', { name: 'Cancel' }).click();
    await merge.waitFor({ state: 'detached' });
    expect(await devicesNow()).toContainEqual(phone);
    await chooseTask(page, 'Galaxy-S24', 'Merge into another…');
    await merge.getByRole('searchbox').fill('kindle');
    await merge.getByRole('radio', { name: /^kindle/ }).check();
    await merge.getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByText('Galaxy-S24 is part of kindle from now on.').waitFor();
    const merged = await deviceNamed('kindle');
    const sums = Object.entries(kindle.total).map(([key, amount]) => [
      key,
      amount + phone.total[key as keyof Device['total']],
    ]);
    expect(merged.total).toEqual(Object.fromEntries(sums));
    expect(merged.merged).toEqual([phone.id]);
    await poll(() => rowOf(page, 'kindle').locator('.column-total').textContent()).toBe(
      amounts(merged.total),
    );
    expect(await shownNames(page)).not.toContain('Galaxy-S24');

    await chooseTask(page, 'kindle', 'Forget…');
    const forget = page.getByRole('dialog', { name: 'Forget kindle?' });
    await forget.getByRole('button', { name: 'Cancel' }).click();
    await forget.waitFor({ state: 'detached' });
    expect(await shownNames(page)).toContain('kindle');
    await chooseTask(page, 'kindle', 'Forget…');
    await forget.getByRole('button', { name: 'Forget', exact: true }).click();
    await page.getByText('kindle is forgotten.').waitFor();
    await poll(() => shownNames(page)).not.toContain('kindle');
    expect((await devicesNow()).map(({ id }) => id)).not.toContain(kindle.id);
    // What it used goes on to be shown, with nothing to be done about it.
    await poll(() => shownNames(page)).toContain('Other devices');
    await expect(
      page.getByRole('button', { name: 'Actions for Other devices' }).count(),
    ).resolves.toBe(0);
    expect(complaints).toEqual([]);
  });
});
