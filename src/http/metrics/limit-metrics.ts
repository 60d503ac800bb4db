import type { LimitReport } from '../../model/report.ts';
import type { Metric } from './metric.ts';

/** Limits by what identifies them; they are gauges, for they begin at 0 with each period. */
export const limitMetrics: readonly Metric[] = [
  gauge(
    'lanledger_limit_used_bytes',
    'What counts of the current period of a limit.',
    ({ usedBytes }) => usedBytes,
  ),
  gauge('lanledger_limit_bytes', 'How much a limit allows in a period.', ({ bytes }) => bytes),
];

function gauge(name: string, help: string, value: (limit: LimitReport) => number): Metric {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['target', 'period', 'direction'],
    read: ({ report }) =>
      report.limits.map((limit) => {
        const { target, period, direction } = limit;
        return [{ target, period, direction }, value(limit)];
      }),
  };
}
