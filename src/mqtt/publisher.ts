import type { IPublishPacket } from 'mqtt';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { Execute } from '../model/command.ts';
import type { LedgerEvent } from '../model/event.ts';
import type { Report } from '../model/report.ts';
import { createAnswerQueue } from './answer-queue.ts';
import { currentPassword, parseBrokerUrl, type BrokerAddress } from './broker-address.ts';
import type { Target } from './client.ts';
import { createConnection, type Connection, type ConnectionState } from './connection.ts';
import type { EmbeddedBroker } from './embedded/broker.ts';
import { createEventQueue } from './event-queue.ts';
import { createDiscovery } from './home-assistant/discovery.ts';
import { urgentTopics } from './limit-levels.ts';
import { createOrphans } from './orphans.ts';
import { createOutbox } from './outbox.ts';
import { createRequests } from './requests.ts';
import { createRetained } from './retained.ts';
import type { Session } from './session.ts';
import { createStateGate } from './state-gate.ts';
import { buildStates } from './states.ts';
import { createTally } from './tally.ts';
import { usualTiming, type Timing } from './timing.ts';
import { checkTls, isEncrypted, readTls } from './tls.ts';
import { createTopics } from './topics.ts';

export interface PublisherOptions {
  /** Read anew at each connection. */
  config: Config['mqtt'];
  homeAssistant: Config['homeAssistant'];
  /** This machine's name. */
  host: string;
  report: () => Report;
  /** What `info` says: version, time zone, configuration; without secrets. */
  info: () => object;
  execute: Execute;
  log: Log;
  clock: Clock;
  timing?: Partial<Timing>;
}

interface PublisherState extends ConnectionState {
  /** Host and port. */
  broker: string;
  embedded: boolean;
}

/** Keeps the newest report at the broker, tells events and answers requests. */
export interface Publisher {
  /**
   * Opens the embedded broker where no `mqtt.url` is set, and begins to connect; does not wait for the connection.
   * Rejects with `PORT_IN_USE` or `PORT_UNAVAILABLE` where the embedded broker cannot listen.
   */
  start(): Promise<void>;
  /**
   * Sends what has changed by enough to be worth a message. Call it once more right before a day ends, so that the day's
   * last amounts are told. Works without a connection: the newest states go out with the next one.
   */
  publish(): void;
  /** Tells an event; the last 100 of the last hour wait for a connection. */
  tell(event: LedgerEvent): void;
  /** Sends what is left, says `offline` and disconnects. */
  stop(): Promise<void>;
  state(): PublisherState;
}

/** Throws `CONFIG_INVALID` where the base topic, the URL or TLS is unusable. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { config, homeAssistant, host, report, log, clock } = options;
  const timing = { ...usualTiming, ...options.timing };
  const topics = createTopics(config.baseTopic);
  // The same at every start; machines often have the same name, and only their base topics differ for sure.
  const clientId = `${config.baseTopic}-${host}`;
  const external = config.url === '' ? undefined : checkedBroker(config);
  const droppedEvents = createTally(
    log,
    clock,
    (number) =>
      `Events were not published (${number}): the MQTT broker was away, and only the last 100 are kept.`,
  );
  const retained = createRetained();
  const events = createEventQueue(topics.event, clock, droppedEvents);
  const answers = createAnswerQueue();
  const gate = createStateGate(retained, clock);
  const discovery = createDiscovery({
    config: homeAssistant,
    topics,
    retained,
    timing,
    wake: () => outbox.pump(),
    log,
  });
  const orphans = createOrphans(topics, retained, timing.orphansMs);
  const outbox = createOutbox({
    sources: [answers, events, retained, discovery.source],
    acknowledgeMs: timing.acknowledgeMs,
    log,
  });
  const requests = createRequests({
    topics,
    execute: options.execute,
    answers,
    packetLimit: () => session?.limits.packetBytes ?? 0,
    log,
    clock,
  });
  let levels = new Map<string, string>();
  let session: Session | undefined;
  let embedded: EmbeddedBroker | undefined;
  let connection: Connection | undefined;
  let isStopping = false;
  let hasPublished = false;

  function connected(newSession: Session): void {
    session = newSession;
    droppedEvents.report();
    session.subscribe({ filter: topics.requests, noLocal: false }, (refusal) => {
      if (refusal === undefined) return;
      log.warn(
        `The MQTT broker refuses the subscription to ${topics.requests}, so requests do not work: check its access list.`,
      );
    });
    // The will of an old connection has the same client id: "no local" would hide it.
    session.subscribe({ filter: topics.status, noLocal: false }, () => {});
    orphans.connected(session);
    discovery.connected(session);
    gate.flush();
    outbox.connected(session);
  }

  function disconnected(): void {
    session = undefined;
    orphans.disconnected();
    discovery.disconnected();
    outbox.disconnected();
  }

  function message(topic: string, payload: Buffer, packet: IPublishPacket): void {
    if (topic === topics.status) {
      // The will of an old connection, or somebody else: we are here.
      const isOurs = packet.retain || payload.toString() === 'online';
      if (!isOurs && !isStopping) retained.repeat(topics.status);
    } else if (topics.isMember(topic)) {
      if (packet.retain) orphans.found(topic);
    } else if (!discovery.message(topic, payload, packet)) {
      requests.handle(topic, payload, packet);
    }
    outbox.pump();
  }

  function publish(): void {
    if (connection === undefined || isStopping) return;
    hasPublished = true;
    retained.set(topics.info, JSON.stringify(options.info()));
    const current = report();
    const { urgent, levels: changed } = urgentTopics(current.limits, levels, topics);
    levels = changed;
    gate.publish({
      states: buildStates(current, topics),
      day: current.day,
      urgent,
      minimumChangeBytes: homeAssistant.minimumChangeBytes,
      intervalMs: config.intervalSeconds * 1000,
    });
    discovery.publish(current);
    orphans.clear();
    outbox.pump();
    requests.report();
  }

  const brokerName = (): string => external?.name ?? embedded?.name ?? '';

  async function openTarget(): Promise<() => Target> {
    if (external !== undefined) return () => externalTarget(config);
    const { openBroker } = await import('./embedded/broker.ts');
    const opened = await openBroker({
      ...config.embedded,
      baseTopic: config.baseTopic,
      clientId,
      log,
    });
    embedded = opened;
    log.info(`The built-in MQTT broker serves at ${opened.url}; mqtt.url chooses another.`);
    const broker = parseBrokerUrl({ url: opened.url, ...opened.account });
    return () => ({ broker, tls: undefined });
  }

  return {
    async start() {
      if (connection !== undefined) return;
      const target = await openTarget();
      const { version } = report().health;
      retained.set(topics.status, 'online');
      connection = createConnection({
        name: brokerName(),
        target,
        identity: { clientId, statusTopic: topics.status, version },
        connected,
        disconnected,
        message,
        log,
        clock,
        timing,
      });
      if (external !== undefined && isEncrypted(external) && !config.tls.verify) {
        log.warn('mqtt.tls.verify is false: anybody on the way to the MQTT broker can read along.');
      }
      connection.start();
    },
    publish,
    tell(event) {
      events.add(event);
      outbox.pump();
    },
    async stop() {
      if (hasPublished) publish();
      isStopping = true;
      gate.flush();
      await connection?.stop(async () => {
        await outbox.settled();
        retained.set(topics.status, 'offline');
        await outbox.settled();
      });
      await embedded?.stop();
      connection = undefined;
      embedded = undefined;
    },
    state: () => ({
      ...(connection?.state() ?? { connected: false, protocol: undefined }),
      broker: brokerName(),
      embedded: external === undefined,
    }),
  };
}

function checkedBroker(config: Config['mqtt']): BrokerAddress {
  const broker = parseBrokerUrl(config);
  checkTls(config.tls, broker);
  return broker;
}

function externalTarget(config: Config['mqtt']): Target {
  const broker = parseBrokerUrl({ ...config, password: currentPassword(config) });
  return { broker, tls: isEncrypted(broker) ? readTls(config.tls) : undefined };
}
