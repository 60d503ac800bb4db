import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';

/** A cable between client and broker that can be cut without a goodbye. */
export interface Cable {
  port: number;
  /** Resolves at the connection number given, counted from 1. */
  connection(number: number): Promise<void>;
  /** Ends every connection; new ones end at once. */
  cut(): void;
  /** Loses every byte of the connections there are, which stay open. */
  swallow(): void;
  /** New connections work. */
  mend(): void;
  close(): Promise<void>;
}

export async function openCable(brokerPort: number): Promise<Cable> {
  const pairs = new Set<[near: Socket, far: Socket]>();
  let isCut = false;
  const counter = { connections: 0 };
  const server = createServer({ noDelay: true }, (near) => {
    counter.connections += 1;
    server.emit('counted');
    near.on('error', () => {});
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connectSocket({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    async connection(number) {
      while (counter.connections < number) await once(server, 'counted');
    },
    cut,
    swallow() {
      for (const socket of [...pairs].flat()) {
        socket.unpipe();
        socket.resume();
      }
    },
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
