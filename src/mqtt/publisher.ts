import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { Report } from '../model/report.ts';
import { parseBrokerUrl, type BrokerAddress } from './broker-address.ts';
import type { EmbeddedBroker } from './broker.ts';
import { createConnection, type Connection, type Timing } from './connection.ts';
import { buildStates } from './states.ts';
import { createTopics } from './topics.ts';

export interface PublisherOptions {
  config: Config['mqtt'];
  /** Unique at the broker and the same at every start, such as `lanledger-` and the host's name. */
  clientId: string;
  report: () => Report;
  log: Log;
  clock: Clock;
  timing?: Timing;
}

/** Keeps the newest report at the broker, as retained messages. */
export interface Publisher {
  /**
   * Opens the embedded broker where no `mqtt.url` is set, and begins to connect; does not wait for the connection.
   * Rejects with `PORT_IN_USE` or `PORT_UNAVAILABLE` where the embedded broker cannot listen.
   */
  start(): Promise<void>;
  /** Sends what has changed since the last call. Works without a connection: the newest states go out with the next one. */
  publish(): void;
  /** Says `offline` and disconnects. */
  stop(): Promise<void>;
  /** Port of the embedded broker while it runs. */
  embeddedPort(): number | undefined;
}

/** Throws `CONFIG_INVALID` where the base topic or the URL is unusable. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { config, clientId, report, log, clock, timing } = options;
  const topics = createTopics(config.baseTopic);
  const external = config.url === '' ? undefined : parseBrokerUrl(config);
  let published = new Set<string>();
  let embedded: EmbeddedBroker | undefined;
  let connection: Connection | undefined;

  async function brokerAddress(): Promise<BrokerAddress> {
    if (external !== undefined) return external;
    const { openBroker } = await import('./broker.ts');
    embedded = await openBroker(config.embeddedPort);
    const url = `mqtt://127.0.0.1:${embedded.port}`;
    log.info(`The built-in MQTT broker serves this machine at ${url}; mqtt.url chooses another.`);
    return parseBrokerUrl({ url, username: '', password: '' });
  }

  return {
    async start() {
      const broker = await brokerAddress();
      const statusTopic = topics.status;
      connection = createConnection({
        broker,
        clientId,
        statusTopic,
        log,
        clock,
        ...(timing === undefined ? {} : { timing }),
      });
      connection.start();
    },
    publish() {
      if (connection === undefined) return;
      const states = buildStates(report(), topics);
      for (const [topic, payload] of states) connection.retain(topic, payload);
      const current = new Set(states.map(([topic]) => topic));
      for (const topic of published) if (!current.has(topic)) connection.retain(topic, '');
      published = current;
    },
    async stop() {
      await connection?.stop();
      await embedded?.stop();
      connection = undefined;
      embedded = undefined;
    },
    embeddedPort: () => embedded?.port,
  };
}
