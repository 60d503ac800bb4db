import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';

/** The broker inside the daemon, for networks that have none: loopback only, no password, retained messages in memory. */
export interface EmbeddedBroker {
  port: number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const mostConnections = 200;

/** Port 0 takes any free one. Rejects with `PORT_IN_USE` or `PORT_UNAVAILABLE`. */
export async function openBroker(port: number): Promise<EmbeddedBroker> {
  const sockets = new Set<Socket>();
  const server = createServer();
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(faultOf(error, port)));
    server.listen(port, host, resolve);
  });
  const aedes = await Aedes.createBroker();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function faultOf(error: unknown, port: number): AppError {
  if (systemCodeOf(error) === 'EADDRINUSE') {
    return new AppError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is taken, probably by another MQTT broker: ` +
        `set mqtt.url to that broker (mqtt://${host}:${port}), or mqtt.embeddedPort to a free port.`,
      { cause: error },
    );
  }
  return new AppError(
    'PORT_UNAVAILABLE',
    `The MQTT broker cannot listen on ${host} port ${port} (${messageOf(error)}): ` +
      'set mqtt.embeddedPort to another port, or mqtt.url to a broker.',
    { cause: error },
  );
}
