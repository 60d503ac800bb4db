import {
  formatDay,
  formatDayAndYear,
  formatHour,
  formatInstant,
  formatMonth,
  formatTime,
  formatWeekday,
  hoursOf,
} from '../../format/dates.ts';
import { daysBetween, monthStart } from '../../format/days.ts';
import { hourLabels } from '../../format/hour-labels.ts';
import type { Range, Step } from './periods.ts';

/** Starts of all steps of a range, as the API writes them: `2026-11`, `2026-11-20`, or an instant. */
export function stepStarts({ from, to }: Range, step: Step): string[] {
  const days = daysBetween(from, to);
  if (step === 'day') return days;
  if (step === 'hour') {
    return days.flatMap((day) => hoursOf(day).map((at) => new Date(at).toISOString()));
  }
  const months: string[] = [];
  for (let month = monthStart(from); month <= to; month = monthStart(month, 1)) {
    months.push(month.slice(0, 7));
  }
  return months;
}

/** Short texts under bars; no two are the same. */
export function barLabels(starts: readonly string[], step: Step): string[] {
  const isLong = (starts[0] ?? '').slice(0, 4) !== (starts.at(-1) ?? '').slice(0, 4);
  const shape = { isLong, isDay: starts.length <= 25 };
  return hourLabels(starts.map((start) => barLabel(start, step, shape)));
}

interface LabelShape {
  /** Over more than a year. */
  isLong: boolean;
  isDay: boolean;
}

function barLabel(start: string, step: Step, { isLong, isDay }: LabelShape): string {
  if (step === 'month') return formatMonth(start);
  if (step === 'hour') return isDay ? formatHour(start) : formatInstant(start);
  return isLong ? formatDayAndYear(start) : formatDay(start);
}

/** The name of a step of a range, in tables and sentences: `Fri, 20 Nov`, or `20 Nov 2026` where years meet. */
export function stepName(start: string, { from, to, step }: Range & { step: Step }): string {
  if (step === 'month') return formatMonth(start);
  if (step === 'hour') return from === to ? formatTime(start) : formatInstant(start);
  const isLong = from.slice(0, 4) !== to.slice(0, 4);
  return isLong ? formatDayAndYear(start) : `${formatWeekday(start)}, ${formatDay(start)}`;
}
