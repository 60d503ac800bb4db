import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type {
  Device,
  DeviceDetails,
  Devices,
  Events,
  Groups,
  Limits,
  Peers,
  UsageRow,
  UsageRows,
} from '../../src/web/api/operations.ts';
import { hoursOfDay } from '../../src/web/format/local-time.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll } from './browser.ts';
import { ask } from './daemon.ts';
import { card, chartRows, expectShown, openPage, rowsOf } from './dashboard.ts';
import { useDemo } from './demo.ts';
import { eveningZone } from '../support/zones.ts';

const zone = eveningZone;
const dayMs = 86_400_000;

interface Use {
  download: number;
  upload: number;
}

function dayText(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(Date.parse(day));
}
const shortDay = (day: string) => dayText(day, { day: 'numeric', month: 'short' });
const longDay = (day: string) => dayText(day, { dateStyle: 'full' });

function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

function daysUntil(to: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => addDays(to, at + 1 - count));
}

function instantText(instant: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(new Date(instant));
}
const momentText = (instant: string) =>
  instantText(instant, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

const pair = ({ download = 0, upload = 0 }: Partial<Use> = {}) => [
  amountText(download),
  amountText(upload),
];

function wordsOf(use: Use | undefined): string {
  if (use === undefined || use.download + use.upload === 0) return 'nothing';
  return `${amountText(use.download)} down, ${amountText(use.upload)} up`;
}

function useAt(rows: readonly UsageRow[], start: string): Use | undefined {
  const row = rows.find((each) => each.start === start);
  return row && { download: row.download ?? 0, upload: row.upload ?? 0 };
}

/** `29%`, or with one more digit `29.4%`. */
function shareText(part: number, whole: number, digits = 0): string {
  const [share, least] = [part / whole, 0.01 / 10 ** digits];
  const format = new Intl.NumberFormat('en-GB', {
    style: 'percent',
    maximumFractionDigits: digits,
  });
  return share > 0 && share < least ? `<${format.format(least)}` : format.format(share);
}

function hash(page: Page): string {
  return new URL(page.url()).hash;
}

describeBrowser('the page of a device', (browser) => {
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

  test('shows its amounts and shares, who it is, and when it was seen', async () => {
    const { page, complaints, id, device, answer } = await open('Living room TV');
    const figures = async (title: string) =>
      (await card(page, title).locator('dd').allTextContents()).map((text) => text.trim());
    for (const [title, period] of [
      ['Today', 'today'],
      ['This month', 'month'],
      ['Total', 'total'],
    ] as const) {
      await expectShown(
        () => figures(title),
        () => {
          const usage = device()[period];
          const all = (answer('devices') as Devices | undefined)?.network[period] ?? usage;
          return [
            ...pair(usage),
            `${shareText(usage.download + usage.upload, all.download + all.upload)} of the network`,
            `${amountText(usage.localDownload)} in, ${amountText(usage.localUpload)} out`,
          ];
        },
      );
    }
    const details = await api<DeviceDetails>(`devices/${id}`);
    const facts = page.locator('.device-facts > div');
    await expectShown(
      async () => (await facts.allTextContents()).slice(0, 5),
      () => [
        `Maker${details.vendor}`,
        `MAC address${details.mac}`,
        `First seen${instantText(details.firstSeen, { dateStyle: 'medium' })}`,
        `Last seen${momentText(device().lastSeen)}`,
        'GroupsLiving roomChange groups',
      ],
    );
    const identity = card(page, 'Addresses and names');
    await expectShown(
      () => identity.locator('.device-address').allTextContents(),
      () => {
        const seen = (answer(`devices/${id}`) as DeviceDetails | undefined) ?? details;
        return [
          ...seen.addressesSeen.map((each) => each.address),
          ...seen.names.map(({ name }) => name),
        ];
      },
    );
    expect(details.addressesSeen).toHaveLength(2);
    expect(details.names.map(({ source }) => source)).toEqual(['user', 'dhcp']);
    await identity.getByText('Chosen by you').waitFor();
    const { events } = await api<Events>(`events?device=${id}&limit=10`);
    await poll(() => card(page, 'Events').getByRole('listitem').allTextContents()).toEqual(
      events.map(({ at, message }) => momentText(at) + message),
    );
    await card(page, 'Events').getByRole('link', { name: 'All its events' }).click();
    expect(hash(page)).toBe(`#/events?device=${id}`);
    expect(complaints).toEqual([]);
  });

  test('bars by day and by month are the usage of the ledger', async () => {
    const { page, complaints, id, day, device } = await open('Living room TV');
    const { usage } = await api<UsageRows>(
      `usage?devices=${id}&step=day&from=${addDays(day, -364)}&to=${day}`,
    );
    const byDay = card(page, 'By day');
    for (const count of [30, 90, 365]) {
      if (count > 30) await byDay.getByRole('button', { name: `${count} days` }).click();
      await expectShown(
        () => chartRows(byDay),
        () =>
          daysUntil(day, count).map((each) => [
            shortDay(each),
            ...pair(each === day ? device().today : useAt(usage, each)),
          ]),
      );
    }
    expect(hash(page)).toBe(`#/device/${id}?range=365`);
    await byDay.getByRole('button', { name: 'Months' }).click();
    const months = await api<UsageRows>(`usage?devices=${id}&step=month`);
    await expectShown(
      async () => (await chartRows(card(page, 'By month'))).slice(-3),
      () =>
        [-2, -1, 0].map((count) => {
          const [year = 0, month = 0] = day.split('-').map(Number);
          const start = new Date(Date.UTC(year, month - 1 + count)).toISOString().slice(0, 7);
          const text = dayText(start, { month: 'short', year: 'numeric' });
          return [text, ...pair(count === 0 ? device().month : useAt(usageByMonth(usage), start))];
        }),
    );
    expect(months.usage.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('upload hangs below the line or stands on the download, as this browser remembers', async () => {
    const { page } = await open('NAS');
    const byDay = card(page, 'By day');
    const choice = byDay.getByRole('group', { name: 'Upload in the chart' });
    /** How far the colour of uploads lies above that of downloads, in pixels. */
    const rise = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('.chart canvas');
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, Math.round(height * 0.15), width, Math.round(height * 0.7));
        const meanOf = (name) => {
          const probe = document.body.appendChild(document.createElement('span'));
          probe.style.color = 'var(--' + name + ')';
          const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
          probe.remove();
          let [sum, count] = [0, 0];
          for (let at = 0; at < data.length; at += 4) {
            if (data[at] !== r || data[at + 1] !== g || data[at + 2] !== b) continue;
            sum += Math.floor(at / 4 / width);
            count += 1;
          }
          return sum / count;
        };
        return meanOf('download') - meanOf('upload');
      })()`);
    await byDay.locator('canvas').waitFor();
    await poll(rise).toBeLessThan(0);
    await choice.getByRole('button', { name: 'Stacked' }).click();
    await poll(rise).toBeGreaterThan(0);
    await page.reload();
    await byDay.locator('canvas').waitFor();
    await poll(rise).toBeGreaterThan(0);
    const pressed = choice.getByRole('button', { name: 'Stacked' });
    expect(await pressed.getAttribute('aria-pressed')).toBe('true');
  });

  test('hours are those of the day that is chosen: by bar, by field, by step, in the heat map', async () => {
    const { page, complaints, id, day } = await open('Living room TV');
    const byHour = card(page, 'By hour');
    const expectHours = async (chosen: string) => {
      const { usage } = await api<UsageRows>(
        `usage?devices=${id}&step=hour&from=${chosen}&to=${chosen}`,
      );
      const rows = hoursOfDay(chosen, zone).map((at) => {
        const start = new Date(at).toISOString();
        const text = instantText(start, { hour: '2-digit', minute: '2-digit' });
        return [
          text,
          ...pair(
            useAt(
              usage.map((row) => ({ ...row, start: new Date(row.start).toISOString() })),
              start,
            ),
          ),
        ];
      });
      await expectShown(
        () => chartRows(byHour),
        () => rows.map(([hour, ...use]) => [hour, ...use]),
      );
      const sum = usage.reduce(
        (all, { download = 0, upload = 0 }) => ({
          download: all.download + download,
          upload: all.upload + upload,
        }),
        { download: 0, upload: 0 },
      );
      await byHour.getByText(`${longDay(chosen)}: ${wordsOf(sum)}`).waitFor();
      expect(await byHour.getByLabel('Day', { exact: true }).inputValue()).toBe(chosen);
    };
    await byHour.getByRole('button', { name: 'Day before' }).click();
    await expectHours(addDays(day, -1));
    expect(hash(page)).toBe(`#/device/${id}?day=${addDays(day, -1)}`);
    await byHour.getByLabel('Day', { exact: true }).fill(addDays(day, -7));
    await expectHours(addDays(day, -7));
    await byHour.getByRole('button', { name: 'Day after' }).click();
    await expectHours(addDays(day, -6));
    const bars = card(page, 'By day').locator('canvas');
    const { width = 0, height = 0 } = (await bars.boundingBox()) ?? {};
    await bars.click({ position: { x: width / 2, y: height * 0.4 } });
    await poll(() => hash(page)).not.toContain(addDays(day, -6));
    const clicked = /day=([\d-]+)/.exec(hash(page))?.[1] ?? '';
    expect(daysUntil(day, 30).indexOf(clicked)).toBeGreaterThan(10);
    expect(daysUntil(day, 30).indexOf(clicked)).toBeLessThan(20);
    await expectHours(clicked);
    const yesterday = card(page, 'The last year').locator(`[data-day="${addDays(day, -1)}"]`);
    await yesterday.click();
    await expectHours(addDays(day, -1));
    await page.reload();
    await expectHours(addDays(day, -1));
    // A day that there is not is today.
    await page.goto(`${address()}/#/device/${id}?day=${day.slice(0, 4)}-02-31`);
    await poll(() => byHour.getByLabel('Day', { exact: true }).inputValue()).toBe(day);
    await byHour.getByText(`${longDay(day)}: `).waitFor();
    expect(complaints).toEqual([]);
  });

  test('the heat map tells each day of the year, by pointer and by keyboard', async () => {
    const { page, id, day } = await open('Living room TV');
    const year = card(page, 'The last year');
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    const count = 52 * 7 + weekday + 1;
    const days = daysUntil(day, count);
    const { usage } = await api<UsageRows>(
      `usage?devices=${id}&step=day&from=${days[0]}&to=${day}`,
    );
    await poll(() => year.getByRole('gridcell').count()).toBe(count);
    const labels = year.locator('[data-day]');
    await expectShown(
      async () => {
        const texts = await labels.evaluateAll((nodes: { getAttribute(name: string): string }[]) =>
          nodes.map((node) => [node.getAttribute('data-day'), node.getAttribute('aria-label')]),
        );
        return texts
          .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1))
          .slice(0, -1)
          .map(([, text]) => text);
      },
      () => days.slice(0, -1).map((each) => `${longDay(each)}: ${wordsOf(useAt(usage, each))}`),
    );
    const told = year.locator('.heat-told');
    const textOf = (back: number) =>
      `${longDay(addDays(day, -back))}: ${wordsOf(useAt(usage, addDays(day, -back)))}`;
    await year.locator(`[data-day="${addDays(day, -3)}"]`).hover();
    expect(await told.textContent()).toBe(textOf(3));
    await page.mouse.move(0, 0);
    await year.locator(`[data-day="${day}"]`).focus();
    for (const [key, back] of [
      ['ArrowUp', 1],
      ['ArrowLeft', 8],
      ['ArrowDown', 7],
      ['PageUp', 35],
      ['ArrowRight', 28],
      ['PageDown', 0],
      ['ArrowDown', 0],
      ['Home', count - 1],
      ['End', 0],
      ['ArrowLeft', 7],
    ] as const) {
      await page.keyboard.press(key);
      const focused = await page.evaluate('document.activeElement.dataset.day');
      expect(focused, key).toBe(addDays(day, -back));
    }
    await poll(() => told.textContent()).toBe(textOf(7));
    await page.keyboard.press('Enter');
    await poll(() => hash(page)).toBe(`#/device/${id}?day=${addDays(day, -7)}`);
  });

  test('remote addresses are those of the ledger, and one is renamed in place', async () => {
    const { page, complaints, id, day, answer } = await open('LAPTOP-4F2K9Q');
    const peersCard = card(page, 'Remote addresses');
    const ranges = {
      Today: day,
      '7 days': addDays(day, -6),
      'This month': `${day.slice(0, 7)}-01`,
    };
    const told = (from: string) =>
      (answer(`peers?from=${from}&to=${day}&device=${id}&limit=50`) as Peers | undefined)?.peers ??
      [];
    for (const [name, from] of Object.entries(ranges)) {
      await peersCard.getByRole('button', { name, exact: true }).click();
      await expectShown(
        () => rowsOf(peersCard.getByRole('table')),
        () => {
          const peers = told(from);
          expect(peers.length).toBeGreaterThan(1);
          const all = peers.reduce((sum, { download, upload }) => sum + download + upload, 0);
          const largest = peers
            .toSorted((one, two) => two.download + two.upload - one.download - one.upload)
            .slice(0, 10);
          return largest.map(({ address: ip, name: called, download, upload }) => [
            ip === 'other'
              ? 'OtherMany addresses with little traffic each, not kept one by one.'
              : called === null
                ? ip
                : called + ip,
            ...pair({ download, upload }),
            shareText(download + upload, all, 1),
          ]);
        },
      );
    }
    expect(hash(page)).toBe(`#/device/${id}?peers=month`);
    const count = told(ranges['This month']).length;
    await peersCard.getByRole('button', { name: `Show all ${count}` }).click();
    await poll(() => peersCard.getByRole('rowheader').count()).toBe(count);
    await peersCard.getByRole('button', { name: 'Upload' }).click();
    await expectShown(
      async () => (await rowsOf(peersCard.getByRole('table'))).map((cells) => cells[2]),
      () =>
        told(ranges['This month'])
          .toSorted((one, two) => two.upload - one.upload)
          .map(({ upload }) => amountText(upload)),
    );
    await peersCard.getByRole('button', { name: 'Share' }).click();

    const first = told(ranges['This month'])[0];
    const subject = first?.name ?? first?.address ?? '';
    await peersCard.getByRole('button', { name: `Rename ${subject}`, exact: true }).click();
    const field = peersCard.getByRole('textbox', { name: `Name of ${subject}`, exact: true });
    await field.fill('Office');
    await page.keyboard.press('Enter');
    await poll(() => peersCard.getByRole('rowheader').first().textContent()).toBe(
      `Office${first?.address}`,
    );
    const { peers } = await api<Peers>(`peers?device=${id}&from=${day}&to=${day}&limit=1000`);
    const again = await api<Peers>(`peers?from=${ranges['This month']}&to=${day}&limit=1000`);
    const nameOf = (all: Peers['peers']) =>
      all.find((peer) => peer.address === first?.address)?.name;
    expect(nameOf(again.peers)).toBe('Office');
    expect(peers.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

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

/** Rows of days as rows of months. */
function usageByMonth(rows: readonly UsageRow[]): UsageRow[] {
  const months = new Map<string, UsageRow>();
  for (const { start, download = 0, upload = 0 } of rows) {
    const month = start.slice(0, 7);
    const known = months.get(month);
    months.set(month, {
      start: month,
      download: (known?.download ?? 0) + download,
      upload: (known?.upload ?? 0) + upload,
    });
  }
  return [...months.values()];
}
