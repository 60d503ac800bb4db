import type { Day } from '../model/checkpoint.ts';
import type { Household } from './household.ts';

const HOUR_MS = 3_600_000;

/** Local days and their hours. */
export interface DayCalendar {
  day(at: number): Day;
  startOfDay(day: Day): number;
  localHour(at: number): { hour: number };
  nextMidnight(at: number): number;
}

export interface PastOptions {
  household: Household;
  calendar: DayCalendar;
  /** Epoch ms: where the past ends. */
  now: number;
  /** Manufacturer of a MAC address, where known. */
  vendorOf: (mac: string) => string | undefined;
}

/** An hour of the past, or of today as much as is over. */
export interface PastHour {
  day: Day;
  /** Number of the hour in its day. */
  hour: number;
  /** Epoch ms. */
  start: number;
  part: number;
}

/** The hours of a day until `now`, the running one in part. */
export function* hoursOf(calendar: DayCalendar, day: Day, now: number): Generator<PastHour> {
  const first = calendar.startOfDay(day);
  const end = Math.min(now, calendar.nextMidnight(first));
  for (let start = first; start < end; start += HOUR_MS) {
    const hour = Math.floor((start - first) / HOUR_MS);
    yield { day, hour, start, part: Math.min(1, (now - start) / HOUR_MS) };
  }
}
