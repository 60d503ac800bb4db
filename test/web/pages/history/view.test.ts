import { expect, test } from 'vitest';
import {
  queryOf,
  rangeProblem,
  readView,
  stepRange,
} from '../../../../src/web/pages/history/view.ts';

const calendar = { today: '2026-11-20', billingFrom: '2026-11-12', firstDay: '2025-03-04' };
const known = new Set(['02aabb000001', 'ip:192.168.50.7', 'g1']);
const read = (query: string) =>
  readView(new URLSearchParams(query), calendar, (target) => known.has(target));

test('an address without a query shows the last 7 days of all devices', () => {
  expect(read('')).toEqual({
    view: {
      preset: 'last-7-days',
      from: '2026-11-14',
      to: '2026-11-20',
      step: 'day',
      targets: [],
      direction: 'both',
      split: 'device',
      peers: false,
    },
    notes: [],
  });
});

test.each([
  'from=this-month',
  'from=2026-10-05&to=2026-10-07&step=hour&devices=g1%2Cip%3A192.168.50.7&direction=upload',
  'from=everything&step=day&split=network&peers=shown',
  'from=yesterday&devices=02aabb000001',
  'from=yesterday&devices=02aabb000001&split=device',
])('%s leads to the view it was made of', (query) => {
  const { view, notes } = read(query);
  const entries = Object.entries(queryOf(view)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  expect(notes).toEqual([]);
  expect(read(new URLSearchParams(entries).toString())).toEqual({ view, notes: [] });
  expect(new Set(entries.map(([key]) => key))).toEqual(new Set(new URLSearchParams(query).keys()));
});

test('a range goes on until today where it has no end, and never into the future', () => {
  expect(read('from=2026-11-01').view).toMatchObject({ from: '2026-11-01', to: '2026-11-20' });
  expect(read('from=2026-11-01&to=2027-01-01')).toMatchObject({
    view: { to: '2026-11-20' },
    notes: [],
  });
});

test('one device is divided by direction', () => {
  expect(read('devices=02aabb000001').view.split).toBe('network');
  expect(read('devices=g1').view.split).toBe('device');
});

test.each([
  ['from=next-week', 'the first day is no day since 2000.'],
  ['from=2026-02-30', 'the first day is no day since 2000.'],
  ['from=0002-11-20', 'the first day is no day since 2000.'],
  ['from=2026-11-01&to=x', 'the last day is no day since 2000.'],
  ['from=2026-11-21', 'the first day is in the future.'],
  ['from=2026-11-20&to=2026-11-01', 'the first day is after the last.'],
])('%s is told and shows the last 7 days', (query, sentence) => {
  const { view, notes } = read(query);
  expect(view).toMatchObject({ preset: 'last-7-days', from: '2026-11-14', to: '2026-11-20' });
  expect(notes).toEqual([`In this page's address ${sentence} The last 7 days are shown instead.`]);
});

test('words that mean nothing are told and left out', () => {
  const { view, notes } = read('step=week&direction=local&split=<b>&peers=1');
  expect(view).toEqual(read('').view);
  expect(notes).toEqual([
    "In this page's address “step=week” means nothing and is left out.",
    "In this page's address “direction=local” means nothing and is left out.",
    "In this page's address “split=<b>” means nothing and is left out.",
    "In this page's address “peers=1” means nothing and is left out.",
  ]);
});

test('hours of more than 366 days become months', () => {
  const { view, notes } = read('from=2025-11-19&step=hour');
  expect(view.step).toBe('month');
  expect(notes).toEqual(['Hours can be shown for 366 days at most; these are months.']);
});

test('devices that are gone are told', () => {
  expect(read('devices=ffffffffffff,g1,g1').view.targets).toEqual(['g1']);
  expect(read('devices=ffffffffffff').notes).toEqual([
    'There is no device or group ffffffffffff: it was forgotten, merged or removed. All devices are shown.',
  ]);
});

test('what is typed is told at the field that is to blame', () => {
  expect(rangeProblem({ from: '2026-11-20', to: '2026-11-19' }, calendar)?.field).toBe('from');
  expect(rangeProblem({ from: '2026-11-20', to: '' }, calendar)?.field).toBe('to');
  expect(rangeProblem({ from: '2026-11-20', to: '2026-11-20' }, calendar)).toBeUndefined();
});

test('days and months can be looked into, up to today', () => {
  expect(stepRange('2026-10', 'month', '2026-11-20')).toEqual({
    from: '2026-10-01',
    to: '2026-10-31',
  });
  expect(stepRange('2026-11', 'month', '2026-11-20')).toEqual({
    from: '2026-11-01',
    to: '2026-11-20',
  });
  expect(stepRange('2026-11-03', 'day', '2026-11-20')).toEqual({
    from: '2026-11-03',
    to: '2026-11-03',
  });
  expect(stepRange('2026-11-03T10:00:00.000Z', 'hour', '2026-11-20')).toBeUndefined();
});
