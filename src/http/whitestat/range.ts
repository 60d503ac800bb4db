import { InvalidField } from '../../base/errors.ts';
import { addDays, daysBetween, parseDay, type Day } from '../../model/checkpoint.ts';

/** Local days, both included. */
export interface Range {
  from: Day;
  to: Day;
}

const longestRangeDays = 3_660;

/** `2026-11-20`, `2026-11-20 23:59:59` as WhiteStat's page sends it, or `2026-11-20T00:00:00.000` as its rows have it. */
const datePattern = /^(\d{4}-\d{2}-\d{2})(?:[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?)?$/;

/** In either order, today where absent; the time of day changes nothing. Throws `InvalidField`. */
export function parseRange({ start, end }: { start?: string; end?: string }, today: Day): Range {
  const [a, b] = [parseDate('start', start, today), parseDate('end', end, today)];
  const [from, to] = a <= b ? [a, b] : [b, a];
  const days = daysBetween(from, to);
  if (days <= longestRangeDays) return { from, to };
  const most = `${longestRangeDays} days can be asked for at once`;
  throw new InvalidField('start', `and end are ${days} days apart; at most ${most}`);
}

function parseDate(field: string, text: string | undefined, today: Day): Day {
  if (text === undefined || text === '') return today;
  const day = parseDay(datePattern.exec(text)?.[1] ?? '');
  if (day !== undefined) return day;
  throw new InvalidField(field, 'is not a date such as 2026-11-20 or 2026-11-20 23:59:59');
}

/** Cuts a range into parts of so many days at most, the latest first. */
export function* partsOf({ from, to }: Range, days: number): Generator<Range> {
  for (let last = to; last >= from;) {
    const first = Math.max(from, addDays(last, 1 - days));
    yield { from: first, to: last };
    last = addDays(first, -1);
  }
}
