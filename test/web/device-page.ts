import type { Browser, Page } from 'playwright-core';
import type { Device, Devices } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { ask } from './daemon.ts';
import { openPage } from './dashboard.ts';
import { useDemo } from './demo.ts';
import { eveningZone } from '../support/zones.ts';

export const zone = eveningZone;

const dayMs = 86_400_000;

export interface Use {
  download: number;
  upload: number;
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

export function instantText(instant: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(new Date(instant));
}

export const pair = ({ download = 0, upload = 0 }: Partial<Use> = {}) => [
  amountText(download),
  amountText(upload),
];

export function hash(page: Page): string {
  return new URL(page.url()).hash;
}

/** The page of a device of a demo of its own, in that browser. */
export function useDevicePage(browser: () => Browser) {
  const address = useDemo();

  const api = <Answer>(path: string, method?: string, body?: object) =>
    ask<Answer>(`${address()}/api/v1/${path}`, method, body);

  async function deviceNamed(name: string): Promise<Device> {
    const { devices } = await api<Devices>('devices');
    const found = devices.find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no device ${name}`);
    return found;
  }

  async function open(name: string, query = '') {
    const known = await deviceNamed(name);
    const { id } = known;
    const viewport = { width: 1440, height: 900 };
    const opened = await openPage(browser(), address(), { hash: `device/${id}${query}`, viewport });
    const { day } = await api<Devices>('devices');
    const device = () =>
      (opened.answer('devices') as Devices | undefined)?.devices.find((each) => each.id === id) ??
      known;
    await opened.page.getByRole('heading', { level: 1, name }).waitFor();
    return { ...opened, id, day, device };
  }

  return { address, api, deviceNamed, open };
}
