import { expect, test } from 'vitest';
import type { DeviceDetails, Devices, Groups, Limits } from '../../src/web/api/operations.ts';
import { describeBrowser, poll } from './browser.ts';
import { card, expectShown } from './dashboard.ts';
import { pair, hash, useDevicePage } from './device-page.ts';

describeBrowser('changes to a device', (browser) => {
  const { address, api, deviceNamed, open } = useDevicePage(browser);

  test('it is renamed, gets an icon and groups, and is hidden', async () => {
    const { page, complaints, id } = await open('heating');
    const details = () => api<DeviceDetails>(`devices/${id}`);
    await page.getByRole('button', { name: 'Rename heating' }).click();
    await page.getByRole('textbox', { name: 'Name of heating' }).fill('Boiler');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Boiler' }).waitFor();
    await page.getByText('It is called Boiler.').waitFor();
    expect(await page.title()).toBe('Boiler · LanLedger');

    await page.getByRole('button', { name: 'Change the icon' }).click();
    const icons = page.getByRole('dialog', { name: 'Icon of Boiler' });
    await icons.getByRole('radio', { name: 'Washing machine' }).check({ force: true });
    await icons.getByRole('button', { name: 'Save' }).click();
    await icons.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Change groups' }).click();
    const groupDialog = page.getByRole('dialog', { name: 'Groups of Boiler' });
    await groupDialog.getByRole('checkbox', { name: 'Living room' }).check();
    await groupDialog.getByRole('button', { name: 'Save' }).click();
    await groupDialog.waitFor({ state: 'detached' });
    await poll(() => page.locator('.device-groups').textContent()).toBe('Living roomChange groups');
    const { groups } = await api<Groups>('groups');
    expect(groups.find(({ name }) => name === 'Living room')?.devices).toContain(id);

    await page.getByRole('button', { name: 'Hide in lists' }).click();
    await page.getByText('Lists leave it out; all sums contain it.').waitFor();
    expect(await details()).toMatchObject({
      name: 'Boiler',
      icon: 'mdi:washing-machine',
      hidden: true,
    });
    await page.getByRole('button', { name: 'Show in lists' }).click();
    await page.getByRole('button', { name: 'Hide in lists' }).waitFor();

    await page.getByRole('heading', { level: 1 }).getByText('Boiler').dblclick();
    await page.getByRole('textbox', { name: 'Name of Boiler' }).fill('');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'heating' }).waitFor();
    expect(await details()).toMatchObject({ name: 'heating', nameSource: 'hosts', hidden: false });
    expect(complaints).toEqual([]);
  });

  test('limits are made, changed and removed', async () => {
    const { page, complaints, id } = await open('iPad');
    const own = async () =>
      (await api<Limits>('limits')).limits
        .filter(({ target }) => target === id)
        .map(({ period, direction, bytes, warningPercent }) => ({
          period,
          direction,
          bytes,
          warningPercent,
        }));
    const limitsCard = card(page, 'Limits');
    await limitsCard.getByText('No limit.').waitFor();
    await limitsCard.getByText('It also counts for the limits of Children.').waitFor();
    await limitsCard.getByRole('button', { name: 'New limit' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Period').selectOption('Week');
    await form.getByLabel('Direction').selectOption('Download');
    await form.getByLabel('Amount').fill('1.5');
    await form.getByLabel('Unit').selectOption('GB');
    await form.getByRole('button', { name: 'Save' }).click();
    await limitsCard.getByRole('heading', { name: 'Week, download' }).waitFor();
    expect(await own()).toEqual([
      { period: 'week', direction: 'download', bytes: 1_500_000_000, warningPercent: 80 },
    ]);
    await limitsCard.getByRole('button', { name: 'Change the limit: Week, download' }).click();
    await form.getByLabel('Amount').fill('2');
    await form.getByLabel('Unit').selectOption('TB');
    await form.getByLabel('Warn at (percent)').fill('50');
    await form.getByRole('button', { name: 'Save' }).click();
    await limitsCard.getByText('of 2.00 TB').waitFor();
    expect(await own()).toEqual([
      { period: 'week', direction: 'download', bytes: 2_000_000_000_000, warningPercent: 50 },
    ]);
    await limitsCard.getByRole('button', { name: 'Remove the limit: Week, download' }).click();
    await form.getByRole('button', { name: 'Remove' }).click();
    await limitsCard.getByText('No limit.').waitFor();
    expect(await own()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('a device that was merged into it is split off, and the old address says where it is', async () => {
    const [phone, kindle] = [await deviceNamed('Galaxy-S24'), await deviceNamed('kindle')];
    const { page, complaints } = await open('Galaxy-S24');
    await page.getByRole('button', { name: 'Merge into another…' }).click();
    const merge = page.getByRole('dialog', { name: 'Merge Galaxy-S24' });
    await merge.getByRole('radio', { name: /^kindle/ }).check();
    await merge.getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'kindle' }).waitFor();
    expect(hash(page)).toBe(`#/device/${kindle.id}`);
    const sum = {
      download: kindle.total.download + phone.total.download,
      upload: kindle.total.upload + phone.total.upload,
    };
    await expectShown(
      async () => (await card(page, 'Total').locator('dd').allTextContents()).slice(0, 2),
      () => pair(sum),
    );
    await page.goto(`${address()}/#/device/${phone.id}`);
    await page.getByRole('heading', { level: 1, name: 'No such device' }).waitFor();
    await page.getByRole('link', { name: 'kindle' }).click();
    await page.getByRole('button', { name: `Split off ${phone.mac}` }).click();
    await page.getByText(`${phone.mac} is a device of its own again.`).waitFor();
    const { devices } = await api<Devices>('devices');
    expect(devices.find(({ id }) => id === kindle.id)).toMatchObject({
      merged: [],
      total: expect.objectContaining(sum) as unknown,
    });
    expect(devices.map(({ id }) => id)).toContain(phone.id);
    expect(complaints).toEqual([]);
  });

  test('one that is forgotten is gone, and an unknown address says so', async () => {
    const { page, complaints, id } = await open('Philips-hue');
    await page.getByRole('button', { name: 'Forget…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    await page.getByText('Philips-hue is forgotten.').waitFor();
    await page.goto(`${address()}/#/device/0000000000aa`);
    await page.getByRole('heading', { level: 1, name: 'No such device' }).waitFor();
    expect(await page.getByRole('main').textContent()).toContain(
      'LanLedger knows no device 0000000000aa.',
    );
    await page.getByRole('link', { name: 'All devices' }).click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(complaints).toEqual([]);
  });
});
