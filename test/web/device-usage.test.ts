import { expect, test } from 'vitest';
import type { UsageRow, UsageRows } from '../../src/web/api/operations.ts';
import { hoursOfDay } from '../../src/web/format/local-time.ts';
import { amountText } from './amounts.ts';
import { describeBrowser, poll } from './browser.ts';
import { card, chartRows, expectShown } from './dashboard.ts';
import { zone, type Use, addDays, instantText, pair, hash, useDevicePage } from './device-page.ts';

function dayText(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(Date.parse(day));
}

const shortDay = (day: string) => dayText(day, { day: 'numeric', month: 'short' });

const longDay = (day: string) => dayText(day, { dateStyle: 'full' });

function daysUntil(to: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => addDays(to, at + 1 - count));
}

function wordsOf(use: Use | undefined): string {
  if (use === undefined || use.download + use.upload === 0) return 'nothing';
  return `${amountText(use.download)} down, ${amountText(use.upload)} up`;
}

function useAt(rows: readonly UsageRow[], start: string): Use | undefined {
  const row = rows.find((each) => each.start === start);
  return row && { download: row.download ?? 0, upload: row.upload ?? 0 };
}

describeBrowser('the usage of a device', (browser) => {
  const { address, api, open } = useDevicePage(browser);

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
