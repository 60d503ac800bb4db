import type { UsageRow } from '../api/operations.ts';
import { localTime } from './local-time.ts';
import { formatPercent } from './numbers.ts';
import { sumOf, type Traffic } from './traffic.ts';

/** A moment, and the ledger's zone. */
export interface Moment {
  /** Epoch ms. */
  at: number;
  zone: string;
}

/** What was used on `day` until the time of day that it is at `now`; of the hour that runs, its share. */
export function usedByTime(rows: readonly UsageRow[], day: string, now: Moment): Traffic {
  const { hours } = localTime(now.at, now.zone);
  return sumParts(rows, ({ start }) => {
    const local = localTime(Date.parse(start), now.zone);
    return local.day === day ? share(hours - local.hours) : 0;
  });
}

/** What was used before `day`, and on it until the time of day that it is at `now`; `rows` are days. */
export function usedByDay(rows: readonly UsageRow[], day: string, now: Moment): Traffic {
  const { hours } = localTime(now.at, now.zone);
  return sumParts(rows, ({ start }) => (start === day ? hours / 24 : Number(start < day)));
}

/** Of an hour that began `passed` hours ago, how much is over: 0 to 1. */
function share(passed: number): number {
  return Math.min(1, Math.max(0, passed));
}

function sumParts(rows: readonly UsageRow[], shareOf: (row: UsageRow) => number): Traffic {
  return sumOf(
    rows.map((row) => {
      const part = shareOf(row);
      return { download: part * (row.download ?? 0), upload: part * (row.upload ?? 0) };
    }),
  );
}

/** `12% more`, `8% less`, `about the same`; undefined where there is nothing to compare with. */
export function changeInWords(now: number, then: number): string | undefined {
  if (then <= 0) return undefined;
  const change = now / then - 1;
  if (change >= 9) return `${Math.round(change + 1)} times as much`;
  if (Math.abs(change) < 0.005) return 'about the same';
  return `${formatPercent(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`;
}
