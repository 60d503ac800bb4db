import { timeZone, today } from '../state/home.ts';
import { hoursOfDay } from './local-time.ts';
import { locales } from './locales.ts';

/** The ledger's days and months are those of this calendar; a language may have one with others. */
const calendar = 'gregory';

/** Text in the language of the browser; instants in the ledger's time zone, days in none. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat(locales, { calendar, timeZone: zone, ...options });
  formats.set(key, known);
  return known;
}

/** `20 Nov` of a day such as 2026-11-20. */
export function formatDay(day: string): string {
  return formatOf('UTC', { day: 'numeric', month: 'short' }).format(Date.parse(day));
}

/** `20 Nov 2026` of a day. */
export function formatDayAndYear(day: string): string {
  return formatOf('UTC', { dateStyle: 'medium' }).format(Date.parse(day));
}

/** `1 – 20 Nov 2026`: from the first to the last day. */
export function formatDayRange(from: string, to: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return formatOf('UTC', options).formatRange(Date.parse(from), Date.parse(to));
}

/** `Friday, 20 November 2026`. */
export function formatLongDay(day: string): string {
  return formatOf('UTC', { dateStyle: 'full' }).format(Date.parse(day));
}

/** `Nov 2026` of a month such as 2026-11. */
export function formatMonth(month: string): string {
  const options = { month: 'short', year: 'numeric' } as const;
  return formatOf('UTC', options).format(Date.parse(month));
}

/** `Nov` of a day. */
export function formatMonthName(day: string): string {
  return formatOf('UTC', { month: 'short' }).format(Date.parse(day));
}

/** `Fri` of a day. */
export function formatWeekday(day: string): string {
  return formatOf('UTC', { weekday: 'short' }).format(Date.parse(day));
}

/** `14:05`, of an instant as ISO 8601 or epoch ms. */
export function formatTime(instant: string | number): string {
  return formatOf(timeZone.value, { hour: '2-digit', minute: '2-digit' }).format(new Date(instant));
}

/** `14:05:09`. */
export function formatClock(instant: string | number): string {
  return formatOf(timeZone.value, { timeStyle: 'medium' }).format(new Date(instant));
}

/** `14` or `2 PM`: the hour in which an instant lies. */
export function formatHour(instant: string | number): string {
  return formatOf(timeZone.value, { hour: '2-digit' }).format(new Date(instant));
}

/** `20 Nov, 14:05`; `20 Nov 2025, 14:05` where that is not this year. */
export function formatInstant(instant: string | number): string {
  const isThisYear = dayOf(instant).slice(0, 4) === today.value.slice(0, 4);
  return formatOf(timeZone.value, {
    ...(isThisYear ? {} : { year: 'numeric' }),
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));
}

/** `20 Nov 2026`. */
export function formatDate(instant: string | number): string {
  return formatOf(timeZone.value, { dateStyle: 'medium' }).format(new Date(instant));
}

/** `20 November 2026 at 14:05:09`. */
export function formatLongInstant(instant: string | number): string {
  const options = { dateStyle: 'long', timeStyle: 'medium' } as const;
  return formatOf(timeZone.value, options).format(new Date(instant));
}

const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
/** `yesterday`, `this minute`: of calendar days, and of what is not long ago. */
const relative = new Intl.RelativeTimeFormat(locales, { numeric: 'auto' });
const ages = new Intl.RelativeTimeFormat(locales, { numeric: 'always' });

/** `5 minutes ago`, `1 day ago`; `now` in epoch ms. */
export function formatAgo(instant: string | number, now: number): string {
  const seconds = Math.max(0, (now - new Date(instant).getTime()) / 1_000);
  const [unit, size] = steps.find(([, each]) => seconds >= each) ?? ['minute', 60];
  const count = Math.floor(seconds / size);
  return (count === 0 ? relative : ages).format(-count, unit);
}

/** `12 seconds ago`, and `now`. */
export function formatSecondsAgo(seconds: number): string {
  return relative.format(-seconds, 'second');
}

/** The beginnings of the 23 to 25 hours of a day of the ledger, in epoch ms. */
export function hoursOf(day: string): number[] {
  return hoursOfDay(day, timeZone.value);
}

/** `tomorrow`, `in 10 days`: from `from` to `day`, both such as 2026-11-20. */
export function formatDaysAhead(day: string, from: string): string {
  const days = Math.round((Date.parse(day) - Date.parse(from)) / 86_400_000);
  return Number.isNaN(days) ? '' : relative.format(days, 'day');
}

/** The ledger's day in which an instant lies, such as 2026-11-20. */
export function dayOf(instant: string | number): string {
  const key = `day ${timeZone.value}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat('sv', { timeZone: timeZone.value });
  formats.set(key, known);
  return known.format(new Date(instant));
}
