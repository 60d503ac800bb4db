import { connect, type MqttClient } from 'mqtt';
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { BrokerAddress } from './broker-address.ts';
import { createRetained, type Send } from './retained.ts';
import { troubleOf } from './trouble.ts';

export interface ConnectionOptions {
  broker: BrokerAddress;
  /** The same at every start: a broker then ends what is left of an old connection before it accepts the new one. */
  clientId: string;
  /** Says `online` while connected, `offline` otherwise (will). */
  statusTopic: string;
  log: Log;
  clock: Clock;
  timing?: Timing;
}

export interface Timing {
  /** Bounds of the wait between two attempts. */
  firstRetryMs: number;
  longestRetryMs: number;
  /** A broker that acknowledges nothing for this long is given up: the next attempt may reach a living one. */
  acknowledgeMs: number;
  /** The longest a stop may take. */
  stopMs: number;
}

const usualTiming: Timing = {
  firstRetryMs: 1_000,
  longestRetryMs: 60_000,
  acknowledgeMs: 30_000,
  stopMs: 3_000,
};

/** A connection that is made again for ever. No broker, or a dead one, is never an error of the caller. */
export interface Connection {
  start(): void;
  /** Keeps this payload at the broker, retained (QoS 1). An empty one clears the topic. */
  retain(topic: string, payload: string): void;
  /** Delivers what is due, says `offline` and disconnects; gives up when the connection ends, or after `stopMs`. */
  stop(): Promise<void>;
}

const connectTimeoutMs = 10_000;
/** A connection that lasted this long was a good one: the next loss is tried again at once. */
const stableMs = 30_000;
const keepaliveSeconds = 30;

/**
 * mqtt.js can stop reconnecting for good when acknowledgements are outstanding, so it never reconnects here: every
 * attempt is a new client, and a client is dropped at its first trouble.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { broker, clientId, statusTopic, log, clock } = options;
  const timing = options.timing ?? usualTiming;
  const backoff = new Backoff(timing.firstRetryMs, timing.longestRetryMs);
  const retained = createRetained();
  const logged = new Set<string>();
  let client: MqttClient | undefined;
  let connectedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;

  function attempt(): void {
    try {
      watch(open());
    } catch (error) {
      retryLater(troubleOf(error));
    }
  }

  function open(): MqttClient {
    const { protocol, host, port, path, username, password } = broker;
    return connect({
      protocol,
      host,
      hostname: host,
      port,
      path,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveSeconds,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
  }

  function watch(next: MqttClient): void {
    client = next;
    next.on('connect', () => welcome(next));
    next.on('error', (error) => drop(next, troubleOf(error)));
    next.on('close', () => drop(next, 'it closed the connection'));
  }

  function welcome(next: MqttClient): void {
    if (next !== client) return;
    connectedAt = clock.monotonic();
    logged.clear();
    log.info(`Connected to the MQTT broker at ${broker.name}.`);
    const send = sender(next);
    send(statusTopic, 'online', () => {});
    retained.connected(send);
  }

  function sender(via: MqttClient): Send {
    return (topic, payload, acknowledged) => {
      const timeout = setTimeout(
        () => drop(via, 'it acknowledges nothing'),
        timing.acknowledgeMs,
      ).unref();
      via.publish(topic, payload, { qos: 1, retain: true }, (error) => {
        clearTimeout(timeout);
        if (!error) acknowledged();
      });
    };
  }

  function drop(from: MqttClient, trouble: string): void {
    if (from !== client) return;
    client = undefined;
    retained.disconnected();
    from.end(true);
    retryLater(trouble);
  }

  function retryLater(trouble: string): void {
    const wasConnected = connectedAt !== undefined;
    if (connectedAt !== undefined && clock.monotonic() - connectedAt >= stableMs) backoff.reset();
    connectedAt = undefined;
    if (stopped) return;
    report(wasConnected, trouble);
    timer = setTimeout(attempt, jittered(backoff.next()));
  }

  function report(wasConnected: boolean, trouble: string): void {
    if (logged.has(trouble)) return;
    logged.add(trouble);
    const what = wasConnected ? 'was lost' : 'cannot be reached';
    log.warn(`The MQTT broker at ${broker.name} ${what}: ${trouble}. Trying again until it works.`);
  }

  /** Between half and the whole wait, so that many clients do not come back in step after an outage. */
  function jittered(delayMs: number): number {
    return Math.max(timing.firstRetryMs, delayMs * (0.5 + Math.random() / 2));
  }

  async function sayGoodbye(to: MqttClient): Promise<void> {
    await retained.settled();
    await to.publishAsync(statusTopic, 'offline', { qos: 1, retain: true });
    await to.endAsync();
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      attempt();
    },
    retain: (topic, payload) => retained.set(topic, payload),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const last = client;
      if (last === undefined) return;
      if (last.connected) await firstOf(timing.stopMs, sayGoodbye(last), closeOf(last));
      client = undefined;
      retained.disconnected();
      // An ended client ignores a second end(true); without its socket nothing of it is left running.
      last.end(true);
      last.stream.destroy();
    },
  };
}

function closeOf(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    client.once('close', () => resolve());
  });
}

/** Waits for whatever comes first, a failure too, and no longer than the time given. */
async function firstOf(timeoutMs: number, ...events: Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([...events, timeout]).catch(() => {});
  clearTimeout(timer);
}
