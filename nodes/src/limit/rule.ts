import { billingStart, firstOfMonth, mondayOf } from '../connection/calendar.ts';

export type Level = 'ok' | 'warning' | 'exceeded';
export type Period = 'day' | 'week' | 'month' | 'billing';

/** What a target may use from `from` on. */
export interface Rule {
  bytes: number;
  /** 0: no warning. */
  warningPercent: number;
  /** First day of the period. */
  from: string;
}

/** What was told of a target last. It outlives deploys, so that nothing is told twice. */
export interface Told {
  bytes: number;
  from: string;
  level: Level;
}

const ranks: Record<Level, number> = { ok: 0, warning: 1, exceeded: 2 };

/**
 * How a target stands, and whether that is to be told: each level once in a period, and `ok` when a new period or
 * another limit ends what had been told. A level never falls within a period.
 */
export function judge(
  used: number,
  rule: Rule,
  before: Told | undefined,
): { told: Told; isNews: boolean } {
  const { bytes, from } = rule;
  const isSame = before !== undefined && before.from === from && before.bytes === bytes;
  const last = isSame ? before.level : 'ok';
  const reached = levelOf(used, rule);
  const level = ranks[reached] > ranks[last] ? reached : last;
  const isOver = level === 'ok' && before !== undefined && before.level !== 'ok';
  return { told: { bytes, from, level }, isNews: level !== last || isOver };
}

function levelOf(used: number, { bytes, warningPercent }: Rule): Level {
  if (used >= bytes) return 'exceeded';
  const isNear = warningPercent > 0 && used >= (bytes * warningPercent) / 100;
  return isNear ? 'warning' : 'ok';
}

/** The first day of the period that `day` belongs to. */
export function startOfPeriod(period: Period, day: string, startDay: number): string {
  switch (period) {
    case 'day':
      return day;
    case 'week':
      return mondayOf(day);
    case 'month':
      return firstOfMonth(day);
    case 'billing':
      return billingStart(day, startDay);
  }
}
