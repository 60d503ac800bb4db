import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex, pipeline } from 'node:stream';
import { Aedes } from 'aedes';
import { AppError, messageOf, systemCodeOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Config } from '../../config/config.ts';
import { createAccess, type Account } from './access.ts';
import { createPacketGuard } from './packet-guard.ts';

/** The broker inside the daemon, for networks that have none: MQTT 3.1.1, retained messages in memory. */
export interface EmbeddedBroker {
  port: number;
  /** Host and port, for people. */
  name: string;
  /** Where the daemon itself connects, and with what. */
  url: string;
  account: Account;
  /**
   * Ends each connection after what is on its way, and waits for the clients to end theirs, for half a second: closed
   * with a byte unread, a connection is reset, and the client loses what it has not read.
   */
  stop(): Promise<void>;
}

export type EmbeddedBrokerOptions = Config['mqtt']['embedded'] & {
  baseTopic: string;
  /** Client id of the daemon; nobody else may take it. */
  clientId: string;
  log: Log;
};

const mostConnections = 200;
/** From others than the daemon, whose list of devices and answers are as long as they are. */
const mostPacketBytes = 262_144;
const mostTopicLevels = 16;
const mostHalfOpenMessages = 10;
const connectTimeoutMs = 10_000;
const drainTimeoutMs = 10_000;
const keepAliveMs = 60_000;
const farewellMs = 500;

/**
 * Port 0 takes any free one. Where other machines can reach `host`, the configuration demands an account. Rejects with
 * `PORT_IN_USE` or `PORT_UNAVAILABLE`.
 */
export async function openBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { host, username, password, baseTopic, clientId, log } = options;
  const sockets = new Set<Socket>();
  const server = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  });
  server.maxConnections = mostConnections;
  await listen(server, options);
  const account = { username: '$lanledger', password: randomBytes(32).toString('hex') };
  const access = createAccess({
    own: { ...account, clientId },
    others: { username, password },
    baseTopic,
  });
  const aedes = await Aedes.createBroker({
    connectTimeout: connectTimeoutMs,
    drainTimeout: drainTimeoutMs,
    maxTopicLevels: mostTopicLevels,
    maxInflightInbound: mostHalfOpenMessages,
    ...access.handlers,
  });
  aedes.on('unsubscribe', (topics, client) => access.unsubscribed(client, topics));
  const faults: EventEmitter = aedes;
  faults.on('error', (error) =>
    log.error(`The built-in MQTT broker has a fault: ${messageOf(error)}`),
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const mostBytes = () => (access.isOwn(client) ? Number.POSITIVE_INFINITY : mostPacketBytes);
    const client = aedes.handle(guarded(socket, mostBytes));
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    name: `${inUrl(host)}:${port}`,
    url: `mqtt://${inUrl(reachable(host))}:${port}`,
    account,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.end();
      const giveUp = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, farewellMs);
      await closed;
      clearTimeout(giveUp);
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
    },
  };
}

/** The same connection, ended at a packet that is too large. */
function guarded(socket: Socket, mostBytes: () => number): Duplex {
  const guard = createPacketGuard(mostBytes);
  pipeline(socket, guard, () => socket.destroy());
  return Duplex.from({ readable: guard, writable: socket });
}

async function listen(server: Server, { host, port }: EmbeddedBrokerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(faultOf(error, host, port)));
    server.listen(port, host, resolve);
  });
  server.on('error', () => {});
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function faultOf(error: unknown, host: string, port: number): AppError {
  if (systemCodeOf(error) === 'EADDRINUSE') {
    return new AppError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is taken, probably by another MQTT broker: ` +
        `set mqtt.url to that broker (mqtt://${inUrl(reachable(host))}:${port}), or mqtt.embedded.port to a free port.`,
      { cause: error },
    );
  }
  return new AppError(
    'PORT_UNAVAILABLE',
    `The MQTT broker cannot listen on ${host} port ${port} (${messageOf(error)}): ` +
      'set mqtt.embedded.host and mqtt.embedded.port to an address of this machine, or mqtt.url to a broker.',
    { cause: error },
  );
}
