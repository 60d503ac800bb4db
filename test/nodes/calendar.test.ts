import { expect, test } from 'vitest';
import {
  addDays,
  billingStart,
  firstOfLastMonth,
  firstOfMonth,
  localTime,
  mondayOf,
  startOf,
} from '../../nodes/src/connection/calendar.ts';

test('days are counted across months, years and leap days', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  expect(firstOfMonth('2026-11-20')).toBe('2026-11-01');
  expect(firstOfLastMonth('2026-01-31')).toBe('2025-12-01');
});

test.each([
  ['2026-11-16', '2026-11-16'],
  ['2026-11-20', '2026-11-16'],
  ['2026-11-22', '2026-11-16'],
  ['2027-01-01', '2026-12-28'],
])('the week of %s begins on %s', (day, monday) => {
  expect(mondayOf(day)).toBe(monday);
});

test.each([
  ['2026-11-20', 1, '2026-11-01'],
  ['2026-11-20', 20, '2026-11-20'],
  ['2026-11-20', 21, '2026-10-21'],
  ['2026-01-05', 28, '2025-12-28'],
  ['2026-03-01', 28, '2026-02-28'],
])('on %s a period that begins on day %i began on %s', (day, startDay, first) => {
  expect(billingStart(day, startDay)).toBe(first);
});

test.each([
  ['2026-11-20', 'Europe/Berlin', '2026-11-19T23:00:00Z'],
  // The clocks change in the night after, and in the night before.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00Z'],
  ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
  ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00Z'],
  ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00Z'],
  // The clocks change at midnight, which the day does not have.
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00Z'],
  ['2026-03-08', 'America/Havana', '2026-03-08T05:00:00Z'],
  ['2026-03-29', 'Atlantic/Azores', '2026-03-29T01:00:00Z'],
  ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00Z'],
  ['2026-11-20', 'Asia/Kathmandu', '2026-11-19T18:15:00Z'],
  ['2026-11-20', 'Pacific/Auckland', '2026-11-19T11:00:00Z'],
  ['2026-11-20', 'UTC', '2026-11-20T00:00:00Z'],
])('%s begins in %s at %s', (day, timeZone, expected) => {
  expect(new Date(startOf(day, timeZone)).toISOString()).toBe(expected.replace('Z', '.000Z'));
});

test('local times are written as days and minutes', () => {
  expect(localTime(Date.parse('2026-11-20T23:05:59Z'), 'Europe/Berlin')).toBe('2026-11-21 00:05');
});
