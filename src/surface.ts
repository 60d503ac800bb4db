import { hostname } from 'node:os';
import type { Clock } from './base/clock.ts';
import type { ProcessLog } from './base/log.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { countedPackets } from './capture/interface-statistics.ts';
import { createCommands } from './commands.ts';
import { tokensPath } from './config/config.ts';
import { describeConfig } from './config/describe.ts';
import type { LoadedConfig } from './config/load.ts';
import { Coverage } from './coverage.ts';
import { createAccess } from './http/access.ts';
import { createDashboard } from './http/routes/dashboard.ts';
import { createLive } from './http/routes/live.ts';
import { createMetrics } from './http/routes/metrics.ts';
import { createProbe } from './http/routes/probe.ts';
import { createUsage } from './http/routes/usage.ts';
import { createWhiteStat } from './http/routes/whitestat.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createServer } from './http/server.ts';
import { openTokens } from './http/tokens.ts';
import type { InterfaceCounters } from './model/batch.ts';
import type { History } from './model/history.ts';
import { everywhereLocal } from './model/networks.ts';
import { publishedTime } from './model/published.ts';
import type { Report } from './model/report.ts';
import { createPublisher } from './mqtt/publisher.ts';
import type { Names } from './names/names.ts';
import { createQueries } from './queries.ts';
import { reloadConfig } from './reload.ts';
import { publishedStatus } from './status.ts';
import type { Store } from './store/store.ts';
import { version } from './version.ts';

export interface SurfaceOptions {
  loaded: LoadedConfig;
  /** Prefixes that are local besides those that are so everywhere. */
  localPrefixes: readonly string[];
  clock: Clock;
  log: ProcessLog;
  store: Store;
  bookkeeper: Bookkeeper;
  names: Names;
  history: History;
  report: () => Report;
  /** Ends this daemon and begins a new one. */
  restart: () => void;
}

/** Everything that is seen from outside: the commands, MQTT and HTTP. */
export type Surface = ReturnType<typeof createSurface>;

export function createSurface(options: SurfaceOptions) {
  const { loaded, localPrefixes, clock, log, store, bookkeeper, names, history, report } = options;
  const { restart } = options;
  const { config } = loaded;
  const { registry, groups, events, ledger } = bookkeeper;
  const coverage = new Coverage(countedPackets);
  const peerName = (address: string) =>
    bookkeeper.peerNames.get(address) ?? names.nameOfAddress(address)?.name;
  const queries = createQueries({ registry, groups, report, history, store, events, peerName });
  const health = () => {
    const [storeBytes, broker] = [store.sizeBytes(), publisher.state()];
    return publishedStatus({ report: report(), storeBytes, broker, coverage });
  };
  const configuration = () => ({ settings: describeConfig(loaded) });
  const publish = () => publisher.publish();
  const execute = createCommands({
    bookkeeper,
    events,
    queries,
    report,
    health,
    configuration,
    publish,
    restart,
    log,
  });
  const whiteStat = createWhiteStat({
    report,
    history,
    execute,
    peerName,
    localPrefixes: () => [...everywhereLocal, ...localPrefixes],
  });
  const tokens = openTokens({ path: tokensPath(config), log, clock });
  const access = createAccess({ config: config.http, tokens, log, clock });
  const live = createLive({ report, mayStillRead: access.mayStillRead });
  const dashboard = createDashboard();
  const server = createServer({
    config: config.http,
    access: [securityHeaders(config.http.tls.certificateFile !== ''), ...access.handlers],
    files: dashboard.files,
    execute,
    handlers: {
      home: dashboard.page,
      showUsage: createUsage(queries.usage),
      live: live.handler,
      showAccess: access.show,
      metrics: createMetrics({ report, health, sinceStart: ledger.sinceStart }),
      probe: createProbe(report),
      whiteStatToday: whiteStat.today,
      whiteStatHistory: whiteStat.history,
      whiteStatLanSegments: whiteStat.lanSegments,
      whiteStatRename: whiteStat.rename,
    },
    log,
  });
  const startedAt = publishedTime(clock.now());
  const publisher = createPublisher({
    config: config.mqtt,
    homeAssistant: config.homeAssistant,
    host: hostname(),
    report,
    info: () => ({ version, startedAt, timeZone: config.timeZone, ...configuration() }),
    execute,
    log,
    clock,
  });
  events.listen((event) => {
    publisher.tell(event);
    live.tell(event);
  });
  events.listenToAcknowledgements((ids) => live.tellAcknowledged(ids));

  return {
    publish,
    /** Call it once a second. */
    tick() {
      if (live.watched()) live.tick(report());
    },
    /** These interfaces are metered from here on. */
    cover(counters: readonly InterfaceCounters[]) {
      for (const { name, received } of counters) coverage.of(name, received);
    },
    /** Takes up what may change while running, and reads certificate and key again. */
    reload(changed: LoadedConfig) {
      reloadConfig(loaded, changed, { log, events });
      server.renewCertificate();
    },
    /** Resolves with the HTTP port. */
    async start(): Promise<number> {
      const port = await server.start();
      await publisher.start();
      return port;
    },
    /** The way in, where a token is needed with a code that is good once. */
    loginPath: () =>
      config.http.auth === 'none' ? '/' : `/login?code=${access.createLogin().code}`,
    async stop(): Promise<void> {
      live.stop();
      await Promise.all([publisher.stop(), server.stop()]);
    },
  };
}
