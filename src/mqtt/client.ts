import { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { BrokerAddress } from './broker-address.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import type { Timing } from './timing.ts';
import type { TlsOptions } from './tls.ts';

/** What one attempt needs to know. */
export interface Target {
  broker: BrokerAddress;
  /** Where the address asks for TLS. */
  tls: TlsOptions | undefined;
}

export interface ClientIdentity {
  clientId: string;
  /** `offline` is its will. */
  statusTopic: string;
  /** Shown by brokers that list their clients. */
  version: string;
}

/**
 * Begins one connection that does not come back by itself: mqtt.js can stop reconnecting for good when acknowledgements
 * are outstanding. No session is left at the broker. Throws where the options cannot be used.
 */
export function openClient(
  { broker, tls }: Target,
  identity: ClientIdentity,
  version: ProtocolVersion,
  timing: Timing,
): MqttClient {
  const { protocol, host, port, path, username, password } = broker;
  const { clientId, statusTopic } = identity;
  const client = connect({
    protocol,
    host,
    hostname: host,
    port,
    path,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : encryption(tls)),
    clientId,
    protocolVersion: version,
    clean: true,
    keepalive: timing.keepaliveSeconds,
    connectTimeout: timing.connectMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // Else a table of 65,536 buffers is made, 6 MB, to write numbers from; it would serve the built-in broker, too.
    writeCache: false,
    ...(version === 5 ? { properties: connectProperties(identity) } : {}),
    will: {
      topic: statusTopic,
      payload: Buffer.from('offline'),
      qos: 1,
      retain: true,
      ...(version === 5 ? { properties: { willDelayInterval: timing.willDelaySeconds } } : {}),
    },
  });
  // Answers are small and wanted at once.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  return client;
}

/** For MQTT over TCP and, in `wsOptions`, over WebSockets. */
function encryption(tls: TlsOptions): IClientOptions {
  return { ...tls, wsOptions: tls as object };
}

function connectProperties({ version }: ClientIdentity): NonNullable<IClientOptions['properties']> {
  return {
    sessionExpiryInterval: 0,
    requestProblemInformation: true,
    userProperties: { application: 'lanledger', version },
  };
}
