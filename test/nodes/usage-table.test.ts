import { expect, test } from 'vitest';
import type { UsageRow, UsageRows } from '../../nodes/src/connection/ledger.ts';
import { chartOf, tableOf } from '../../nodes/src/history/usage-table.ts';

const late = Date.parse('2027-01-01T00:00:00Z');

function answer(usage: UsageRow[], range: Partial<UsageRows> = {}): UsageRows {
  return { from: '2026-10-24', to: '2026-10-26', timeZone: 'Europe/Berlin', usage, ...range };
}

const row = (start: string, download: number, device = 'a'): UsageRow => ({
  start,
  device,
  name: device.toUpperCase(),
  download,
  upload: 1,
});

test('weeks are sums of days', () => {
  const rows = [row('2026-10-24', 10), row('2026-10-25', 20), row('2026-10-26', 40)];
  expect(tableOf(answer(rows), 'week')).toMatchObject([
    { date: '2026-10-19', download: 30, upload: 2, total: 32, t: Date.parse('2026-10-18T22:00Z') },
    { date: '2026-10-26', download: 40, upload: 1, total: 41, t: Date.parse('2026-10-25T23:00Z') },
  ]);
});

test('grouped by device the largest is first', () => {
  const rows = [row('2026-10', 10), row('2026-10', 30, 'b'), row('2026-11', 25)];
  expect(tableOf(answer(rows), 'device').map(({ device, total }) => [device, total])).toEqual([
    ['a', 37],
    ['b', 31],
  ]);
});

test('a day of 25 hours has 25 in a chart; the hour that comes twice is two', () => {
  const range = { from: '2026-10-25', to: '2026-10-25' };
  const rows = [row('2026-10-25T00:00:00.000Z', 5), row('2026-10-25T01:00:00.000Z', 7)];
  const chart = chartOf(answer(rows, range), 'hour', late);
  expect(chart).toHaveLength(25);
  expect(chart.slice(1, 5).map(({ date, download }) => [date, download])).toEqual([
    ['2026-10-25 01:00', 0],
    ['2026-10-25 02:00', 5],
    ['2026-10-25 02:00', 7],
    ['2026-10-25 03:00', 0],
  ]);
});

test('a chart ends at the present', () => {
  const now = Date.parse('2026-10-25T10:30:00Z');
  const chart = chartOf(answer([row('2026-10-24', 5)]), 'day', now);
  expect(chart.map(({ date }) => date)).toEqual(['2026-10-24', '2026-10-25']);
});

test('months of a chart have no gaps', () => {
  const range = { from: '2026-08-15', to: '2026-10-26' };
  const chart = chartOf(answer([row('2026-08', 5), row('2026-10', 6)], range), 'month', late);
  expect(chart.map(({ date, download }) => [date, download])).toEqual([
    ['2026-08-01', 5],
    ['2026-09-01', 0],
    ['2026-10-01', 6],
  ]);
});

test('a chart that nobody could draw is refused', () => {
  const range = { from: '2020-01-01', to: '2026-10-26' };
  const rows = [row('2026-10-25T00:00:00.000Z', 5)];
  expect(() => chartOf(answer(rows, range), 'hour', late)).toThrow('points is too large');
});
