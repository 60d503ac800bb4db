import type { UsageRow } from '../../api/operations.ts';
import { localTime } from '../../format/local-time.ts';

/** Bytes of internet traffic. */
export interface Amounts {
  download: number;
  upload: number;
}

/** A moment, and the ledger's zone. */
export interface Moment {
  /** Epoch ms. */
  at: number;
  zone: string;
}

/** What was used on `day` until the time of day that it is at `now`; of the hour that runs, its share. */
export function usedByTime(rows: readonly UsageRow[], day: string, now: Moment): Amounts {
  const { hours } = localTime(now.at, now.zone);
  return sum(rows, ({ start }) => {
    const local = localTime(Date.parse(start), now.zone);
    return local.day === day ? share(hours - local.hours) : 0;
  });
}

/** What was used in the month of `rows`, one for each day, until the same day and time; of the day that runs, its share. */
export function usedByDay(rows: readonly UsageRow[], now: Moment): Amounts {
  const { day, hours } = localTime(now.at, now.zone);
  const passed = dayOfMonth(day) - 1 + hours / 24;
  return sum(rows, ({ start }) => share(passed - (dayOfMonth(start) - 1)));
}

/** Of an hour or a day that began `passed` hours or days ago, how much is over: 0 to 1. */
function share(passed: number): number {
  return Math.min(1, Math.max(0, passed));
}

function sum(rows: readonly UsageRow[], shareOf: (row: UsageRow) => number): Amounts {
  const total = { download: 0, upload: 0 };
  for (const row of rows) {
    const part = shareOf(row);
    total.download += part * (row.download ?? 0);
    total.upload += part * (row.upload ?? 0);
  }
  return total;
}

function dayOfMonth(day: string): number {
  return Number(day.slice(8, 10));
}

const percents = new Intl.NumberFormat(undefined, { style: 'percent' });

/** `12% more`, `8% less`, `about the same`; undefined where there is nothing to compare with. */
export function changeInWords(now: number, then: number): string | undefined {
  if (then <= 0) return undefined;
  const change = now / then - 1;
  if (change >= 9) return `${Math.round(change + 1)} times as much`;
  if (Math.abs(change) < 0.005) return 'about the same';
  return `${percents.format(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`;
}
