import { addDays, monthStart } from '../../format/days.ts';

/** Days from the first to the last, both included. */
export interface Range {
  from: string;
  to: string;
}

/** What the words of the presets mean at present. */
export interface Calendar {
  /** The ledger's day. */
  today: string;
  /** First day of the provider's billing period. */
  billingFrom: string;
  /** The first day the ledger knows of. */
  firstDay: string;
}

export const presets = [
  { id: 'today', name: 'Today' },
  { id: 'yesterday', name: 'Yesterday' },
  { id: 'last-7-days', name: 'Last 7 days' },
  { id: 'this-month', name: 'This month' },
  { id: 'last-month', name: 'Last month' },
  { id: 'billing-period', name: 'This billing period' },
  { id: 'this-year', name: 'This year' },
  { id: 'everything', name: 'Everything' },
] as const;

export type Preset = (typeof presets)[number]['id'];
export type Step = 'hour' | 'day' | 'month';

export function isPreset(text: string): text is Preset {
  return presets.some(({ id }) => id === text);
}

/** The days a preset stands for. Periods that are not over end today. */
export function rangeOf(preset: Preset, { today, billingFrom, firstDay }: Calendar): Range {
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'last-7-days':
      return { from: addDays(today, -6), to: today };
    case 'this-month':
      return { from: monthStart(today), to: today };
    case 'last-month':
      return { from: monthStart(today, -1), to: addDays(monthStart(today), -1) };
    case 'billing-period':
      return { from: billingFrom, to: today };
    case 'this-year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
    case 'everything':
      return { from: firstDay, to: today };
  }
}

export function dayCount({ from, to }: Range): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}

/** The daemon refuses hours of more days than this. */
export const longestHourDays = 366;

export function defaultStep(range: Range): Step {
  const days = dayCount(range);
  if (days <= 2) return 'hour';
  return days <= 92 ? 'day' : 'month';
}

/** Steps that make more than one bar, and that the daemon does not refuse. */
export function offeredSteps(range: Range): Step[] {
  const days = dayCount(range);
  const offered: Step[] = [];
  if (days <= longestHourDays) offered.push('hour');
  if (days > 1) offered.push('day');
  if (range.from.slice(0, 7) !== range.to.slice(0, 7)) offered.push('month');
  return offered;
}

/**
 * The period of the same length before: of months the months before, up to the same day; of anything else as many days.
 * Months are what begins with a month (or a billing period) and is the whole of it or not yet over.
 */
export function periodBefore(range: Range, { today, billingFrom }: Calendar): Range {
  const { from, to } = range;
  const isMonths =
    from === billingFrom || (from === monthStart(from) && (to === today || isMonthEnd(to)));
  if (isMonths && dayCount(range) > 1) {
    const months = -monthsBefore(range, today);
    const isWhole = from === monthStart(from) && to !== today;
    const end = isWhole ? addDays(monthStart(to, months + 1), -1) : shiftMonths(to, months);
    const start = shiftMonths(from, months);
    if (end < from && end >= start) return { from: start, to: end };
  }
  const days = dayCount(range);
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

/** As many months as the range spans, and a whole year of a year that is not over. */
function monthsBefore({ from, to }: Range, today: string): number {
  let months = 1;
  while (shiftMonths(from, months) <= to) months += 1;
  const isYears = from.endsWith('-01-01') && to === today && months > 1;
  return isYears ? Math.ceil(months / 12) * 12 : months;
}

export function isMonthEnd(day: string): boolean {
  return addDays(day, 1).endsWith('-01');
}

/** The same day of another month, or its last day where it is shorter. */
function shiftMonths(day: string, count: number): string {
  const start = monthStart(day, count);
  const last = addDays(monthStart(start, 1), -1);
  const same = `${start.slice(0, 8)}${day.slice(8)}`;
  return same < last ? same : last;
}
