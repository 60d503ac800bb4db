import { hostname } from 'node:os';
import { systemClock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { ledgerPath, type Config } from './config/config.ts';
import { chooseInterfaces } from './capture/interfaces.ts';
import { createHistory } from './history.ts';
import { createServer } from './http/server.ts';
import { Rates } from './insights/rates.ts';
import type { Batch } from './model/batch.ts';
import type { MonitorHealth } from './model/report.ts';
import { createMonitorHost } from './monitor-host.ts';
import { createPublisher } from './mqtt/publisher.ts';
import { createReporter } from './report.ts';
import { Schedule } from './schedule.ts';
import { openStore } from './store/store.ts';
import { version } from './version.ts';

export interface App {
  /** Rejects with an `AppError` where something essential cannot work; whatever was opened is closed again. */
  start(): Promise<void>;
  /** Writes a last checkpoint and closes everything, in reverse order. */
  stop(): Promise<void>;
}

/** Builds the daemon: every part, and who talks to whom. Nothing runs before `start`. */
export function createApp(config: Config, log: Log): App {
  const clock = systemClock;
  const closers: (() => Promise<void> | void)[] = [];

  async function start(): Promise<void> {
    const interfaces = chooseInterfaces(config.capture.interfaces, log);
    const store = openStore(ledgerPath(config));
    closers.push(() => store.close());
    const bookkeeper = new Bookkeeper({ store, timeZone: config.timeZone, clock, log });
    const rates = new Rates();
    const monitors = new Map<string, MonitorHealth>();
    const report = createReporter({ config, clock, bookkeeper, rates, monitors });
    const history = createHistory(store, bookkeeper.calendar, bookkeeper.ledger.pending);
    const server = createServer({ ...config.http, report, history, log, version });
    const clientId = `lanledger-${hostname()}`;
    const publisher = createPublisher({ config: config.mqtt, clientId, report, log, clock });
    const schedule = new Schedule({
      config,
      clock,
      log,
      store,
      bookkeeper,
      updateRates: () => rates.update(clock.monotonic(), totalsOfAll(bookkeeper)),
      publish: () => publisher.publish(),
    });
    const takeBatch = (batch: Batch) => {
      schedule.followClock();
      bookkeeper.apply(batch);
      const { monitor, to: lastBatchAt, counters } = batch;
      monitors.set(monitor, { monitor, lastBatchAt, counters });
    };
    const capture = { ...config.capture, interfaces };
    const local = config.networks.local;
    const host = createMonitorHost({ monitor: 'local', capture, local }, log, takeBatch);

    const port = await server.start();
    closers.push(() => server.stop());
    await publisher.start();
    closers.push(() => publisher.stop());
    closers.push(() => bookkeeper.finish());
    closers.push(() => host.stop());
    await host.start();
    schedule.start();
    closers.push(() => schedule.stop());
    log.info(
      `LanLedger is running: metering ${interfaces.join(', ')}, days in ${config.timeZone}, ` +
        `ledger in ${config.dataDirectory}, http://${urlHost(config.http.host)}:${port}/api/v1/devices.`,
    );
  }

  async function stop(): Promise<void> {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  }

  return {
    async start() {
      try {
        await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

function totalsOfAll({ registry, ledger }: Bookkeeper) {
  return [...registry.all()].map(({ id }) => [id, ledger.totalsOf(id).total] as const);
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
