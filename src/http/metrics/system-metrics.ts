import type { Metric, Scrape } from './metric.ts';

export const systemMetrics: readonly Metric[] = [
  {
    name: 'lanledger_info',
    help: 'Always 1; the version of LanLedger.',
    type: 'gauge',
    labels: ['version'],
    read: ({ report }) => [[{ version: report.health.version }, 1]],
  },
  single(
    'gauge',
    'lanledger_down',
    '1 while nothing is metered, because no monitor works.',
    ({ report }) => Number(report.health.status === 'down'),
  ),
  single(
    'gauge',
    'lanledger_problems',
    'Things that need attention; GET /api/v1/health names them.',
    ({ report }) => report.health.problems.length,
  ),
  single(
    'gauge',
    'lanledger_checkpoint_timestamp_seconds',
    'When the ledger was written to disk last; 0 before the first time.',
    ({ report }) => report.health.checkpointAt / 1000,
  ),
  single(
    'gauge',
    'lanledger_store_bytes',
    'Size of the ledger on disk.',
    ({ status }) => status.storeBytes,
  ),
  single(
    'gauge',
    'lanledger_broker_connected',
    '1 while there is a connection to the MQTT broker.',
    ({ status }) => Number(status.broker.connected),
  ),
  // The process, under the names that all client libraries use. prom-client's own collection is left aside: it watches the
  // event loop with a timer that fires a hundred times a second, which a quiet gateway would feel.
  single('counter', 'process_cpu_seconds_total', 'Processor time of all threads.', cpuSeconds),
  single('gauge', 'process_resident_memory_bytes', 'Memory in use.', () =>
    process.memoryUsage.rss(),
  ),
  single(
    'gauge',
    'process_start_time_seconds',
    'When the process started.',
    () => performance.timeOrigin / 1000,
  ),
  single(
    'counter',
    'nodejs_eventloop_busy_seconds_total',
    'Time the main thread was at work; its rate is its utilisation.',
    () => performance.eventLoopUtilization().active / 1000,
  ),
];

/** A metric without labels. */
function single(
  type: Metric['type'],
  name: string,
  help: string,
  value: (scrape: Scrape) => number,
): Metric {
  return { name, help, type, labels: [], read: (scrape) => [[{}, value(scrape)]] };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
