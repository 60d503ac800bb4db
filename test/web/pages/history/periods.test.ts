import { expect, test } from 'vitest';
import {
  defaultStep,
  offeredSteps,
  periodBefore,
  presets,
  rangeOf,
} from '../../../../src/web/pages/history/periods.ts';

const calendar = { today: '2026-11-20', billingFrom: '2026-11-12', firstDay: '2025-03-04' };

test('presets stand for days up to today', () => {
  const ranges = presets.map(({ id }) => {
    const { from, to } = rangeOf(id, calendar);
    return `${id} ${from} ${to}`;
  });
  expect(ranges).toEqual([
    'today 2026-11-20 2026-11-20',
    'yesterday 2026-11-19 2026-11-19',
    'last-7-days 2026-11-14 2026-11-20',
    'this-month 2026-11-01 2026-11-20',
    'last-month 2026-10-01 2026-10-31',
    'billing-period 2026-11-12 2026-11-20',
    'this-year 2026-01-01 2026-11-20',
    'everything 2025-03-04 2026-11-20',
  ]);
});

test('last month in January is that of the year before', () => {
  const range = rangeOf('last-month', { ...calendar, today: '2026-01-31' });
  expect(range).toEqual({ from: '2025-12-01', to: '2025-12-31' });
});

test.each([
  ['2026-11-20', '2026-11-20', 'hour', ['hour']],
  ['2026-11-19', '2026-11-20', 'hour', ['hour', 'day']],
  ['2026-11-14', '2026-11-20', 'day', ['hour', 'day']],
  ['2026-10-28', '2026-11-20', 'day', ['hour', 'day', 'month']],
  ['2025-11-20', '2026-11-20', 'month', ['hour', 'day', 'month']],
  ['2025-11-19', '2026-11-20', 'month', ['day', 'month']],
])('from %s to %s steps are by %s, of %j', (from, to, step, offered) => {
  expect(defaultStep({ from, to })).toBe(step);
  expect(offeredSteps({ from, to })).toEqual(offered);
});

test.each([
  ['2026-11-20', '2026-11-20', '2026-11-19', '2026-11-19'],
  ['2026-11-14', '2026-11-20', '2026-11-07', '2026-11-13'],
  ['2026-11-01', '2026-11-20', '2026-10-01', '2026-10-20'],
  ['2026-10-01', '2026-10-31', '2026-09-01', '2026-09-30'],
  ['2026-07-01', '2026-09-30', '2026-04-01', '2026-06-30'],
  ['2026-11-12', '2026-11-20', '2026-10-12', '2026-10-20'],
  ['2026-01-01', '2026-11-20', '2025-01-01', '2025-11-20'],
  ['2026-11-03', '2026-11-05', '2026-10-31', '2026-11-02'],
])('the period before %s to %s is %s to %s', (from, to, beforeFrom, beforeTo) => {
  expect(periodBefore({ from, to }, calendar)).toEqual({ from: beforeFrom, to: beforeTo });
});

test('a month that is longer than the one before is compared with all of that', () => {
  const march = { from: '2026-03-01', to: '2026-03-30' };
  const before = periodBefore(march, { ...calendar, today: '2026-03-30' });
  expect(before).toEqual({ from: '2026-02-01', to: '2026-02-28' });
});

test('what goes on to the last day of its month is compared with the same days before', () => {
  const month = { from: '2026-02-01', to: '2026-02-28' };
  expect(periodBefore(month, { ...calendar, today: '2026-02-28' })).toEqual({
    from: '2026-01-01',
    to: '2026-01-28',
  });
  const billing = { from: '2026-11-12', to: '2026-11-30' };
  expect(periodBefore(billing, { ...calendar, today: '2026-11-30' })).toEqual({
    from: '2026-10-12',
    to: '2026-10-30',
  });
});
