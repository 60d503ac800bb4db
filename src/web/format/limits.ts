import type { Limit, LimitDirection, LimitPeriod } from '../api/operations.ts';

/** Words for periods and directions of limits. */
export const periodNames: Record<LimitPeriod, string> = {
  day: 'Day',
  week: 'Week',
  month: 'Month',
  billing: 'Billing period',
};
export const directionNames: Record<LimitDirection, string> = {
  download: 'Download',
  upload: 'Upload',
  both: 'Download and upload',
};

/** Such as `Month, download and upload`. */
export function describeLimit({ period, direction }: Limit): string {
  return `${periodNames[period]}, ${directionNames[direction].toLowerCase()}`;
}

const urgency = { exceeded: 0, warning: 1, ok: 2 };

/** Sorts limits: those that are exceeded first, then those that are near. */
export function byUrgency(one: Limit, other: Limit): number {
  return urgency[one.level] - urgency[other.level];
}
