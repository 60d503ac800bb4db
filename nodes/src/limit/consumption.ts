import { addDays } from '../connection/calendar.ts';
import { sum, type Target, type Usage, type UsageRows } from '../connection/ledger.ts';
import type { Link } from '../connection/link.ts';
import { startOfPeriod, type Period } from './rule.ts';

export interface ConsumptionOptions {
  period: Period;
  /** Of the billing period: 1 to 28. */
  startDay: number;
  direction: 'download' | 'upload' | 'both';
}

/** What targets have used in the current period. */
export interface Consumption {
  /** Today and this month are in the target; days before today of other periods are asked for. */
  of(target: Target): Promise<{ from: string; used: number }>;
}

/** Events that change who used what in days that are over. */
const rewriting = new Set(['device-merged', 'device-split', 'device-forgotten', 'clock-set']);
/** After a question that failed. */
const RETRY_MS = 60_000;

export function createConsumption(link: Link, options: ConsumptionOptions): Consumption {
  const { period, startDay, direction } = options;
  let past: { range: string; answer: Promise<UsageRows>; failedAt?: number } | undefined;

  const forget = (): void => {
    past = undefined;
  };
  link.on('event', ({ type }) => {
    if (rewriting.has(type)) forget();
  });
  // Nobody knows what happened while there was no connection.
  link.on('standing', forget);

  /** One question for all targets, however many there are. */
  function ask(from: string, to: string): Promise<UsageRows> {
    const range = `${from} ${to}`;
    const mayRetry = past?.failedAt !== undefined && Date.now() - past.failedAt >= RETRY_MS;
    if (past?.range === range && !mayRetry) return past.answer;
    const answer = link.command('usage', { from, to, step: 'month' }) as Promise<UsageRows>;
    const asked: typeof past = { range, answer };
    answer.catch(() => {
      asked.failedAt = Date.now();
    });
    past = asked;
    return answer;
  }

  async function usageBefore(target: Target, from: string): Promise<Usage> {
    if (from >= target.day) return sum([]);
    const { usage } = await ask(from, addDays(target.day, -1));
    if (target.kind === 'network') return sum(usage);
    const members = new Set(target.kind === 'group' ? target.devices : [target.id]);
    return sum(usage.filter(({ device }) => device !== undefined && members.has(device)));
  }

  async function usageOf(target: Target, from: string): Promise<Usage> {
    if (period === 'day') return target.today;
    if (period === 'month') return target.month;
    return sum([await usageBefore(target, from), target.today]);
  }

  return {
    async of(target) {
      const from = startOfPeriod(period, target.day, startDay);
      const { download, upload } = await usageOf(target, from);
      const amounts = { download, upload, both: download + upload };
      return { from, used: amounts[direction] };
    },
  };
}
