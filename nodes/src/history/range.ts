import { addDays, firstOfLastMonth, firstOfMonth, localTime } from '../connection/calendar.ts';
import { Failure } from '../connection/failure.ts';
import type { Message } from '../node-red.d.ts';

/** Local days, both included. */
export interface Range {
  from: string;
  to: string;
}

export interface RangeChoice {
  range?: 'days' | 'today' | 'yesterday' | 'month' | 'last-month' | 'dates';
  /** How many days with `days`, today included. */
  days?: string | number;
  /** With `dates`. */
  from?: string;
  to?: string;
}

/**
 * What the node is set to, unless the message says otherwise: `msg.days`, or `msg.from` and `msg.to`, whose times are
 * of days in `timeZone`.
 */
export function rangeOf(
  choice: RangeChoice,
  message: Message,
  today: string,
  timeZone: string,
): Range {
  if (message['days'] !== undefined) return lastDays(message['days'], today);
  if (message['from'] !== undefined || message['to'] !== undefined) {
    const to = dayOf(message['to'], timeZone) ?? today;
    return { from: dayOf(message['from'], timeZone) ?? to, to };
  }
  return ranges[choice.range ?? 'days'](today, choice, timeZone);
}

const ranges: Record<
  NonNullable<RangeChoice['range']>,
  (today: string, choice: RangeChoice, timeZone: string) => Range
> = {
  days: (today, { days }) => lastDays(days ?? 7, today),
  today: (today) => ({ from: today, to: today }),
  yesterday: (today) => ({ from: addDays(today, -1), to: addDays(today, -1) }),
  month: (today) => ({ from: firstOfMonth(today), to: today }),
  'last-month': (today) => ({
    from: firstOfLastMonth(today),
    to: addDays(firstOfMonth(today), -1),
  }),
  dates: (today, { from, to }, timeZone) => ({
    from: dayOf(from, timeZone) ?? today,
    to: dayOf(to, timeZone) ?? today,
  }),
};

function lastDays(value: unknown, today: string): Range {
  const days = Number(value);
  if (Number.isInteger(days) && days >= 1 && days <= 36_600) {
    return { from: addDays(today, 1 - days), to: today };
  }
  throw new Failure(
    'RANGE_INVALID',
    `${JSON.stringify(value)} is no number of days: use one from 1 on.`,
  );
}

/** A day as text, or the local day of a time as Date, epoch milliseconds or ISO 8601; undefined where there is nothing. */
function dayOf(value: unknown, timeZone: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const at = new Date(value as string | number | Date).getTime();
  // Text without an offset says the local time already.
  const isLocal = typeof value === 'string' && !/:.*(Z|[+-]\d{2}:?\d{2})$/.test(value);
  if (!Number.isNaN(at)) return localTime(at, isLocal ? undefined : timeZone).slice(0, 10);
  throw new Failure('RANGE_INVALID', `${JSON.stringify(value)} is no day: write it as 2026-11-20.`);
}
