import { expect, test } from 'vitest';
import type { Devices, Groups, UsageRows } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { poll } from './browser.ts';
import { card, chartRows, expectShown, rowsOf } from './dashboard.ts';
import { eveningZone } from '../support/zones.ts';
import {
  addDays,
  byDevice,
  dayText,
  describeHistoryPage,
  deviceRows,
  deviceTable,
  figuresOf,
  hash,
  monthStart,
  rangeText,
  stepText,
  sumOf,
  three,
  toolbar,
} from './history-page.ts';

describeHistoryPage(({ address, api, usage, open }) => {
  test('each preset shows its days, as the ledger counts them', async () => {
    const { page, complaints, day, answer } = await open();
    const { devices, network } = await api<Devices>('devices');
    const firstSeen = devices.map((each) => each.firstSeen).toSorted()[0] ?? '';
    const firstDay = new Intl.DateTimeFormat('sv', { timeZone: eveningZone }).format(
      new Date(firstSeen),
    );
    const presets = [
      ['Today', 'today', day, day, 'hour'],
      ['Yesterday', 'yesterday', addDays(day, -1), addDays(day, -1), 'hour'],
      ['This month', 'this-month', `${day.slice(0, 7)}-01`, day],
      ['Last month', 'last-month', monthStart(day, -1), addDays(monthStart(day, 0), -1), 'day'],
      ['This billing period', 'billing-period', network.billing.from, day],
      ['This year', 'this-year', `${day.slice(0, 4)}-01-01`, day],
      ['Everything', 'everything', firstDay, day, 'day'],
      ['Last 7 days', 'last-7-days', addDays(day, -6), day, 'day'],
    ] as const;
    for (const [name, id, from, to, step] of presets) {
      const button = toolbar(page).getByRole('button', { name, exact: true });
      await button.click();
      expect(hash(page)).toBe(`#/history?from=${id}`);
      await page
        .getByRole('heading', { level: 2, name: rangeText(from, to), exact: true })
        .waitFor();
      expect(await toolbar(page).getByLabel('From').inputValue()).toBe(from);
      expect(await toolbar(page).getByLabel('To').inputValue()).toBe(to);
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      if (step !== undefined) await card(page, `Usage by ${step}`).waitFor();
      await expectShown(
        async () => {
          const { Download, Upload, Total } = await figuresOf(page);
          return [Download, Upload, Total];
        },
        () =>
          three(
            sumOf(
              (answer(`usage?from=${from}&to=${to}&step=month&by=device`) as UsageRows | undefined)
                ?.usage ?? [],
            ),
          ),
      );
    }
    expect(complaints).toEqual([]);
  });

  test('devices and steps have the amounts of the ledger, in tables, chart and sentence', async () => {
    const { page, complaints, day } = await open('?from=last-month');
    const [from, to] = [monthStart(day, -1), addDays(monthStart(day, 0), -1)];
    const rows = await usage(`from=${from}&to=${to}&step=day&by=device`);
    const devices = byDevice(rows);
    const sum = sumOf(rows);
    await poll(() => deviceRows(page)).toEqual(devices.map((each) => [each.name, ...three(each)]));
    const footer = await deviceTable(page).locator('tfoot tr > *').allTextContents();
    expect(footer.slice(0, 4)).toEqual([`${devices.length} devices`, ...three(sum)]);
    const share = await deviceTable(page)
      .locator('tbody tr')
      .first()
      .locator('.share-of-percent')
      .textContent();
    const [largest] = devices;
    const part = ((largest?.download ?? 0) + (largest?.upload ?? 0)) / (sum.download + sum.upload);
    expect(share).toBe(
      new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }).format(part),
    );

    const days = Array.from({ length: Number(to.slice(8)) }, (_, at) => addDays(from, at));
    const ofDay = (start: string) => sumOf(rows.filter((row) => row.start === start));
    expect(await rowsOf(page.getByRole('table', { name: 'Usage of each day' }))).toEqual(
      days.toReversed().map((each) => [stepText(each), ...three(ofDay(each))]),
    );
    const chart = card(page, 'Usage by day');
    const shown = await chartRows(chart);
    const titles = await chart.locator('details th[scope=col]').allTextContents();
    expect(titles).toEqual(['When', ...devices.slice(0, 8).map(({ name }) => name), 'Others']);
    const bytesOf = (start: string, ids: readonly string[]) => {
      const own = rows.filter((row) => row.start === start && ids.includes(row.device ?? ''));
      const { download, upload } = sumOf(own);
      return amountText(download + upload);
    };
    const ids = devices.map(({ id }) => id);
    expect(shown).toEqual(
      days.map((each) => [
        dayText(each, { day: 'numeric', month: 'short' }),
        ...ids.slice(0, 8).map((id) => bytesOf(each, [id])),
        bytesOf(each, ids.slice(8)),
      ]),
    );
    await chart.getByRole('button', { name: 'Download and upload' }).click();
    await expectShown(
      () => chartRows(chart),
      () =>
        days.map((each) => [
          dayText(each, { day: 'numeric', month: 'short' }),
          ...three(ofDay(each)).slice(0, 2),
        ]),
    );
    const text = await page.getByRole('main').textContent();
    const [, , total] = three(sum);
    expect(text).toContain(`All devices used ${total} in ${days.length} days`);
    expect(complaints).toEqual([]);
  });

  test('step, direction, devices and groups change the numbers; the address holds them all', async () => {
    const { page, complaints, day } = await open();
    const [from, to] = [addDays(day, -3), addDays(day, -1)];
    const { devices } = await api<Devices>('devices');
    const idOf = (name: string) => devices.find((device) => device.name === name)?.id ?? '';
    const { groups } = await api<Groups>('groups');
    const children = groups.find(({ name }) => name === 'Children')?.id;
    const expectRows = async (query: string) => {
      const rows = byDevice(await usage(`from=${from}&to=${to}&step=month&by=device&${query}`));
      const isOneWay = query.includes('direction=');
      await expectShown(
        () => deviceRows(page),
        () =>
          rows.map((each) => [
            each.name,
            ...(isOneWay ? [amountText(each.download + each.upload)] : three(each)),
          ]),
      );
    };
    const addresses: string[] = [];
    const settle = async (expected: string, query: string) => {
      await poll(() => hash(page)).toBe(`#/history?${expected}`);
      await expectRows(query);
      addresses.push(hash(page));
    };
    const range = `from=${from}&to=${to}`;

    await toolbar(page).getByLabel('From').fill(from);
    await toolbar(page).getByLabel('To').fill(to);
    await toolbar(page).getByLabel('To').press('Enter');
    await settle(range, '');
    await toolbar(page)
      .getByRole('group', { name: 'Step' })
      .getByRole('button', { name: 'Hour' })
      .click();
    await settle(`${range}&step=hour`, '');
    await card(page, 'Usage by hour').waitFor();
    const direction = toolbar(page).getByRole('group', { name: 'Direction' });
    await direction.getByRole('button', { name: 'Upload' }).click();
    await settle(`${range}&step=hour&direction=upload`, 'direction=upload');
    await direction.getByRole('button', { name: 'Both' }).click();
    await settle(`${range}&step=hour`, '');
    await toolbar(page).getByRole('button', { name: 'Devices All devices' }).click();
    const chooser = page.getByRole('dialog', { name: 'Choose devices and groups' });
    await chooser.getByRole('searchbox').fill('nas');
    await chooser.getByRole('checkbox', { name: /^NAS/ }).check();
    const nas = idOf('NAS');
    await settle(`${range}&step=hour&devices=${nas}`, `devices=${nas}`);
    await chooser.getByRole('searchbox').fill('children');
    await chooser.getByRole('checkbox', { name: /^Children/ }).check();
    await page.keyboard.press('Escape');
    // What is chosen at once is one step back.
    addresses.pop();
    await settle(`${range}&step=hour&devices=${nas}%2C${children}`, `devices=${nas},${children}`);

    // The chart by device, hour by hour.
    const rows = await usage(`${range}&step=hour&by=device&devices=${nas}`);
    const chart = card(page, 'Usage by hour');
    const shown = await chartRows(chart);
    expect(shown).toHaveLength(72);
    const titles = await chart.locator('details th[scope=col]').allTextContents();
    const column = titles.indexOf('NAS');
    expect(shown.map((cells) => cells[column]).filter((text) => text !== '0 B')).toEqual(
      rows
        .map(({ download = 0, upload = 0 }) => download + upload)
        .filter((bytes) => bytes > 0)
        .map((bytes) => amountText(bytes)),
    );

    const last = await deviceRows(page);
    for (const each of addresses.toReversed().slice(1)) {
      await page.goBack();
      await poll(() => hash(page)).toBe(each);
    }
    await expectRows('');
    for (const each of addresses.slice(1)) {
      await page.goForward();
      await poll(() => hash(page)).toBe(each);
    }
    await poll(() => deviceRows(page)).toEqual(last);
    const bookmark = await open(hash(page).slice('#/history'.length));
    await poll(() => deviceRows(bookmark.page)).toEqual(last);
    expect(await chartRows(card(bookmark.page, 'Usage by hour'))).toEqual(shown);

    await page.getByRole('button', { name: 'Take away Children' }).click();
    await settle(`${range}&step=hour&devices=${nas}`, `devices=${nas}`);
    await page.getByRole('link', { name: 'Show all devices' }).click();
    await settle(`${range}&step=hour`, '');
    await page.getByRole('link', { name: 'Show only iPad' }).click();
    await settle(`${range}&step=hour&devices=${idOf('iPad')}`, `devices=${idOf('iPad')}`);
    expect(complaints).toEqual([]);
  });

  test('what is typed as a range and makes none is told, and not taken', async () => {
    const { page, day } = await open('?from=2026-11-01&to=2026-11-05');
    const before = hash(page);
    await toolbar(page).getByLabel('From').fill(addDays(day, 5));
    await toolbar(page).getByText('The first day is in the future.').waitFor();
    await toolbar(page).getByLabel('From').press('Enter');
    await toolbar(page).getByLabel('From').fill('2026-11-08');
    await toolbar(page).getByText('The first day is after the last.').waitFor();
    await toolbar(page).getByLabel('From').press('Enter');
    expect(hash(page)).toBe(before);
  });

  test('an address that makes no sense is told, and something sensible shown', async () => {
    const garbage =
      '?from=2026-13-45&to=x&step=week&devices=nobody,&direction=%3Cb%3E&split=2&peers=yes&sort=%00';
    const { page, complaints, day } = await open(garbage);
    expect(await page.locator('.history-notes p').allTextContents()).toEqual(
      [
        "In this page's address the first day is no day since 2000. The last 7 days are shown instead.",
        'There is no device or group nobody: it was forgotten, merged or removed. All devices are shown.',
        ...['direction=<b>', 'split=2', 'peers=yes', 'step=week'].map(
          (each) => `In this page's address “${each}” means nothing and is left out.`,
        ),
      ].toSorted((one, other) => order(one) - order(other)),
    );
    await page.getByRole('heading', { level: 2, name: rangeText(addDays(day, -6), day) }).waitFor();
    expect((await deviceRows(page)).length).toBeGreaterThan(10);
    await page.goto(`${address()}/#/history?from=2020-01-01&to=${day}&step=hour`);
    await page.getByText('Hours can be shown for 366 days at most; these are months.').waitFor();
    expect(complaints).toEqual([]);
  });
});

/** In which order a page tells of what it could not read. */
function order(note: string): number {
  return ['first day', 'There is', 'step=', 'direction=', 'split=', 'peers='].findIndex((each) =>
    note.includes(each),
  );
}
