import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../../src/model/checkpoint.ts';
import { Calendar } from '../../src/usage/calendar.ts';

const hourMs = 3_600_000;

describe('local days', () => {
  test.each([
    ['Europe/Berlin', '2026-11-20T22:59:59Z', 20261120],
    ['Europe/Berlin', '2026-11-20T23:00:00Z', 20261121],
    ['America/Los_Angeles', '2026-11-20T07:59:59Z', 20261119],
    ['Asia/Kathmandu', '2026-11-20T18:14:59Z', 20261120],
    ['Asia/Kathmandu', '2026-11-20T18:15:00Z', 20261121],
    ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', 20261121],
    ['UTC', '1970-01-01T00:00:00Z', 19700101],
  ])('%s at %s', (timeZone, at, day) => {
    expect(new Calendar(timeZone).day(Date.parse(at))).toBe(day);
  });

  test.each([
    ['Europe/Berlin', 20260329, 23],
    ['Europe/Berlin', 20261025, 25],
    ['Europe/Berlin', 20261120, 24],
    ['America/Sao_Paulo', 20181104, 23],
    ['Australia/Lord_Howe', 20261004, 23.5],
    ['Africa/Cairo', 20260424, 23],
  ])('%s, %d has %d hours', (timeZone, day, hours) => {
    const calendar = new Calendar(timeZone);
    const length = calendar.startOfDay(addDays(day, 1)) - calendar.startOfDay(day);
    expect(length / hourMs).toBe(hours);
  });

  test('a day begins when the day number changes', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Chatham', 'Asia/Tehran'];
    assert(
      property(
        constantFrom(...zones),
        integer({ min: Date.UTC(2000, 0), max: Date.UTC(2035, 0) }),
        (timeZone, at) => {
          const calendar = new Calendar(timeZone);
          const day = calendar.day(at);
          const start = calendar.startOfDay(day);
          expect(start).toBeLessThanOrEqual(at);
          expect([calendar.day(start), calendar.day(start - 1)]).toEqual([day, addDays(day, -1)]);
        },
      ),
    );
  });
});

describe('local hours', () => {
  test('begin on the wall clock, not in UTC', () => {
    const at = Date.parse('2026-11-20T10:20:00Z');
    expect(new Calendar('Asia/Kolkata').localHour(at).hour).toBe(
      Date.parse('2026-11-20T09:30:00Z'),
    );
  });

  test('the hour that happens twice in autumn is two hours', () => {
    const calendar = new Calendar('Europe/Berlin');
    const first = calendar.localHour(Date.parse('2026-10-25T00:30:00Z'));
    const second = calendar.localHour(Date.parse('2026-10-25T01:30:00Z'));
    expect(second.hour - first.hour).toBe(hourMs);
    expect([first.day, second.day]).toEqual([20261025, 20261025]);
  });
});

test.each([
  [20261231, 1, 20270101],
  [20240228, 1, 20240229],
  [20260301, -1, 20260228],
  [20261120, 366, 20271121],
])('%d plus %d days is %d', (day, count, expected) => {
  expect(addDays(day, count)).toBe(expected);
});
