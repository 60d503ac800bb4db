import type { IConnackPacket, IPublishPacket, MqttClient } from 'mqtt';
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { openClient, type ClientIdentity, type Target } from './client.ts';
import { createProtocolChoice, protocolName } from './protocol-version.ts';
import { limitsOf, type Session } from './session.ts';
import type { Timing } from './timing.ts';
import {
  cutShort,
  hangUp,
  isUnreadableRefusal,
  isVersionRefusal,
  plainTrouble,
  troubleOf,
  troubleOfReason,
  type Trouble,
} from './trouble.ts';

export interface ConnectionOptions {
  /** Host and port, for people. */
  name: string;
  /**
   * Asked at each attempt, so that renewed certificates and passwords are used. May throw an error with the middle of a
   * sentence about the broker.
   */
  target: () => Target;
  /** The client id is the same at every start: a broker then ends an old connection before it accepts the new one. */
  identity: ClientIdentity;
  connected: (session: Session) => void;
  disconnected: () => void;
  /** Whatever arrives for a subscription. */
  message: (topic: string, payload: Buffer, packet: IPublishPacket) => void;
  log: Log;
  clock: Clock;
  timing: Timing;
}

export interface ConnectionState {
  connected: boolean;
  /** Of the present connection, else of the last one. */
  protocol: '5' | '3.1.1' | undefined;
  /** Why there is no connection. */
  trouble?: string;
}

/** A connection that is made again for ever. No broker, or a dead one, is never an error of the caller. */
export interface Connection {
  start(): void;
  /** Waits for `lastWords` and disconnects; gives up when the connection ends, or after `stopMs`. */
  stop(lastWords: () => Promise<void>): Promise<void>;
  state(): ConnectionState;
}

/** A connection that lasted this long was a good one: the next loss is tried again at once. */
const stableMs = 30_000;
/** From so many shorter ones in a row on, a broker that hangs up does so for a reason that lasts. */
const mostCutShort = 3;

/** Every attempt is a new client, and a client is dropped at its first trouble. */
export function createConnection(options: ConnectionOptions): Connection {
  const { name, target, identity, log, clock, timing } = options;
  const backoff = new Backoff(timing.firstRetryMs, timing.longestRetryMs);
  const refusedBackoff = new Backoff(timing.firstRefusedRetryMs, timing.longestRefusedRetryMs);
  const protocol = createProtocolChoice();
  const logged = new Set<string>();
  const state: ConnectionState = { connected: false, protocol: undefined };
  let client: MqttClient | undefined;
  let connectedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;
  /** Connections in a row that the broker ended early. */
  let cutShortInARow = 0;
  /** An older version of the protocol may work: nothing to complain of. */
  let isTryingOlder = false;

  function attempt(): void {
    try {
      watch(openClient(target(), identity, protocol.version, timing));
    } catch (error) {
      retryLater(plainTrouble(messageOf(error)));
    }
  }

  function watch(next: MqttClient): void {
    client = next;
    let explanation: string | undefined;
    next.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') explanation = packet.properties?.reasonString;
    });
    next.on('connect', (connack) => welcome(next, connack));
    next.on('disconnect', ({ reasonCode = 0, properties }) =>
      drop(next, troubleOfReason(reasonCode, properties?.reasonString, hangUp.text)),
    );
    next.on('error', (error) => {
      fail(next, troubleOf(error, explanation), error);
    });
    next.on('close', () => fail(next, hangUp));
    next.on('message', (topic, payload, packet) => {
      if (next === client) options.message(topic, payload, packet);
    });
  }

  /** The broker refused or ended the connection, perhaps because of the protocol's version. */
  function fail(from: MqttClient, trouble: Trouble, error?: Error): void {
    if (from === client && isUnreadableRefusal(error)) protocol.refused();
    else if (from === client && connectedAt === undefined) {
      const { version } = protocol;
      if (isVersionRefusal(error)) protocol.refused();
      else if (trouble.text === hangUp.text) protocol.hungUp();
      isTryingOlder = protocol.version < version;
    }
    drop(from, trouble);
  }

  function welcome(next: MqttClient, connack: IConnackPacket): void {
    if (next !== client) return;
    protocol.worked();
    connectedAt = clock.monotonic();
    logged.clear();
    state.connected = true;
    state.protocol = protocolName(protocol.version);
    delete state.trouble;
    log.info(`Connected to the MQTT broker at ${name} (MQTT ${state.protocol}).`);
    options.connected(sessionOf(next, connack));
  }

  function sessionOf(via: MqttClient, connack: IConnackPacket): Session {
    const limits = limitsOf(connack);
    const { qos } = limits;
    return {
      limits,
      send({ topic, payload, retain, properties }, answered) {
        const retained = retain && limits.retain;
        const settings = properties === undefined ? {} : { properties };
        via.publish(topic, payload, { qos, retain: retained, ...settings }, (error) =>
          answered(error ?? undefined),
        );
      },
      subscribe({ filter, noLocal }, answered) {
        via.subscribe(filter, { qos: 1, nl: noLocal }, (error, _granted, answer) => {
          // Without an answer the connection has ended.
          if (answer !== undefined) answered(error ?? undefined);
        });
      },
      unsubscribe: (filter) => void via.unsubscribe(filter),
      fail: (trouble) => drop(via, plainTrouble(trouble)),
    };
  }

  function drop(from: MqttClient, trouble: Trouble): void {
    if (from !== client) return;
    client = undefined;
    options.disconnected();
    abandon(from);
    retryLater(trouble);
  }

  /** A connection that stood has ended. Answers what is wrong, which may be more than what was said. */
  function lose(trouble: Trouble, lastedMs: number): Trouble {
    protocol.lost();
    if (lastedMs >= stableMs) {
      backoff.reset();
      refusedBackoff.reset();
      cutShortInARow = 0;
    } else if (trouble.text === hangUp.text) cutShortInARow += 1;
    return cutShortInARow >= mostCutShort && trouble.text === hangUp.text ? cutShort : trouble;
  }

  function retryLater(told: Trouble): void {
    const wasConnected = connectedAt !== undefined;
    const trouble = connectedAt === undefined ? told : lose(told, clock.monotonic() - connectedAt);
    connectedAt = undefined;
    state.connected = false;
    state.trouble = trouble.text;
    if (stopped) return;
    report(wasConnected, trouble.text);
    isTryingOlder = false;
    timer = setTimeout(attempt, jittered((trouble.lasting ? refusedBackoff : backoff).next()));
  }

  function report(wasConnected: boolean, trouble: string): void {
    if (isTryingOlder || logged.has(trouble)) return;
    logged.add(trouble);
    const what = wasConnected ? 'was lost' : 'cannot be reached';
    log.warn(`The MQTT broker at ${name} ${what}: ${trouble}. Trying again until it works.`);
  }

  /** Between half and the whole wait, so that many clients do not come back in step after an outage. */
  function jittered(delayMs: number): number {
    return Math.max(timing.firstRetryMs, delayMs * (0.5 + Math.random() / 2));
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      attempt();
    },
    async stop(lastWords) {
      stopped = true;
      clearTimeout(timer);
      const last = client;
      if (last === undefined) return;
      const goodbye = async () => {
        await lastWords();
        await last.endAsync();
      };
      if (last.connected) await firstOf(timing.stopMs, goodbye(), closeOf(last));
      if (client === last) options.disconnected();
      client = undefined;
      state.connected = false;
      abandon(last);
    },
    state: () => ({ ...state }),
  };
}

/** An ended client ignores a second end(true); without its socket nothing of it is left running. */
function abandon(client: MqttClient): void {
  client.end(true);
  client.stream.destroy();
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
