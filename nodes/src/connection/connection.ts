import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { BrokerNode } from '../node-red.d.ts';
import { errorOf, Failure } from './failure.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { commandBy, createHttpPath } from './http-path.ts';
import type { LedgerEvent, Rate, Target } from './ledger.ts';
import { createLiveStream } from './live-stream.ts';
import { createMqttPath } from './mqtt-path.ts';
import type { Listener, Path, Standing } from './path.ts';

export interface ConnectionEvents {
  /** The state changed; `before` is absent at first sight. */
  target: [target: Target, before: Target | undefined];
  event: [event: LedgerEvent];
  rates: [rates: ReadonlyMap<string, Rate>];
  standing: [standing: Standing];
}

/** What all nodes of one server share, whichever way leads to the daemon. */
export interface Connection {
  /** The last known states by id. */
  readonly targets: ReadonlyMap<string, Target>;
  standing(): Standing;
  /** Returns what takes the listener away again. */
  on<Name extends keyof ConnectionEvents>(
    name: Name,
    listener: (...told: ConnectionEvents[Name]) => void,
  ): () => void;
  /** Asks the daemon something. Rejects with a `Failure`: its sentence and code where the daemon refused. */
  command(name: string, input?: object): Promise<unknown>;
  /** `removed`: not to be opened again by this deploy. */
  close(removed: boolean): Promise<void>;
}

export interface ConnectionOptions {
  /** Of the config node. */
  id: string;
  broker: BrokerNode | undefined;
  baseTopic: string;
  /** Empty: no HTTP. */
  url: string;
  token: string;
  timeoutMs: number;
}

const POLL_MS = 10_000;

/** MQTT tells states and events where there is a broker; HTTP answers commands where there is a URL. */
export function createConnection(options: ConnectionOptions): Connection {
  const { broker, url } = options;
  try {
    const client = url === '' ? undefined : createHttpClient(options);
    if (broker !== undefined) {
      return share((listener) => createMqttPath({ ...options, broker, listener }), client);
    }
    if (client !== undefined) {
      return share((listener) => createHttpPath({ client, listener, pollMs: POLL_MS }));
    }
  } catch (error) {
    return noConnection(errorOf(error).message);
  }
  return noConnection('Choose an MQTT broker or a URL in the LanLedger server.');
}

/** `client`: answers commands and tells rates in place of the path. */
function share(createPath: (listener: Listener) => Path, client?: HttpClient): Connection {
  const emitter = new EventEmitter().setMaxListeners(0);
  const targets = new Map<string, Target>();
  let standing: Standing = { state: 'connecting', message: 'Connecting to LanLedger.' };
  const tellRates = (rates: ReadonlyMap<string, Rate>) => void emitter.emit('rates', rates);
  const live = client && createLiveStream(client, { targets: () => targets, rates: tellRates });

  const path = createPath({
    target(target) {
      const before = targets.get(target.id);
      if (isDeepStrictEqual(target, before)) return;
      targets.set(target.id, target);
      emitter.emit('target', target, before);
    },
    gone: (id) => void targets.delete(id),
    event: (event) => void emitter.emit('event', event),
    rates: live === undefined ? tellRates : () => {},
    standing(next) {
      if (isDeepStrictEqual(next, standing)) return;
      standing = next;
      emitter.emit('standing', next);
    },
  });
  path.open();

  return {
    targets,
    standing: () => standing,
    on(name, told) {
      emitter.on(name, told);
      if (name === 'rates') live?.open();
      return () => {
        emitter.off(name, told);
        if (emitter.listenerCount('rates') === 0) live?.close();
      };
    },
    command: (name, input = {}) =>
      client === undefined ? path.command(name, input) : commandBy(client, name, input),
    close(removed) {
      live?.close();
      emitter.removeAllListeners();
      return path.close(removed);
    },
  };
}

/** Stands in for a connection that cannot be: every command fails with `message`. */
export function noConnection(message: string): Connection {
  return {
    targets: new Map(),
    standing: () => ({ state: 'error', message }),
    on: () => () => {},
    command: () => Promise.reject(new Failure('NOT_CONFIGURED', message)),
    close: () => Promise.resolve(),
  };
}
