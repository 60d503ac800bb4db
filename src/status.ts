import type { Coverage } from './coverage.ts';
import { publishedTime } from './model/published.ts';
import type { MonitorHealth, Report } from './model/report.ts';

/** The MQTT broker, as far as the daemon sees it. */
interface BrokerState {
  connected: boolean;
  /** Host and port. */
  broker: string;
  embedded: boolean;
  protocol: '5' | '3.1.1' | undefined;
  trouble?: string;
}

export interface StatusParts {
  report: Report;
  storeBytes: number;
  broker: BrokerState;
  coverage: Coverage;
}

/** All that tells how the daemon fares: `Status` of model/schemas.json. */
export function publishedStatus({ report, storeBytes, broker, coverage }: StatusParts) {
  const { at, timeZone, health } = report;
  const { checkpointAt } = health;
  return {
    status: health.status,
    problems: health.problems,
    version: health.version,
    at: publishedTime(at),
    startedAt: publishedTime(health.startedAt),
    timeZone,
    checkpointAt: publishedTime(checkpointAt),
    checkpointAgeSeconds: Math.max(0, Math.round((at - checkpointAt) / 1000)),
    storeBytes,
    broker: {
      connected: broker.connected,
      name: broker.broker,
      embedded: broker.embedded,
      protocol: broker.protocol ?? null,
      trouble: broker.trouble ?? null,
    },
    monitors: health.monitors.map((monitor) => monitorStatus(monitor, coverage)),
  };
}

function monitorStatus({ monitor, lastBatchAt, counters }: MonitorHealth, coverage: Coverage) {
  const { interfaces, ...numbers } = counters;
  return {
    monitor,
    lastBatchAt: publishedTime(lastBatchAt),
    counters: numbers,
    interfaces: interfaces.map(({ name, up, received, dropped }) => ({
      name,
      up,
      received,
      dropped,
      ...coverage.of(name, received),
    })),
  };
}
