import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';

export interface WatchedMessage {
  topic: string;
  payload: string;
  retained: boolean;
  /** Of MQTT 5. */
  properties: NonNullable<IPublishPacket['properties']>;
}

/** A subscriber of everything. */
export interface Watcher {
  client: MqttClient;
  /** What arrived so far, in order. */
  readonly messages: readonly WatchedMessage[];
  /** Resolves when the last payload of the topic is (or fulfils) what is given, with that payload. */
  until(topic: string, wanted: string | ((payload: string) => boolean)): Promise<string>;
  /** Resolves when so many messages of the topic are there, with all of them. */
  count(topic: string, number: number): Promise<WatchedMessage[]>;
  /** Publishes a message of its own. */
  publish(topic: string, payload: string | Buffer, options?: PublishOptions): Promise<void>;
  close(): Promise<void>;
}

interface PublishOptions {
  retain?: boolean;
  properties?: NonNullable<IPublishPacket['properties']>;
}

export async function watchBroker(port: number, options: IClientOptions = {}): Promise<Watcher> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  (client.stream as Socket).setNoDelay(true);
  const messages: WatchedMessage[] = [];
  const latest = new Map<string, string>();
  const recorder = new EventEmitter();
  client.on('message', (topic, bytes, { retain, properties = {} }) => {
    const payload = bytes.toString();
    messages.push({ topic, payload, retained: retain, properties });
    latest.set(topic, payload);
    recorder.emit('recorded');
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    client,
    messages,
    async until(topic, wanted) {
      const fulfilled = typeof wanted === 'string' ? (it: string) => it === wanted : wanted;
      for (;;) {
        const payload = latest.get(topic);
        if (payload !== undefined && fulfilled(payload)) return payload;
        await once(recorder, 'recorded');
      }
    },
    async count(wanted, number) {
      for (;;) {
        const found = messages.filter(({ topic }) => topic === wanted);
        if (found.length >= number) return found;
        await once(recorder, 'recorded');
      }
    },
    publish: async (topic, payload, more = {}) =>
      void (await client.publishAsync(topic, payload, { qos: 1, ...more })),
    close: () => client.endAsync(true),
  };
}
