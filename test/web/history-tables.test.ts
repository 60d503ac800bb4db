import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Peers } from '../../src/web/api/operations.ts';
import { amountText } from './amounts.ts';
import { poll } from './browser.ts';
import { card, readCsv, rowsOf } from './dashboard.ts';
import {
  addDays,
  byDevice,
  describeHistoryPage,
  deviceTable,
  figuresOf,
  hash,
  monthStart,
  stepText,
  three,
} from './history-page.ts';

describeHistoryPage(({ address, api, usage, open }) => {
  test('the downloads are what the daemon says of the same view', async () => {
    const { page, day } = await open('?from=last-month&direction=download&step=day');
    const [from, to] = [monthStart(day, -1), addDays(monthStart(day, 0), -1)];
    for (const format of ['csv', 'json']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Download as ${format.toUpperCase()}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`lanledger-${from}-${to}-day.${format}`);
      const text = readFileSync(await download.path(), 'utf8');
      const query = `from=${from}&to=${to}&step=day&by=device&direction=download&format=${format}`;
      expect(text).toBe(await (await fetch(`${address()}/api/v1/usage?${query}`)).text());
      if (format === 'csv') {
        const [titles, ...lines] = readCsv(text);
        expect(titles).toEqual(['start', 'device', 'name', 'download']);
        const sum = lines.reduce((bytes, cells) => bytes + Number(cells[3]), 0);
        expect((await figuresOf(page))['Download']).toBe(amountText(sum));
      }
    }
  });

  test('remote addresses come when they are asked for, are searched, sorted and named', async () => {
    const { page, complaints, day, answer } = await open('?from=yesterday');
    const yesterday = addDays(day, -1);
    const question = `peers?from=${yesterday}&to=${yesterday}&limit=1000`;
    expect(answer(question)).toBeUndefined();
    await page.getByRole('switch', { name: 'Show remote addresses' }).check();
    await poll(() => hash(page)).toBe('#/history?from=yesterday&peers=shown');
    const { peers } = await api<Peers>(question);
    const table = page.getByRole('table', { name: 'Usage of each remote address' });
    const named = peers.filter(({ address: ip }) => ip !== 'other');
    const cells = (all: Peers['peers']) =>
      all.map((peer) => [peer.address, peer.name ?? '–', ...three(peer)]);
    const showAll = page.getByRole('button', { name: `Show all ${named.length}` });
    await showAll.click();
    await poll(() => rowsOf(table)).toEqual(cells(named));
    const other = peers.find(({ address: ip }) => ip === 'other');
    await page
      .getByText(
        `${amountText(other?.download ?? 0)} of download and ${amountText(other?.upload ?? 0)} of upload`,
      )
      .waitFor();
    await table.getByRole('button', { name: 'Upload' }).click();
    await poll(() => rowsOf(table)).toEqual(
      cells(named.toSorted((one, two) => two.upload - one.upload)),
    );
    expect(hash(page)).toBe('#/history?from=yesterday&peers=shown&remote=-upload');
    await page.getByPlaceholder('Address or name').fill('Cloud backup');
    await poll(() => rowsOf(table)).toHaveLength(1);
    const backup = named.find(({ name }) => name === 'Cloud backup');
    expect((await rowsOf(table))[0]?.[0]).toBe(backup?.address);
    await table.getByRole('button', { name: `Rename ${backup?.address}` }).click();
    await table.getByRole('textbox').fill('Cloud backup 2');
    await page.keyboard.press('Enter');
    await poll(async () => (await rowsOf(table))[0]?.[1]).toBe('Cloud backup 2');
    const after = await api<Peers>(question);
    expect(after.peers.find(({ address: ip }) => ip === backup?.address)?.name).toBe(
      'Cloud backup 2',
    );
    expect(complaints).toEqual([]);
  });

  test('tables are sorted by their headings, and a step opens into its parts', async () => {
    const { page, complaints, day } = await open('?from=last-month');
    const names = async () => (await rowsOf(deviceTable(page))).map(([name]) => name);
    const [from, to] = [monthStart(day, -1), addDays(monthStart(day, 0), -1)];
    const devices = byDevice(await usage(`from=${from}&to=${to}&step=month&by=device`));
    const collator = new Intl.Collator('en-GB', { numeric: true });
    const orders = [
      ['Device', 'device', (one, two) => collator.compare(one.name, two.name)],
      ['Device', '-device', (one, two) => collator.compare(two.name, one.name)],
      ['Upload', '-upload', (one, two) => two.upload - one.upload],
      ['Upload', 'upload', (one, two) => one.upload - two.upload],
    ] satisfies [string, string, (one: (typeof devices)[0], two: (typeof devices)[0]) => number][];
    for (const [title, sort, compare] of orders) {
      await deviceTable(page).getByRole('button', { name: title, exact: true }).click();
      await poll(names).toEqual(devices.toSorted(compare).map(({ name }) => name));
      expect(hash(page)).toBe(`#/history?from=last-month&sort=${sort}`);
    }
    const steps = page.getByRole('table', { name: 'Usage of each day' });
    await steps.getByRole('button', { name: 'Total' }).click();
    const busiest = steps.locator('tbody tr').first().getByRole('link');
    const name = await busiest.textContent();
    const sentence = page.getByText(`The busiest day was ${name}`);
    await sentence.waitFor();
    await busiest.click();
    await card(page, 'Usage by hour').waitFor();
    const query = new URLSearchParams(hash(page).split('?')[1]);
    expect(stepText(query.get('from') ?? '')).toBe(name);
    expect(query.get('to')).toBe(query.get('from'));
    await page.goBack();
    await sentence.waitFor();
    const canvas = card(page, 'Usage by day').locator('canvas');
    const { width = 0, height = 0 } = (await canvas.boundingBox()) ?? {};
    await canvas.click({ position: { x: width * 0.9, y: height * 0.6 } });
    await card(page, 'Usage by hour').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the link to the view is copied', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page } = await open('?from=yesterday&direction=upload', { permissions });
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('The link to this view is copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `${address()}/#/history?from=yesterday&direction=upload`,
    );
  });
});
