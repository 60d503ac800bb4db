import { expect, onTestFinished, test } from 'vitest';
import type { Device, Devices, Limits, UsageRows } from '../../src/web/api/operations.ts';
import { changeInWords, usedByDay, usedByTime } from '../../src/web/format/comparison.ts';
import { localTime } from '../../src/web/format/local-time.ts';
import type { Traffic } from '../../src/web/format/traffic.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll, visit } from './browser.ts';
import { ask } from './daemon.ts';
import { card, chartRows, expectShown, textOf } from './dashboard.ts';
import { useDemo } from './demo.ts';
import { eveningZone } from '../support/zones.ts';

const zone = eveningZone;

const dayMs = 86_400_000;

const directions = ['download', 'upload'] as const;

describeBrowser('the overview', (browser) => {
  const address = useDemo();

  /** The page, and what the daemon told it. */
  async function open() {
    const { page, complaints, answers } = await visit(browser(), `${address()}/`);
    const answer = (part: string) => [...answers].findLast(([each]) => each.includes(part))?.[1];
    return {
      page,
      complaints,
      home: () => answer('/devices') as Devices | undefined,
      limits: () => (answer('/limits') as Limits | undefined)?.limits ?? [],
      hours: () => answer('step=hour&by=network') as UsageRows | undefined,
      lastMonth: () => answer('step=day&by=network') as UsageRows | undefined,
    };
  }

  test('today and this month are those of the ledger, beside the day and the month before', async () => {
    const { page, complaints, home, hours, lastMonth } = await open();
    const shown = async (title: string) => {
      const texts = await card(page, title).locator('dd, p').allTextContents();
      return texts.map((text) => text.trim());
    };
    const wanted = (now: Traffic, then: Traffic | undefined, when: string) => [
      ...directions.flatMap((each) => [
        amountText(now[each]),
        (then && changeInWords(now[each], then[each])) ?? '',
      ]),
      `${when}: ${amountText(then?.download ?? 0)} down, ${amountText(then?.upload ?? 0)} up`,
    ];
    await expectShown(
      () => shown('Today'),
      () => {
        const { at = 0, day = '', network } = home() ?? {};
        const yesterday = new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10);
        const clock = new Date(at).toLocaleTimeString('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
        });
        const now = { at: Date.parse(`${at}`), zone };
        const before = hours() && usedByTime(hours()?.usage ?? [], yesterday, now);
        return network && wanted(network.today, before, `Yesterday by ${clock}`);
      },
    );
    await expectShown(
      () => shown('This month'),
      () => {
        const { at = 0, day = '', network } = home() ?? {};
        const { from = '', usage = [] } = lastMonth() ?? {};
        const until = Date.parse(from) + (Number(day.slice(8)) - 1) * dayMs;
        const lastDay = new Date(until).toISOString().slice(0, 10);
        const then = usedByDay(usage, lastDay, { at: Date.parse(`${at}`), zone });
        const when =
          until >= Date.parse(`${day.slice(0, 7)}-01`)
            ? `All of ${dateText(from, { month: 'short', year: 'numeric' })}`
            : `By ${dateText(until, { day: 'numeric', month: 'short' })}`;
        return network && wanted(network.month, then, when);
      },
    );
    expect(complaints).toEqual([]);
  });

  test('the devices that used most have their order and their sums, today and this month', async () => {
    const { page, complaints, home } = await open();
    const shown = () => card(page, 'Top devices').getByRole('listitem').allTextContents();
    const whole = () => card(page, 'Top devices').locator('strong').first().textContent();
    for (const period of ['today', 'month'] as const) {
      if (period === 'month') await page.getByRole('button', { name: 'This month' }).click();
      await expectShown(shown, () => topOf(home()?.devices, period));
      await expectShown(whole, () => {
        const { download = 0, upload = 0 } = home()?.network[period] ?? {};
        return amountText(download + upload);
      });
    }
    await poll(() => page.url()).toBe(`${address()}/#/overview?top=month`);
    await card(page, 'Top devices').getByRole('link').first().click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toContain('/#/device/');
    expect(complaints).toEqual([]);
  });

  test('today by hour is the usage by hour, with yesterday beside it', async () => {
    const { page, complaints, home, hours } = await open();
    const hourCard = card(page, 'Today by hour');
    await expectShown(
      () => chartRows(hourCard),
      () => {
        const usage = hours()?.usage ?? [];
        expect(usage.length).toBeGreaterThan(1);
        return hoursOf(usage, home()?.day ?? '');
      },
    );
    expect(complaints).toEqual([]);
  });

  test('rates move by themselves and fill the table of the last minutes', async () => {
    const { page, complaints } = await open();
    const now = card(page, 'Right now');
    const figure = () => now.locator('.figure').first().innerText();
    await poll(figure).toMatch(/^[1-9][\d.,]* [kMG]?B\/s$/);
    const first = await figure();
    await poll(figure).not.toBe(first);
    const peak = await now.getByText('Peak').first().innerText();
    expect(peak).toMatch(/^Peak [1-9][\d.,]* [kMG]?B\/s$/);
    await now.getByText('Show as a table').click();
    const row = now.locator('tbody tr').first();
    await poll(() => row.innerText()).toMatch(
      /^\d\d:\d\d:\d0\t[\d.,]+ [kMG]?B\/s\t[\d.,]+ [kMG]?B\/s$/,
    );
    const busy = card(page, 'Using the network now').getByRole('listitem');
    await poll(() => busy.first().innerText()).toMatch(/\nDownload\n[\d.,]+ [kMG]?B\/s/);
    expect(complaints).toEqual([]);
  });

  test('limits stand in the order of urgency, and metering tells how it fares', async () => {
    const limitOf = (target: string, direction: string) =>
      `${address()}/api/v1/limits/${target}/day/${direction}`;
    await ask(limitOf('network', 'download'), 'PUT', { bytes: 1_000, warningPercent: 100 });
    await ask(limitOf('NAS', 'both'), 'PUT', { bytes: 10 ** 14 });
    onTestFinished(async () => {
      await ask(limitOf('network', 'download'), 'DELETE');
      await ask(limitOf('NAS', 'both'), 'DELETE');
    });
    const { page, complaints, limits } = await open();
    const shown = () =>
      card(page, 'Limits')
        .getByRole('listitem')
        .evaluateAll((items) =>
          (items as { innerText: string }[]).map(({ innerText }) => innerText.split(/\s*\n\s*/)),
        );
    await expectShown(
      async () => (await shown()).map((lines) => lines.slice(0, 3)),
      () => nearestOf(limits()),
    );
    expect((await shown()).map(([name]) => name)).toContain('Network');
    expect(await textOf(page, 'Limits')).toMatch(
      /Network [\d.]+ [kMG]B over [\d.]+ [kMG]B of 1.00 kB today, download until midnight/,
    );
    const metering = () => textOf(page, 'Metering');
    await poll(metering).toMatch(/demo Up, nothing lost [\d,]+ packets metered since the start/);
    expect(await metering()).toContain('Everything that passes is metered.');
    expect(await metering()).toMatch(/Ledger Saved [^.]+ [\d.]+ [kM]B on disk/);
    expect(complaints).toEqual([]);
  });
});

function dateText(instant: string | number, options: Intl.DateTimeFormatOptions): string {
  return new Date(instant).toLocaleDateString('en-GB', { timeZone: 'UTC', ...options });
}

/** The texts of the six devices that used most, and of all others together. */
function topOf(devices: readonly Device[] = [], period: 'today' | 'month'): string[] {
  const sum = (those: readonly Device[], each: 'download' | 'upload') =>
    those.reduce((bytes, device) => bytes + device[period][each], 0);
  const both = (device: Device) => sum([device], 'download') + sum([device], 'upload');
  const ranked = devices
    .filter((device) => device.id !== 'other' && both(device) > 0)
    .toSorted((a, b) => both(b) - both(a));
  const top = ranked.length === 7 ? ranked : ranked.slice(0, 6);
  const rest = devices.filter((device) => !top.includes(device));
  const whole = sum(devices, 'download') + sum(devices, 'upload');
  return [...top.map((device) => [device]), rest]
    .map((those) => {
      const [download, upload] = [sum(those, 'download'), sum(those, 'upload')];
      const share = (100 * (download + upload)) / whole;
      const percent = share > 0 && share < 1 ? '<1%' : `${Math.round(share)}%`;
      return {
        bytes: download + upload,
        text:
          `${those === rest ? 'Others' : those[0]?.name}Download ${amountText(download)}` +
          `Upload ${amountText(upload)}${amountText(download + upload)}${percent}`,
      };
    })
    .filter(({ bytes }) => bytes > 0)
    .map(({ text }) => text);
}

/** The hour, what was used in it today, and yesterday, of all hours of `day`. */
function hoursOf(usage: UsageRows['usage'], day: string): string[][] {
  const first = Date.parse(day) - 2 * dayMs;
  const moments = Array.from({ length: 96 }, (_, hour) => first + hour * 3_600_000);
  const hoursIn = (wanted: string) =>
    moments
      .filter((at) => localTime(at, zone).day === wanted)
      .map((at) => ({ at, text: text(at) }));
  const text = (at: number) =>
    new Date(at).toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit' });
  const rowOf = (at: number | undefined) => usage.find((row) => Date.parse(row.start) === at);
  const yesterday = hoursIn(new Date(first + dayMs).toISOString().slice(0, 10));
  return hoursIn(day).map(({ at, text: hour }) => {
    const row = rowOf(at);
    const before = rowOf(yesterday.find((each) => each.text === hour)?.at);
    return [
      hour,
      amountText(row?.download ?? 0),
      amountText(row?.upload ?? 0),
      amountText((before?.download ?? 0) + (before?.upload ?? 0)),
    ];
  });
}

/** Name, state and use of the four limits that are nearest, as they are told. */
function nearestOf(limits: Limits['limits']): string[][] {
  const urgency = ['exceeded', 'warning', 'ok'];
  const share = ({ usedBytes, bytes }: (typeof limits)[number]) => usedBytes / bytes;
  const periods = {
    day: 'today',
    week: 'this week',
    month: 'this month',
    billing: 'this billing period',
  };
  return limits
    .toSorted((a, b) => urgency.indexOf(a.level) - urgency.indexOf(b.level) || share(b) - share(a))
    .slice(0, 4)
    .map(({ name, usedBytes, bytes, period, direction }) => [
      name,
      usedBytes >= bytes
        ? `${amountText(usedBytes - bytes)} over`
        : `${amountText(bytes - usedBytes)} left`,
      `${amountText(usedBytes)} of ${amountText(bytes)} ${periods[period]}` +
        (direction === 'both' ? '' : `, ${direction}`),
    ]);
}
