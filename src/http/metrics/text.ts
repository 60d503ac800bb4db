import { Registry } from 'prom-client';
import { captureMetrics } from './capture-metrics.ts';
import { deviceMetrics } from './device-metrics.ts';
import { limitMetrics } from './limit-metrics.ts';
import { addMetric, type Scrape } from './metric.ts';
import { systemMetrics } from './system-metrics.ts';

const metrics = [...systemMetrics, ...deviceMetrics, ...limitMetrics, ...captureMetrics];

/** All metrics in Prometheus' text format (0.0.4). */
export async function metricsText(scrape: Scrape): Promise<{ type: string; text: string }> {
  const registry = new Registry();
  for (const metric of metrics) addMetric(registry, metric, scrape);
  return { type: registry.contentType, text: await registry.metrics() };
}
