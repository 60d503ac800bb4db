import { messageOf, systemCodeOf } from '../base/errors.ts';

const ofSystem: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that address',
  ETIMEDOUT: 'it does not answer',
};

/** Return codes of a refused connection (MQTT 3.1.1 section 3.2.2.3). */
const ofRefusal: Record<number, string> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it refuses the client id',
  3: 'it is not ready',
  4: 'it refuses the user name or password; check mqtt.username and mqtt.password',
  5: 'it refuses the user name or password; check mqtt.username and mqtt.password',
};

/** The middle of a sentence about the broker: what is wrong with it. The same trouble always gives the same text. */
export function troubleOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  if (typeof code === 'number') return ofRefusal[code] ?? messageOf(error);
  const system = systemCodeOf(error) ?? '';
  if (/^(connack|keepalive) timeout$/i.test(messageOf(error))) return 'it does not answer';
  return ofSystem[system] ?? (messageOf(error) || system || 'the connection failed');
}
