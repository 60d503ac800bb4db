import { expect, test } from 'vitest';
import { Calendar } from '../../../src/usage/calendar.ts';
import { hoursOfDay, localTime } from '../../../src/web/format/local-time.ts';

const hourMs = 3_600_000;

function isoHours(day: string, zone: string): string[] {
  return hoursOfDay(day, zone).map((at) => new Date(at).toISOString());
}

test('a day has 24 hours that begin on its own clock', () => {
  const hours = isoHours('2026-11-20', 'Asia/Kathmandu');
  expect(hours).toHaveLength(24);
  expect(hours[0]).toBe('2026-11-19T18:15:00.000Z');
  expect(hours[23]).toBe('2026-11-20T17:15:00.000Z');
});

test.each([
  ['clocks go forward', '2026-03-29', 23],
  ['clocks are put back', '2026-10-25', 25],
])('%s', (_what, day, count) => {
  const hours = hoursOfDay(day, 'Europe/Berlin');
  expect(hours).toHaveLength(count);
  expect(localTime(hours[0]!, 'Europe/Berlin')).toEqual({ day, hours: 0 });
  expect(hours.map((at) => at - hours[0]!)).toEqual(hours.map((_, at) => at * hourMs));
  expect(localTime(hours.at(-1)!, 'Europe/Berlin')).toEqual({ day, hours: 23 });
});

test('a day whose midnight is left out begins at one', () => {
  const hours = hoursOfDay('2026-04-24', 'Africa/Cairo');
  expect(hours).toHaveLength(23);
  expect(localTime(hours[0]!, 'Africa/Cairo')).toEqual({ day: '2026-04-24', hours: 1 });
});

test.each(['Pacific/Kiritimati', 'Etc/GMT+12', 'UTC'])('the furthest zones: %s', (zone) => {
  const hours = hoursOfDay('2026-11-20', zone);
  expect(hours).toHaveLength(24);
  expect(localTime(hours[0]!, zone)).toEqual({ day: '2026-11-20', hours: 0 });
});

test('a day that a zone left out has no hours', () => {
  expect(hoursOfDay('2011-12-30', 'Pacific/Apia')).toEqual([]);
});

test.each([
  ['forward', '2026-10-04'],
  ['back', '2027-04-04'],
])('hours are those of the ledger where clocks are put %s by half an hour', (_how, day) => {
  const zone = 'Australia/Lord_Howe';
  const calendar = new Calendar(zone);
  const start = calendar.startOfDay(Number(day.replaceAll('-', '')));
  const hours = new Set<number>();
  for (let at = start; at < calendar.nextMidnight(start); at += hourMs / 4) {
    hours.add(calendar.localHour(at).hour);
  }
  expect(hoursOfDay(day, zone)).toEqual([...hours]);
});
