import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { addressKey } from './rate-limit.ts';

/** Ends connections of a client beyond so many, so that one that holds them open does not shut out the others. */
export function limitConnections(server: EventEmitter, mostPerClient: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const client = addressKey(socket.remoteAddress);
    const count = (open.get(client) ?? 0) + 1;
    if (count > mostPerClient) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
}
