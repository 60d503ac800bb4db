import type { Browser, Page } from 'playwright-core';
import type { Device, DeviceDetails, Devices, Groups } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser } from './browser.ts';
import { ask } from './daemon.ts';
import { openPage, type Opened } from './dashboard.ts';
import { useDemo } from './demo.ts';

export const collator = new Intl.Collator('en-GB', { numeric: true });

export type Period = 'today' | 'month' | 'total';
/** What a column sorts by; undefined stands last. */
type SortKey = (device: Device, groups: readonly string[]) => string | number | undefined;

export const both = (period: Period) => (device: Device) =>
  device[period].download + device[period].upload;
export const sortKeys: Record<string, SortKey> = {
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
export const optional = Object.keys(sortKeys).filter((title) => /,|First/.test(title));

export function mainAddress({ addresses }: Device): string {
  return addresses.find((each) => !each.includes(':')) ?? addresses[0] ?? '';
}

/** Names of all devices, or of those that pass, sorted by a column. */
export function sortedNames(
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

export function groupsOf({ id }: Device, groups: Groups['groups']): string[] {
  return groups.filter(({ devices }) => devices.includes(id)).map(({ name }) => name);
}

export const amounts = ({ download, upload }: { download: number; upload: number }) =>
  amountText(download) + amountText(upload);

export function table(page: Page) {
  return page.getByRole('table', { name: 'devices' });
}

/** The row of all that are not told apart is no link. */
export function shownNames(page: Page): Promise<string[]> {
  const names = 'tbody th :is(a, .devices-name:not(:has(a, input)))';
  return table(page).locator(names).allTextContents();
}

export function rowOf(page: Page, name: string) {
  const link = page.getByRole('link', { name, exact: true });
  return table(page).getByRole('row').filter({ has: link });
}

export function heading(page: Page, title: string) {
  return table(page).getByRole('columnheader', { name: title, exact: true });
}

export function fieldOf(page: Page, name: string) {
  return page.getByRole('textbox', { name: `Name of ${name}`, exact: true });
}

export async function chooseTask(page: Page, name: string, task: string) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: task }).click();
}

/** The page, the daemon behind it, and what the daemon knows. */
type DevicesPage = ReturnType<typeof devicesPage>;

/** Tests of the page on a made-up household of their own. */
export function describeDevicesPage(tests: (devices: DevicesPage) => void): void {
  describeBrowser('the devices page', (browser) => tests(devicesPage(browser)));
}

function devicesPage(browser: () => Browser) {
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

  return { address, open, devicesNow, deviceNamed, change };
}
