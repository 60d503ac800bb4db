import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, daysBetween, type Day } from '../../src/model/checkpoint.ts';
import { limitPeriods } from '../../src/model/limit.ts';
import { daysLeft, periodOf } from '../../src/usage/periods.ts';

describe('the period of a day', () => {
  test.each([
    ['day', 20261120, 1, 20261120, 20261121],
    ['day', 20261231, 1, 20261231, 20270101],
    ['week', 20261120, 1, 20261116, 20261123],
    ['week', 20261116, 1, 20261116, 20261123],
    ['week', 20261122, 1, 20261116, 20261123],
    ['week', 20270101, 1, 20261228, 20270104],
    ['month', 20261120, 15, 20261101, 20261201],
    ['month', 20261231, 31, 20261201, 20270101],
    ['billing', 20261120, 1, 20261101, 20261201],
    ['billing', 20261114, 15, 20261015, 20261115],
    ['billing', 20261115, 15, 20261115, 20261215],
    ['billing', 20270110, 15, 20261215, 20270115],
    ['billing', 20260227, 31, 20260131, 20260228],
    ['billing', 20260228, 31, 20260228, 20260331],
    ['billing', 20280228, 31, 20280131, 20280229],
    ['billing', 20280229, 30, 20280229, 20280330],
    ['billing', 20260330, 31, 20260228, 20260331],
    ['billing', 20260430, 31, 20260430, 20260531],
    ['billing', 20260228, 29, 20260228, 20260329],
  ] as const)('%s, %d, begins on %d', (kind, day, startDay, from, next) => {
    expect(periodOf(kind, day, startDay)).toEqual({ from, next });
  });

  test('ends after the days that are left, today included', () => {
    expect(daysLeft(periodOf('billing', 20261120, 15), 20261120)).toBe(25);
    expect(daysLeft(periodOf('month', 20260228, 1), 20260228)).toBe(1);
    expect(daysLeft(periodOf('week', 20261116, 1), 20261116)).toBe(7);
  });
});

const anyDay = integer({ min: 0, max: 60_000 }).map((days) => addDays(19700101, days));
const anyStart = integer({ min: 1, max: 31 });
const lengths: Record<(typeof limitPeriods)[number], readonly [number, number]> = {
  day: [1, 1],
  week: [7, 7],
  month: [28, 31],
  billing: [28, 31],
};

describe('periods', () => {
  test('tile the calendar: each day lies in one, and the next begins where it ends', () => {
    assert(
      property(constantFrom(...limitPeriods), anyDay, anyStart, (kind, day, startDay) => {
        const period = periodOf(kind, day, startDay);
        expect(period.from <= day && day < period.next).toBe(true);
        const lastDay = addDays(period.next, -1);
        for (const other of [period.from, lastDay]) {
          expect(periodOf(kind, other, startDay)).toEqual(period);
        }
        expect(periodOf(kind, period.next, startDay).from).toBe(period.next);
        expect(periodOf(kind, addDays(period.from, -1), startDay).next).toBe(period.from);
        const [shortest, longest] = lengths[kind];
        const length = daysBetween(period.from, lastDay);
        expect(length >= shortest && length <= longest).toBe(true);
      }),
    );
  });

  test.each([2026, 2028])('of every start day follow each other through %d', (year) => {
    for (let startDay = 1; startDay <= 31; startDay++) {
      const begins: Day[] = [];
      let { from } = periodOf('billing', year * 10_000 + 101, startDay);
      for (; from < (year + 1) * 10_000; from = periodOf('billing', from, startDay).next) {
        begins.push(from);
      }
      const inYear = begins.filter((day) => day > year * 10_000);
      const lastDates = [31, year === 2028 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
      expect(inYear).toEqual(
        lastDates.map(
          (last, month) => year * 10_000 + (month + 1) * 100 + Math.min(startDay, last),
        ),
      );
    }
  });
});
