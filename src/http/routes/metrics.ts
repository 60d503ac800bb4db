import { Registry } from 'prom-client';
import type { Report } from '../../model/report.ts';
import { captureMetrics } from '../metrics/capture-metrics.ts';
import { deviceMetrics } from '../metrics/device-metrics.ts';
import { limitMetrics } from '../metrics/limit-metrics.ts';
import { addMetric, type Start, type Status } from '../metrics/metric.ts';
import { systemMetrics } from '../metrics/system-metrics.ts';
import type { Handler } from '../router.ts';

export interface MetricsOptions {
  report: () => Report;
  health: () => Status;
}

const metrics = [...systemMetrics, ...deviceMetrics, ...limitMetrics, ...captureMetrics];

/** `GET /metrics`: one moment in Prometheus' text format (0.0.4). */
export function createMetrics({ report, health }: MetricsOptions): Handler {
  const start = startOf(report());
  return async ({ response }) => {
    const scrape = { report: report(), start, status: health() };
    const registry = new Registry();
    for (const metric of metrics) addMetric(registry, metric, scrape);
    const text = await registry.metrics();
    response.set('Content-Type', registry.contentType);
    response.end(text);
  };
}

function startOf({ devices, network }: Report): Start {
  return { devices: new Map(devices.map(({ id, total }) => [id, total])), network: network.total };
}
