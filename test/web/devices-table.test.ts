import { expect, test } from 'vitest';
import type { Device } from '../../src/web/api/operations.ts';
import { poll } from './browser.ts';
import { expectShown } from './dashboard.ts';
import {
  both,
  collator,
  describeDevicesPage,
  groupsOf,
  heading,
  optional,
  shownNames,
  sortedNames,
  sortKeys,
  table,
} from './devices-page.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describeDevicesPage(({ address, open, deviceNamed }) => {
  test('sorts by each column, amounts as numbers, both ways', async () => {
    const { page, groups, visible } = await open();
    await page.getByRole('button', { name: 'Columns' }).click();
    for (const title of optional) await page.getByRole('checkbox', { name: title }).check();
    await page.keyboard.press('Escape');
    for (const title of Object.keys(sortKeys)) {
      const order = async () => {
        const [direction, names] = [
          await heading(page, title).getAttribute('aria-sort'),
          await shownNames(page),
        ];
        return { direction, names };
      };
      const expected = (direction: 'ascending' | 'descending') => () => ({
        direction,
        names: sortedNames({ devices: visible() }, groups(), title, direction === 'descending'),
      });
      const isText = ['Name', 'Group', 'Address', 'Vendor', 'MAC'].includes(title);
      const first = isText ? 'ascending' : 'descending';
      await heading(page, title).getByRole('button').click();
      await expectShown(order, expected(first));
      await heading(page, title).getByRole('button').click();
      await expectShown(order, expected(first === 'ascending' ? 'descending' : 'ascending'));
    }
    // With Shift: within those that are the same in the first column.
    await heading(page, 'Online').getByRole('button').click();
    await heading(page, 'Name')
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    await expectShown(
      () => shownNames(page),
      () => {
        const names = (isOnline: boolean) =>
          visible()
            .filter(({ online }) => online === isOnline)
            .map(({ name }) => name)
            .toSorted((one, other) => collator.compare(one, other));
        return [...names(true), ...names(false)];
      },
    );
  });

  test('filters by text, choice, yes or no, amount, rate and age; the address holds them', async () => {
    const { page, complaints, home, groups, visible } = await open();
    await page.getByRole('button', { name: /^Filters/ }).click();
    const filters = page.getByRole('group', { name: 'Filters' });
    const total = both('total');
    const cases = [
      {
        set: () => filters.getByLabel('Vendor contains').fill('apple'),
        query: 'vendor=apple',
        chip: 'Vendor contains “apple”',
        passes: ({ vendor }: Device) => (vendor ?? '').toLowerCase().includes('apple'),
      },
      {
        set: () => filters.getByLabel('Group', { exact: true }).selectOption('Children'),
        query: 'group=Children',
        chip: 'Group: Children',
        passes: (device: Device) => groupsOf(device, groups().groups).includes('Children'),
      },
      {
        set: () => filters.getByLabel('Online', { exact: true }).selectOption('No'),
        query: 'online=no',
        chip: 'Online: no',
        passes: ({ online }: Device) => !online,
      },
      {
        set: async () => {
          await filters.getByLabel('Total, at least, in MB').fill('1000');
          await page.keyboard.press('Tab');
          await filters.getByLabel('Total, at most, in MB').fill('50000');
        },
        query: 'total=1000000000..50000000000',
        chip: 'Total from 1.00 GB to 50.0 GB',
        passes: (device: Device) => total(device) >= 1e9 && total(device) <= 5e10,
      },
      {
        set: () => filters.getByLabel('Now, at least, in MB/s').fill('0.0005'),
        query: 'rate=500..',
        chip: 'Now at least 500 B/s',
        passes: ({ rate }: Device) => rate.download + rate.upload >= 500,
      },
      {
        set: () =>
          filters.getByLabel('Last seen', { exact: true }).selectOption('In the last hour'),
        query: 'seen=hour',
        chip: 'Last seen: in the last hour',
        passes: ({ lastSeen }: Device) => Date.now() - Date.parse(lastSeen) <= hourMs,
      },
    ];
    for (const { set, query, chip, passes } of cases) {
      await set();
      await poll(() => new URL(page.url()).hash).toBe(`#/devices?${query}`);
      const names = () =>
        sortedNames({ devices: visible().filter(passes) }, groups(), 'Today', true);
      await expectShown(() => shownNames(page), names);
      expect(names().length, query).toBeLessThan(visible().length);
      await page.getByRole('button', { name: `Remove the filter ${chip}` }).click();
      await poll(() => shownNames(page)).toHaveLength(visible().length);
    }
    // Those that left the home weeks ago, and a search beside it, opened as a bookmark.
    await page.goto(`${address()}/#/devices?seen=week&q=Galaxy`);
    await page.getByText('No devices match.').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await poll(() => new URL(page.url()).hash).toBe('#/devices');
    await page.goto(`${address()}/#/devices?seen=week`);
    await page.reload();
    await expectShown(
      () => shownNames(page),
      () =>
        sortedNames(
          {
            devices: visible().filter(
              (each) => Date.parse(home().at) - Date.parse(each.lastSeen) <= 7 * dayMs,
            ),
          },
          groups(),
          'Today',
          true,
        ),
    );
    expect(await page.getByRole('status').filter({ hasText: 'of' }).first().textContent()).toMatch(
      /^\d+ of \d+ devices$/,
    );
    expect(complaints).toEqual([]);
  });

  test('searches names, addresses, vendors and MAC addresses as they stand on labels', async () => {
    const { page, visible } = await open();
    const laptop = await deviceNamed('LAPTOP-4F2K9Q');
    const search = page.getByRole('searchbox', { name: 'Search devices' });
    const words = [
      ['laptop-4f', () => [laptop.name]],
      [laptop.mac?.toUpperCase().replaceAll(':', '-') ?? '', () => [laptop.name]],
      [laptop.addresses.at(-1) ?? '', () => [laptop.name]],
      ['apple ipad', () => ['iPad']],
      ['nobody', () => []],
      ['', () => visible().map(({ name }) => name)],
    ] as const;
    for (const [text, names] of words) {
      await search.fill(text);
      await expectShown(
        async () => (await shownNames(page)).toSorted(),
        () => [...names()].toSorted(),
      );
    }
    await search.fill('apple ipad');
    await page.getByText('1 device shown', { exact: true }).waitFor();
    await search.fill('nobody');
    await page.getByRole('button', { name: 'Show all devices' }).click();
    await poll(() => shownNames(page)).toHaveLength(visible().length);
    expect(await search.inputValue()).toBe('');
  });

  test('columns are chosen, moved and remembered', async () => {
    const { page } = await open();
    const titles = () => table(page).getByRole('columnheader').allTextContents();
    const initial = await titles();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Vendor' }).uncheck();
    await page.getByRole('checkbox', { name: 'First seen' }).check();
    await page.getByRole('button', { name: 'Move Total to the left' }).first().click();
    await page.keyboard.press('Escape');
    const changed = initial.filter((title) => title !== 'Vendor').toSpliced(-1, 0, 'First seen');
    const expected = () => {
      const at = changed.indexOf('Total');
      // It has passed a column that is not shown.
      return changed.toSpliced(at, 1).toSpliced(at, 0, 'Total');
    };
    expect(await titles()).toEqual(expected());
    for (const _ of [1, 2]) {
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.getByRole('button', { name: 'Move Total to the left' }).first().click();
      await page.keyboard.press('Escape');
    }
    const moved = changed
      .filter((title) => title !== 'Total')
      .toSpliced(changed.indexOf('This month'), 0, 'Total');
    expect(await titles()).toEqual(moved);
    await heading(page, 'Name').getByRole('button').click();
    await page.reload();
    await poll(titles).toEqual(moved);
    expect(await heading(page, 'Name').getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('button', { name: 'As at first' }).click();
    expect(await titles()).toEqual(initial);
  });
});
