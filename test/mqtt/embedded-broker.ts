import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { openBroker } from '../../src/mqtt/embedded/broker.ts';
import { later, recordLog } from './publication.ts';

export type Embedded = Config['mqtt']['embedded'];
export const open: Embedded = { host: '127.0.0.1', port: 0, username: '', password: '' };

export const portOf = (name: string): number => Number(name.split(':').at(-1));

/** A broker alone. */
export async function broker(changes: Partial<Embedded> = {}) {
  const log = recordLog();
  const options = { ...open, baseTopic: 'lanledger', clientId: 'lanledger-test', log };
  return { ...later(await openBroker({ ...options, ...changes })), log };
}

export async function client(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const url = `mqtt://127.0.0.1:${port}`;
  const connected = await connectAsync(url, { reconnectPeriod: 0, ...options }, false);
  onTestFinished(() => connected.endAsync(true));
  return connected;
}

/** Resolves when the broker has ended the connection. */
export const ended = (connected: MqttClient) =>
  new Promise<void>((resolve) => {
    connected.once('close', () => resolve());
  });

export async function socketTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
