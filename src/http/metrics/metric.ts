import { Counter, Gauge, type Registry } from 'prom-client';
import type { Report } from '../../model/report.ts';
import type { Usage } from '../../model/usage.ts';

/** What `Status` of model/schemas.json knows besides the report. */
export interface Status {
  storeBytes: number;
  broker: { connected: boolean };
}

/** All that one answer tells of. */
export interface Scrape {
  report: Report;
  sinceStart: SinceStart;
  status: Status;
}

/**
 * Usage since the daemon started, which never decreases while a device is there. A lifetime steps back by what a power cut
 * took, and jumps when devices are merged or forgotten: Prometheus would take that for traffic, or for a reset.
 */
export interface SinceStart {
  /** By device id; a device that is not in it used nothing yet. */
  readonly devices: ReadonlyMap<string, Usage>;
  readonly network: Usage;
}

export type Sample = readonly [labels: Record<string, string>, value: number];

/** A row of the tables of metrics. Names and units follow Prometheus' conventions. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  labels: string[];
  read: (scrape: Scrape) => readonly Sample[];
}

/** Puts a metric with its values into a registry. */
export function addMetric(registry: Registry, metric: Metric, scrape: Scrape): void {
  const { name, help, type, labels, read } = metric;
  const options = { name, help, labelNames: labels, registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(options);
    for (const [values, value] of read(scrape)) counter.inc(values, value);
  } else {
    const gauge = new Gauge(options);
    for (const [values, value] of read(scrape)) gauge.set(values, value);
  }
}
