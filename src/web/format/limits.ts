import type { LimitDirection, LimitPeriod } from '../api/operations.ts';

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
