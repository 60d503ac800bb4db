import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Device } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { poll } from './browser.ts';
import { expectShown, readCsv, rowsOf } from './dashboard.ts';
import {
  amounts,
  describeDevicesPage,
  fieldOf,
  groupsOf,
  heading,
  mainAddress,
  optional,
  type Period,
  rowOf,
  shownNames,
  sortedNames,
  sortKeys,
  table,
} from './devices-page.ts';

const relative = new Intl.RelativeTimeFormat('en-GB');

function ago(instant: string, at: string): string {
  const seconds = Math.max(0, (Date.parse(at) - Date.parse(instant)) / 1_000);
  if (seconds >= 86_400) return relative.format(-Math.floor(seconds / 86_400), 'day');
  if (seconds >= 3_600) return relative.format(-Math.floor(seconds / 3_600), 'hour');
  return seconds < 60 ? 'this minute' : relative.format(-Math.floor(seconds / 60), 'minute');
}

describeDevicesPage(({ address, open, deviceNamed, change }) => {
  test('shows what the API tells of each device, and their sums', async () => {
    const { page, complaints, home, groups, visible } = await open();
    const titles = await table(page).getByRole('columnheader').allTextContents();
    expect(titles).toEqual(
      [...Object.keys(sortKeys), 'Actions'].filter((title) => !optional.includes(title)),
    );
    const expected = () => {
      const order = sortedNames({ devices: visible() }, groups(), 'Today', true);
      const rows = visible().map((device) => [
        device.name + (device.router ? 'Router' : ''),
        device.online ? 'Yes' : 'No',
        ...(['today', 'month', 'total'] as const).map((period) => amounts(device[period])),
        ago(device.lastSeen, home().at),
        groupsOf(device, groups().groups).join(', '),
        mainAddress(device) +
          (device.addresses.length > 1 ? ` +${device.addresses.length - 1}` : ''),
        device.vendor ?? '',
        device.mac,
        '',
      ]);
      return rows.toSorted(
        ([one], [other]) =>
          order.findIndex((name) => one?.startsWith(name)) -
          order.findIndex((name) => other?.startsWith(name)),
      );
    };
    // Without the rate, which is another each second.
    const shown = async () => (await rowsOf(table(page))).map((cells) => cells.toSpliced(2, 1));
    await expectShown(shown, expected);
    const sum = (period: Period, direction: 'download' | 'upload') =>
      visible().reduce((bytes, device) => bytes + device[period][direction], 0);
    await expectShown(
      async () => {
        const cells = await table(page).locator('tfoot tr > *').allTextContents();
        return [cells[0], ...cells.slice(3, 6)];
      },
      () => [
        `${visible().length} devices shown`,
        ...(['today', 'month', 'total'] as const).map((period) =>
          amounts({ download: sum(period, 'download'), upload: sum(period, 'upload') }),
        ),
      ],
    );
    expect(complaints).toEqual([]);
  });

  test('rates are those of the last second', async () => {
    const { page } = await open();
    const heard = await page.evaluateHandle(
      `(() => { const heard = []; new EventSource('api/v1/live').addEventListener('rates', ({ data }) => heard.push(JSON.parse(data))); return heard; })()`,
    );
    const { id, name } = await deviceNamed('Living room TV');
    const cell = rowOf(page, name).locator('.column-rate');
    const seen = new Set<string>();
    await poll(async () => seen.add((await cell.textContent()) ?? '').size).toBeGreaterThan(2);
    const answers = (
      (await heard.jsonValue()) as { devices: Record<string, Device['rate']> }[]
    ).map(({ devices }) => devices[id] ?? { download: 0, upload: 0 });
    const texts = new Set(
      answers.map((rate) => `${amountText(rate.download)}/s${amountText(rate.upload)}/s`),
    );
    expect([...seen].filter((text) => texts.has(text)).length).toBeGreaterThan(0);
  });

  test('the menu and the rows work by keyboard and by click', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Actions for NAS' }).press('Enter');
    await poll(() => page.evaluate('document.activeElement.textContent')).toBe('Open');
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Forget…');
    await page.keyboard.press('Home');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Actions for NAS');
    const { id } = await deviceNamed('NAS');
    await page.getByRole('link', { name: 'NAS', exact: true }).press('Enter');
    await page.waitForURL(`${address()}/#/device/${id}`);
    await page.goBack();
    await rowOf(page, 'NAS').locator('.column-vendor').click();
    await page.waitForURL(`${address()}/#/device/${id}`);
    await page.goBack();
    await page.getByRole('link', { name: 'NAS', exact: true }).click();
    await page.waitForURL(`${address()}/#/device/${id}`);
  });

  test('the CSV is what is shown, and nothing in it is a formula', async () => {
    const { page } = await open('?total=1000000000..');
    const ipad = await deviceNamed('iPad');
    await change(ipad.id, { name: '=1+1, "x"' });
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Last seen' }).uncheck();
    await page.getByRole('checkbox', { name: 'Online' }).uncheck();
    await page.keyboard.press('Escape');
    await heading(page, 'Total').getByRole('button').click();
    await rowOf(page, '=1+1, "x"').waitFor();
    await expectShown(
      async () => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download as CSV' }).click(),
        ]);
        expect(download.suggestedFilename()).toMatch(/^lanledger-devices-\d{4}-\d\d-\d\d\.csv$/);
        const text = readFileSync(await download.path(), 'utf8');
        expect(text.charAt(0)).toBe('\uFEFF');
        const [titles = [], ...lines] = readCsv(text.slice(1));
        expect(titles).toEqual([
          'Name',
          'Now, download (bytes/s)',
          'Now, upload (bytes/s)',
          ...['Today', 'This month', 'Total'].flatMap((period) =>
            ['download', 'upload'].map((direction) => `${period}, ${direction} (bytes)`),
          ),
          'Group',
          'Addresses',
          'Vendor',
          'MAC',
        ]);
        const shown = (await rowsOf(table(page))).map((cells) => cells.toSpliced(1, 1));
        const amount = (line: string[], title: string) =>
          amountText(Number(line[titles.indexOf(title)]));
        const written = lines.map((line) => [
          line[0],
          ...['Today', 'This month', 'Total'].map(
            (period) =>
              amount(line, `${period}, download (bytes)`) +
              amount(line, `${period}, upload (bytes)`),
          ),
          line.at(-4),
          line.at(-2),
          line.at(-1),
        ]);
        return {
          written,
          isSame:
            JSON.stringify(written) ===
            JSON.stringify(
              shown.map(([name, ...cells]) => [
                name?.startsWith('=') ? `'${name}` : name,
                ...cells.toSpliced(4, 1).slice(0, -1),
              ]),
            ),
          addresses: lines.find(([name]) => name === `'=1+1, "x"`)?.at(-3),
        };
      },
      () => ({
        written: expect.any(Array) as unknown,
        isSame: true,
        addresses: ipad.addresses.join(' '),
      }),
    );
    await change(ipad.id, { name: null });
  });

  test('on a phone rows are cards with the same actions', async () => {
    const { page, groups, visible } = await open('', 390);
    const row = rowOf(page, 'NAS');
    const box = await row.boundingBox();
    expect(box?.width).toBeLessThanOrEqual(390);
    expect(box?.height).toBeGreaterThan(120);
    expect(await row.locator('.column-total').isVisible()).toBe(true);
    const root = 'document.documentElement';
    expect(await page.evaluate(`${root}.scrollWidth <= ${root}.clientWidth`)).toBe(true);
    await page.getByLabel('Sort by').selectOption('Total');
    await expectShown(
      () => shownNames(page),
      () => sortedNames({ devices: visible() }, groups(), 'Total', true),
    );
    await page.getByRole('button', { name: 'Reverse the order' }).click();
    await expectShown(
      () => shownNames(page),
      () => sortedNames({ devices: visible() }, groups(), 'Total', false),
    );
    await page.getByRole('button', { name: 'Rename NAS' }).click();
    await fieldOf(page, 'NAS').fill('Box');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Box').waitFor();
    const { id } = await deviceNamed('Box');
    await change(id, { name: 'NAS' });
    await page.getByRole('button', { name: 'Actions for NAS' }).click();
    await poll(() => page.getByRole('menuitem').allTextContents()).toEqual([
      'Open',
      'Groups…',
      'Hide in lists',
      'Merge into another…',
      'Forget…',
    ]);
    await page.getByRole('menuitem', { name: 'Open' }).click();
    await page.waitForURL(`${address()}/#/device/${id}`);
  });
});
