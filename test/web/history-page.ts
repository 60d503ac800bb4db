import type { Browser, Page } from 'playwright-core';
import type { Devices, UsageRow, UsageRows } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { describeBrowser } from './browser.ts';
import { ask } from './daemon.ts';
import { openPage, rowsOf, type Opened } from './dashboard.ts';
import { useDemo } from './demo.ts';

const dayMs = 86_400_000;

interface Amounts {
  download: number;
  upload: number;
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

export function monthStart(day: string, count: number): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + count)).toISOString().slice(0, 10);
}

export function dayText(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(Date.parse(day));
}

export function rangeText(from: string, to: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en-GB', options).formatRange(Date.parse(from), Date.parse(to));
}

export const stepText = (day: string) =>
  `${dayText(day, { weekday: 'short' })}, ${dayText(day, { day: 'numeric', month: 'short' })}`;

export const three = ({ download, upload }: Amounts) =>
  [download, upload, download + upload].map((bytes) => amountText(bytes));

export function sumOf(rows: readonly Partial<Amounts>[]): Amounts {
  return rows.reduce<Amounts>(
    (sum, { download = 0, upload = 0 }) => ({
      download: sum.download + download,
      upload: sum.upload + upload,
    }),
    { download: 0, upload: 0 },
  );
}

/** Sums by device, the largest first. */
export function byDevice(rows: readonly UsageRow[]): (Amounts & { id: string; name: string })[] {
  const ids = [...new Set(rows.map(({ device = '' }) => device))];
  return ids
    .map((id) => {
      const own = rows.filter(({ device }) => device === id);
      return { id, name: own[0]?.name ?? '', ...sumOf(own) };
    })
    .filter(({ download, upload }) => download + upload > 0)
    .toSorted((one, other) => other.download + other.upload - one.download - one.upload);
}

export function hash(page: Page): string {
  return new URL(page.url()).hash;
}

export function toolbar(page: Page) {
  return page.getByRole('region', { name: 'What is shown' });
}

export function deviceTable(page: Page) {
  return page.getByRole('table', { name: 'Usage of each device' });
}

export async function figuresOf(page: Page): Promise<Record<string, string>> {
  const names = await page.locator('.history-figures dt').allTextContents();
  const values = await page.locator('.history-figures dd').allTextContents();
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}

/** Name and amounts, without the share. */
export async function deviceRows(page: Page): Promise<string[][]> {
  return (await rowsOf(deviceTable(page))).map((cells) => cells.slice(0, -1));
}

/** The page, the daemon behind it, and what the daemon knows. */
type HistoryPage = ReturnType<typeof historyPage>;

/** Tests of the page on ten weeks of a made-up household. */
export function describeHistoryPage(tests: (history: HistoryPage) => void): void {
  describeBrowser('the history page', (browser) => tests(historyPage(browser)));
}

function historyPage(browser: () => Browser) {
  const address = useDemo(['--days', '70']);

  const api = <Answer>(path: string) => ask<Answer>(`${address()}/api/v1/${path}`);

  async function usage(query: string): Promise<UsageRow[]> {
    return (await api<UsageRows>(`usage?${query}`)).usage;
  }

  async function open(query = '', options = {}): Promise<Opened & { day: string }> {
    const { day } = await api<Devices>('devices');
    const viewport = { width: 1440, height: 900 };
    const opened = await openPage(browser(), address(), {
      hash: `history${query}`,
      viewport,
      ...options,
    });
    await opened.page.locator('.history-figures').waitFor();
    return { ...opened, day };
  }

  return { address, api, usage, open };
}
