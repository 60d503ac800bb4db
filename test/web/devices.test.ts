import { readFileSync } from 'node:fs';
import type { Page, Request } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Device, DeviceDetails, Devices, Groups } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll, without } from './browser.ts';
import { ask } from './daemon.ts';
import { expectShown, openPage, readCsv, rowsOf, stateOf, type Opened } from './dashboard.ts';
import { useDemo } from './demo.ts';

const collator = new Intl.Collator('en-GB', { numeric: true });
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Period = 'today' | 'month' | 'total';
/** What a column sorts by; undefined stands last. */
type SortKey = (device: Device, groups: readonly string[]) => string | number | undefined;

const both = (period: Period) => (device: Device) =>
  device[period].download + device[period].upload;
const sortKeys: Record<string, SortKey> = {
  Name: ({ name }) => name,
  Online: ({ online }) => Number(online),
  Now: ({ rate }) => rate.download + rate.upload,
  Today: both('today'),
  'Today, download': ({ today }) => today.download,
  'Today, upload': ({ today }) => today.upload,
  'This month': both('month'),
  'This month, download': ({ month }) => month.download,
  'This month, upload': ({ month }) => month.upload,
  Total: both('total'),
  'Total, download': ({ total }) => total.download,
  'Total, upload': ({ total }) => total.upload,
  'Last seen': ({ lastSeen }) => Date.parse(lastSeen),
  Group: (_, groups) => groups.join(', ') || undefined,
  Address: (device) => mainAddress(device) || undefined,
  Vendor: ({ vendor }) => vendor ?? undefined,
  MAC: ({ mac }) => mac ?? undefined,
  'First seen': ({ firstSeen }) => Date.parse(firstSeen),
};
const optional = Object.keys(sortKeys).filter((title) => /,|First/.test(title));

function mainAddress({ addresses }: Device): string {
  return addresses.find((each) => !each.includes(':')) ?? addresses[0] ?? '';
}

function ago(instant: string, at: string): string {
  const seconds = Math.max(0, (Date.parse(at) - Date.parse(instant)) / 1_000);
  if (seconds >= 86_400) return relative.format(-Math.floor(seconds / 86_400), 'day');
  if (seconds >= 3_600) return relative.format(-Math.floor(seconds / 3_600), 'hour');
  return relative.format(-Math.floor(seconds / 60), 'minute');
}

/** Names of all devices, or of those that pass, sorted by a column. */
function sortedNames(
  { devices }: Pick<Devices, 'devices'>,
  { groups }: Groups,
  title: string,
  isDescending: boolean,
): string[] {
  const keyed = devices.map((device) => ({
    device,
    key: sortKeys[title]?.(device, groupsOf(device, groups)),
  }));
  const compare = (one: string | number, other: string | number) =>
    typeof one === 'string' ? collator.compare(one, String(other)) : one - Number(other);
  return keyed
    .toSorted(({ key: one }, { key: other }) => {
      if (one === undefined || other === undefined) {
        return Number(one === undefined) - Number(other === undefined);
      }
      return isDescending ? -compare(one, other) : compare(one, other);
    })
    .map(({ device }) => device.name);
}

function groupsOf({ id }: Device, groups: Groups['groups']): string[] {
  return groups.filter(({ devices }) => devices.includes(id)).map(({ name }) => name);
}

const amounts = ({ download, upload }: { download: number; upload: number }) =>
  amountText(download) + amountText(upload);

function table(page: Page) {
  return page.getByRole('table', { name: 'devices' });
}

/** The row of all that are not told apart is no link. */
function shownNames(page: Page): Promise<string[]> {
  const names = 'tbody th :is(a, .devices-name:not(:has(a, input)))';
  return table(page).locator(names).allTextContents();
}

function rowOf(page: Page, name: string) {
  const link = page.getByRole('link', { name, exact: true });
  return table(page).getByRole('row').filter({ has: link });
}

function heading(page: Page, title: string) {
  return table(page).getByRole('columnheader', { name: title, exact: true });
}

function fieldOf(page: Page, name: string) {
  return page.getByRole('textbox', { name: `Name of ${name}`, exact: true });
}

async function chooseTask(page: Page, name: string, task: string) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: task }).click();
}

/** Changes that the page sends. */
function changesOf(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request: Request) => {
    if (request.method() === 'GET') return;
    sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postData()}`);
  });
  return sent;
}

describeBrowser('the devices page', (browser) => {
  const address = useDemo();

  async function open(query = '', width = 1440) {
    const hash = `devices${query}`;
    const viewport = { width, height: 900 };
    const opened = await openPage(browser(), address(), { hash, viewport });
    await table(opened.page).locator('tbody tr').first().waitFor();
    return { ...opened, ...told(opened) };
  }

  function told({ answer }: Opened) {
    return {
      home: () => (answer('devices') as Devices | undefined) ?? { devices: [], at: '' },
      groups: () => (answer('groups') as Groups | undefined) ?? { groups: [] },
      visible: () =>
        ((answer('devices') as Devices | undefined)?.devices ?? []).filter(({ hidden }) => !hidden),
    };
  }

  async function devicesNow(): Promise<Device[]> {
    return (await ask<Devices>(`${address()}/api/v1/devices`)).devices;
  }

  async function deviceNamed(name: string): Promise<Device> {
    const found = (await devicesNow()).find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no device ${name}`);
    return found;
  }

  function change(id: string, facts: object): Promise<DeviceDetails> {
    return ask(`${address()}/api/v1/devices/${id}`, 'PATCH', facts);
  }

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
