import type { Report } from '../../model/report.ts';
import type { SinceStart, Status } from '../metrics/metric.ts';
import type { Handler } from '../router.ts';

export interface MetricsOptions {
  report: () => Report;
  health: () => Status;
  sinceStart: SinceStart;
}

/** `GET /metrics`: one moment, in Prometheus' text format. */
export function createMetrics({ report, health, sinceStart }: MetricsOptions): Handler {
  return async ({ response }) => {
    // Most homes have no Prometheus: its library is loaded where somebody asks, and takes a tenth of a second.
    const { metricsText } = await import('../metrics/text.ts');
    const { type, text } = await metricsText({ report: report(), sinceStart, status: health() });
    response.set('Content-Type', type);
    response.end(text);
  };
}
