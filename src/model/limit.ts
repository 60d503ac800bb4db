export const limitPeriods = ['day', 'week', 'month', 'billing'] as const;
/** A local calendar day, a week from Monday on, a calendar month, or the provider's billing period. */
export type LimitPeriod = (typeof limitPeriods)[number];

export const limitDirections = ['download', 'upload', 'both'] as const;
export type LimitDirection = (typeof limitDirections)[number];

/** `network`, a device id, or a group id. */
export type LimitTarget = string;
export const NETWORK_TARGET = 'network';

/** How much internet traffic there may be in a period. There is one limit for each target, period and direction. */
export interface Limit {
  target: LimitTarget;
  period: LimitPeriod;
  direction: LimitDirection;
  bytes: number;
  /** A warning is raised at this share of `bytes`, 1 to 100. */
  warningPercent: number;
}

export type LimitLevel = 'ok' | 'warning' | 'exceeded';

/** What identifies a limit. */
export type LimitId = Pick<Limit, 'target' | 'period' | 'direction'>;

const periodWords = { day: 'daily', week: 'weekly', month: 'monthly', billing: 'billing period' };

/** `The monthly download limit of Kitchen`; `name` is that of the target. */
export function limitWords({ period, direction }: LimitId, name: string): string {
  const kind = direction === 'both' ? '' : `${direction} `;
  return `The ${periodWords[period]} ${kind}limit of ${name}`;
}

/** `network/month/both` */
export function limitKey({ target, period, direction }: LimitId): string {
  return `${target}/${period}/${direction}`;
}
