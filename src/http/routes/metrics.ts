import type { Report } from '../../model/report.ts';
import type { Start, Status } from '../metrics/metric.ts';
import type { Handler } from '../router.ts';

export interface MetricsOptions {
  report: () => Report;
  health: () => Status;
}

/** `GET /metrics`: one moment, in Prometheus' text format. */
export function createMetrics({ report, health }: MetricsOptions): Handler {
  const start = startOf(report());
  return async ({ response }) => {
    // Most homes have no Prometheus: its library is loaded where somebody asks, and takes a tenth of a second.
    const { metricsText } = await import('../metrics/text.ts');
    const { type, text } = await metricsText({ report: report(), start, status: health() });
    response.set('Content-Type', type);
    response.end(text);
  };
}

function startOf({ devices, network }: Report): Start {
  return { devices: new Map(devices.map(({ id, total }) => [id, total])), network: network.total };
}
