import { addDays, calendarTime, daysBetween, type Day } from '../model/checkpoint.ts';
import type { LimitPeriod } from '../model/limit.ts';

/** A span of whole local days. */
export interface Period {
  from: Day;
  /** First day of the period that follows. */
  next: Day;
}

/**
 * The period that a local day lies in. Weeks begin on Monday; billing periods on `startDay` of each month, 1 to 31, or on
 * the last day of a month that is shorter.
 */
export function periodOf(kind: LimitPeriod, day: Day, startDay: number): Period {
  if (kind === 'day') return { from: day, next: addDays(day, 1) };
  if (kind === 'week') {
    const from = addDays(day, -daysSinceMonday(day));
    return { from, next: addDays(from, 7) };
  }
  const begin = kind === 'billing' ? startDay : 1;
  const month = Math.floor(day / 10_000) * 12 + (Math.floor(day / 100) % 100) - 1;
  const first = day < dayInMonth(month, begin) ? month - 1 : month;
  return { from: dayInMonth(first, begin), next: dayInMonth(first + 1, begin) };
}

/** Days until the next period begins, `day` included. */
export function daysLeft({ next }: Period, day: Day): number {
  return daysBetween(day, next) - 1;
}

function daysSinceMonday(day: Day): number {
  return (new Date(calendarTime(day)).getUTCDay() + 6) % 7;
}

/** `month`: months since the beginning of year 0. */
function dayInMonth(month: number, date: number): Day {
  const [year, index] = [Math.floor(month / 12), month % 12];
  const lastDate = new Date(Date.UTC(year, index + 1, 0)).getUTCDate();
  return year * 10_000 + (index + 1) * 100 + Math.min(date, lastDate);
}
