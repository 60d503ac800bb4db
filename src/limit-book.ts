import prettyBytes from 'pretty-bytes';
import { PLAUSIBLE_FROM_MS } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Config } from './config/config.ts';
import { addDays, type LimitMark, type MarkedLimit } from './model/checkpoint.ts';
import {
  limitKey,
  NETWORK_TARGET,
  type LimitDirection,
  type LimitPeriod,
  type LimitTarget,
} from './model/limit.ts';
import type { History } from './model/history.ts';
import type { BillingReport, LimitReport, Report, UsageReport } from './model/report.ts';
import { PeriodUsage } from './period-usage.ts';
import { bytesOf, forecastBytes, judge } from './usage/limits.ts';
import { daysLeft, periodOf, type Period } from './usage/periods.ts';

export interface LimitBookSources {
  config: Config;
  bookkeeper: Bookkeeper;
  history: History;
  log: Log;
}

/** The part of a report that limits are about. */
export type Metered = Pick<Report, 'devices' | 'groups' | 'network'>;

/** Holds what was used against the limits, and raises events. */
export class LimitBook {
  private readonly sources: LimitBookSources;
  private readonly usage: PeriodUsage;

  constructor(sources: LimitBookSources) {
    this.sources = sources;
    this.usage = new PeriodUsage(sources);
  }

  /** How each limit stands, by key. */
  limits(metered: Metered): LimitReport[] {
    const reports: LimitReport[] = [];
    for (const limit of this.sources.bookkeeper.limits.all()) {
      const subject = subjectOf(limit.target, metered);
      if (subject === undefined) continue;
      const { from, next } = this.periodOf(limit.period);
      const used = this.usage.since(from, subject.usage, subject.devices);
      const usedBytes = bytesOf(used, limit.direction);
      const { level } = judge(limit, { from, usedBytes });
      const { target, period, direction, bytes, warningPercent } = limit;
      const set = { target, period, direction, bytes, warningPercent };
      reports.push({ ...set, from, next, usedBytes, level });
    }
    return reports.toSorted((left, right) => (limitKey(left) < limitKey(right) ? -1 : 1));
  }

  /** `now`: epoch ms. */
  billing(network: UsageReport, now: number): BillingReport {
    const { calendar, ledger, limits } = this.sources.bookkeeper;
    const period = this.periodOf('billing');
    const { from, next } = period;
    const usedBytes = bytesOf(this.usage.since(from, network), 'both');
    const begin = calendar.startOfDay(from);
    const forecast = forecastBytes(usedBytes, now - begin, calendar.startOfDay(next) - begin);
    const limit = limits.get(
      limitKey({ target: NETWORK_TARGET, period: 'billing', direction: 'both' }),
    );
    return {
      from,
      next,
      daysLeft: daysLeft(period, ledger.today),
      usedBytes,
      forecastBytes: forecast,
      ...(limit === undefined ? {} : { limitBytes: limit.bytes }),
    };
  }

  /**
   * Tells what was reached since the last look, and which periods ended; true where there was something to tell. What is
   * told is on disk at once, so that no restart tells it again.
   */
  look(report: Report): boolean {
    // A clock that was never set would raise everything once more when it is.
    if (report.at < PLAUSIBLE_FROM_MS) return false;
    let hasNews = false;
    for (const state of report.limits) {
      const key = limitKey(state);
      const limit = this.sources.bookkeeper.limits.get(key);
      if (limit === undefined) continue;
      const { raised, closed, mark } = judge(limit, state);
      if (closed !== undefined) this.tellClosed(limit, closed, report);
      if (raised !== undefined) this.tellRaised(state, raised, report);
      this.sources.bookkeeper.limits.mark(key, mark);
      hasNews ||= closed !== undefined || raised !== undefined;
    }
    if (hasNews) this.sources.bookkeeper.checkpoint();
    return hasNews;
  }

  private tellRaised(state: LimitReport, raised: 'warning' | 'exceeded', report: Report): void {
    const subject = subjectOf(state.target, report);
    if (subject === undefined) return;
    const { direction, period, usedBytes, bytes, warningPercent } = state;
    const used = `${subject.name} has ${verbs[direction]} ${amounts(usedBytes, bytes)}`;
    const sentence =
      raised === 'exceeded'
        ? `${used} ${currentPeriods[period]}: the limit is reached.`
        : `${used} ${currentPeriods[period]}, at least ${warningPercent} % of the limit.`;
    this.tell(`limit-${raised}`, sentence, state);
  }

  private tellClosed(limit: MarkedLimit, { from, level }: LimitMark, report: Report): void {
    const subject = subjectOf(limit.target, report);
    if (subject === undefined) return;
    const { next } = periodOf(limit.period, from, this.startDay);
    const last = addDays(Math.min(next, this.periodOf(limit.period).from), -1);
    const { direction, bytes, period } = limit;
    const usedBytes = bytesOf(this.usage.between(from, last, subject.devices), direction);
    const outcome = level === 'exceeded' ? 'the limit was reached' : 'there was a warning';
    const used = `${subject.name} has ${verbs[direction]} ${amounts(usedBytes, bytes)}`;
    const sentence = `${used} ${pastPeriods[period]}: ${outcome}; it counts from 0 again.`;
    this.tell('period-closed', sentence, limit);
  }

  private tell(
    type: 'limit-warning' | 'limit-exceeded' | 'period-closed',
    sentence: string,
    limit: MarkedLimit,
  ): void {
    const { bookkeeper } = this.sources;
    const about = targetOf(limit.target, bookkeeper);
    bookkeeper.events.add(type, sentence, { ...about, limit: limitKey(limit) });
  }

  private get startDay(): number {
    return this.sources.config.billing.startDay;
  }

  private periodOf(period: LimitPeriod): Period {
    return periodOf(period, this.sources.bookkeeper.ledger.today, this.startDay);
  }
}

/** What an event about a limit names besides the limit. */
export function targetOf(
  target: LimitTarget,
  { groups }: Pick<Bookkeeper, 'groups'>,
): { device?: string; group?: string } {
  if (target === NETWORK_TARGET) return {};
  return groups.get(target) === undefined ? { device: target } : { group: target };
}

/** Whose usage a limit holds; undefined where they are gone. */
function subjectOf(target: LimitTarget, { devices, groups, network }: Metered) {
  if (target === NETWORK_TARGET) {
    return { name: 'The network', usage: network, devices: undefined };
  }
  const group = groups.find(({ id }) => id === target);
  if (group !== undefined) return { name: group.name, usage: group, devices: group.devices };
  const device = devices.find(({ id }) => id === target);
  return device && { name: device.name, usage: device, devices: [device.id] };
}

/** `8.1 GB of 10 GB` */
function amounts(usedBytes: number, bytes: number): string {
  return `${prettyBytes(usedBytes)} of ${prettyBytes(bytes)}`;
}

const verbs: Record<LimitDirection, string> = {
  download: 'downloaded',
  upload: 'uploaded',
  both: 'used',
};
const currentPeriods: Record<LimitPeriod, string> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  billing: 'in this billing period',
};
const pastPeriods: Record<LimitPeriod, string> = {
  day: 'on the day that is over',
  week: 'in the week that is over',
  month: 'in the month that is over',
  billing: 'in the billing period that is over',
};
