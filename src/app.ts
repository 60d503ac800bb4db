import { systemClock } from './base/clock.ts';
import type { ProcessLog } from './base/log.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { chooseInterfaces, configuredPrefixes } from './capture/interfaces.ts';
import { ledgerPath } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import type { HouseholdOptions } from './demo/household.ts';
import { DEMO_INTERFACE } from './demo/interface.ts';
import { createHistory } from './history.ts';
import { Rates } from './insights/rates.ts';
import { LimitBook } from './limit-book.ts';
import { MemoryGuard } from './memory-guard.ts';
import type { Batch } from './model/batch.ts';
import { parseAddress } from './model/address.ts';
import { LocalNetworks } from './model/networks.ts';
import type { MonitorHealth } from './model/report.ts';
import { createMonitorHost } from './monitor-host.ts';
import { createNames } from './names/names.ts';
import { nameDevices } from './outside-names.ts';
import { createReporter } from './report.ts';
import { Schedule } from './schedule.ts';
import { serverUrl } from './server-url.ts';
import type { ServiceManager } from './service/service-manager.ts';
import { openStore } from './store/store.ts';
import { createSurface, type Surface } from './surface.ts';
import { version } from './version.ts';
import { Watch } from './watch.ts';

export interface App {
  /**
   * Resolves with the interfaces that are metered. Rejects with an `AppError` where something essential cannot work; whatever
   * was opened is closed again.
   */
  start(): Promise<readonly string[]>;
  /** Takes up what may change while running. */
  reload(changed: LoadedConfig): void;
  /** Writes a last checkpoint and closes everything, in reverse order; rejects at the end with what went wrong first. */
  stop(): Promise<void>;
}

export interface AppOptions {
  /** Users ask for it. */
  restart: () => void;
  /** The made-up household to meter; undefined: the network. */
  demo: HouseholdOptions | undefined;
  /** The interfaces that were metered before a restart. */
  metered?: readonly string[] | undefined;
  service: Pick<ServiceManager, 'look'>;
  /** Is told the HTTP port, which may be any that was free. */
  serving?: ((port: number) => void) | undefined;
}

/** Builds the daemon: every part, and who talks to whom. Nothing runs before `start`. */
export function createApp(
  loaded: LoadedConfig,
  log: ProcessLog,
  { restart, demo, metered, service, serving }: AppOptions,
): App {
  const { config } = loaded;
  const clock = systemClock;
  const closers: (() => Promise<void> | void)[] = [];
  let surface: Surface | undefined;

  async function start(): Promise<readonly string[]> {
    const interfaces =
      demo === undefined
        ? chooseInterfaces(config.capture.interfaces, log, metered)
        : [DEMO_INTERFACE];
    const store = openStore(ledgerPath(config));
    closers.push(() => store.close());
    const rates = new Rates();
    const bookkeeper = new Bookkeeper({
      store,
      timeZone: config.timeZone,
      clock,
      log,
      onMerge: ({ from, into }) => rates.merge(from, into),
    });
    const { registry, events, ledger } = bookkeeper;
    const monitors = new Map<string, MonitorHealth>();
    const { calendar } = bookkeeper;
    const history = createHistory(store, calendar, ledger.pending, () => bookkeeper.writeMerges());
    const limitBook = new LimitBook({ config, bookkeeper, history, log });
    const memory = new MemoryGuard({
      limitMegabytes: () => config.memoryLimitMegabytes,
      resident: () => process.memoryUsage.rss(),
      clock,
      log,
      shed: () => ledger.shedPeers(),
      restore: () => ledger.restorePeers(),
    });
    const report = createReporter({
      config,
      clock,
      bookkeeper,
      rates,
      monitors,
      limitBook,
      memory,
    });
    const localPrefixes = [...config.networks.local, ...interfaces.flatMap(configuredPrefixes)];
    const isLocal = isLocalHere(localPrefixes);
    const names = createNames({ config: config.names, clock, log, isLocal });
    closers.push(() => names.stop());
    const shown = createSurface({
      loaded,
      localPrefixes,
      clock,
      log,
      store,
      bookkeeper,
      names,
      history,
      report,
      restart,
    });
    surface = shown;
    const watch = new Watch(events, report());
    const schedule = new Schedule({
      config,
      clock,
      log,
      store,
      bookkeeper,
      watch() {
        memory.look();
        const current = report();
        service.look(current.health);
        watch.look(current, bookkeeper.checkpointFailure);
        if (limitBook.look(current)) shown.publish();
        shown.tick();
      },
      nameDevices: () => nameDevices(registry, names),
      publish: () => shown.publish(),
    });
    const takeBatch = (batch: Batch) => {
      schedule.followClock();
      bookkeeper.apply(batch);
      rates.update(clock.monotonic(), totalsOfAll(bookkeeper));
      const { monitor, to: lastBatchAt, counters } = batch;
      if (!monitors.has(monitor)) shown.cover(counters.interfaces);
      monitors.set(monitor, { monitor, lastBatchAt, heardAt: clock.monotonic(), counters });
    };
    const capture = { ...config.capture, interfaces };
    const local = config.networks.local;
    const made = demo && { ...demo, timeZone: config.timeZone };
    const worker = { monitor: 'local', capture, local, demo: made };
    const host = createMonitorHost(worker, log, takeBatch);

    closers.push(() => shown.stop());
    const port = await shown.start();
    serving?.(port);
    names.start();
    closers.push(() => bookkeeper.finish());
    closers.push(() => host.stop());
    await host.start();
    schedule.start();
    closers.push(() => schedule.stop());
    events.add('daemon-started', `LanLedger ${version} has started.`);
    log.info(
      `LanLedger is running: metering ${interfaces.join(', ')}, days in ${config.timeZone}, ` +
        `ledger in ${config.dataDirectory}.`,
    );
    const isInIngress = config.http.ingressPort > 0;
    if (isInIngress) log.info('Open LanLedger in Home Assistant, on the page of the app.');
    if (!isInIngress || config.http.host !== '127.0.0.1') {
      log.info(`Open ${serverUrl(config, port)}${shown.loginPath()} in a browser.`);
    }
    return interfaces;
  }

  async function stop(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    async start() {
      try {
        return await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    reload: (changed) => surface?.reload(changed),
    stop,
  };
}

/** Tells which addresses are the home's, without what is learned from packets. */
function isLocalHere(local: readonly string[]): (address: string) => boolean {
  const networks = new LocalNetworks();
  for (const prefix of local) networks.addLocalText(prefix);
  return (address) => {
    const words = parseAddress(address);
    return words !== undefined && networks.isLocal(...words);
  };
}

function totalsOfAll({ registry, ledger }: Bookkeeper) {
  return [...registry.all()].map(({ id }) => [id, ledger.totalsOf(id).total] as const);
}
