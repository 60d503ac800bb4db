import type { IConnackPacket, IPublishPacket } from 'mqtt';

/** One message to the broker. */
export interface Message {
  topic: string;
  payload: string;
  retain: boolean;
  /** Sent with MQTT 5 only. */
  properties?: Properties;
  /** The broker has it, or never takes it. */
  done(): void;
}

/** Properties of a message in MQTT 5. */
export type Properties = NonNullable<IPublishPacket['properties']>;

interface Subscription {
  filter: string;
  /** Leave out messages of this client id, with MQTT 5. */
  noLocal: boolean;
}

/** What a broker takes; without MQTT 5 it does not say, and the usual is assumed. */
export interface Limits {
  /** Unacknowledged messages on their way at once. */
  window: number;
  /** Size of a packet. */
  packetBytes: number;
  qos: 0 | 1;
  retain: boolean;
}

/** A connection while it lasts. */
export interface Session {
  limits: Limits;
  /** Calls back once: with the broker's refusal, or with nothing once the message is there. Or never. */
  send(message: Message, answered: (refusal?: Error) => void): void;
  /** Calls back with the broker's refusal, or with nothing once the subscription stands, or never. */
  subscribe(subscription: Subscription, answered: (refusal?: Error) => void): void;
  unsubscribe(filter: string): void;
  /** Gives the connection up. */
  fail(trouble: string): void;
}

/** Fewer than the 20 that Mosquitto takes from one client by default. */
const longestFlight = 16;

/** By the properties of CONNACK (MQTT 5 section 3.2.2.3). */
export function limitsOf({ properties = {} }: Pick<IConnackPacket, 'properties'>): Limits {
  const { receiveMaximum, maximumPacketSize, maximumQoS, retainAvailable } = properties;
  return {
    window: Math.min(longestFlight, receiveMaximum ?? longestFlight),
    packetBytes: maximumPacketSize ?? Number.POSITIVE_INFINITY,
    qos: maximumQoS === 0 ? 0 : 1,
    retain: retainAvailable ?? true,
  };
}

/** Fixed header, lengths, packet identifier, and numeric properties, rounded up. */
const frameBytes = 64;

/** No less than the size of the message as a packet. */
export function packetBytes({ topic, payload, properties = {} }: Omit<Message, 'done'>): number {
  const user = JSON.stringify(properties.userProperties ?? '');
  return (
    frameBytes +
    Buffer.byteLength(topic) +
    Buffer.byteLength(payload) +
    Buffer.byteLength(user) +
    (properties.correlationData?.length ?? 0)
  );
}
