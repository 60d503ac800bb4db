import { messageOf, systemCodeOf } from '../base/errors.ts';

const hungUp = 'it closed the connection';
const unknownIssuer =
  'its certificate is from an authority that this machine does not know; set mqtt.tls.caFile to the certificate of that authority';
/** Of the system and of Node.js. */
const ofCode: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: hungUp,
  EPIPE: hungUp,
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that address',
  ETIMEDOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it, or mend the clock of this machine',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name; use that name in mqtt.url, or set mqtt.tls.serverName to it',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  CERT_SIGNATURE_FAILURE: unknownIssuer,
  CERT_REVOKED: 'its certificate was revoked',
};

/** In the words of OpenSSL; an alert is what the broker says. */
const ofTls: [words: RegExp, text: string][] = [
  [/protocol version|unsupported protocol/, 'it offers only TLS older than 1.2'],
  [
    /wrong version number|packet length too long|http request/,
    'it does not speak TLS there; write mqtt.url with mqtt:// or the port of TLS, usually 8883',
  ],
  [
    /certificate required|handshake failure/,
    'it wants a certificate from its clients; set mqtt.tls.certificateFile and mqtt.tls.keyFile',
  ],
  [
    /alert certificate expired/,
    'the certificate in mqtt.tls.certificateFile has expired; renew it',
  ],
  [
    /alert (unknown ca|bad certificate|certificate unknown)/,
    'it does not trust the certificate in mqtt.tls.certificateFile',
  ],
];

const badCredentials =
  'it refuses the user name or password; check mqtt.username and mqtt.password';
const otherVersion = 'it does not speak this version of MQTT';

/** Reasons of a broker (MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 2.4). */
const ofReason: Record<number, string> = {
  1: otherVersion,
  2: 'it refuses the client id',
  3: 'it is not ready',
  4: badCredentials,
  5: badCredentials,
  132: otherVersion,
  133: 'it refuses the client id',
  134: badCredentials,
  135: badCredentials,
  136: 'it is not ready',
  137: 'it is busy',
  138: 'it has banned this client',
  139: 'it shuts down',
  141: 'it heard nothing from here for too long',
  142: 'another client connected with the same client id; perhaps LanLedger is running twice',
  149: 'a message was larger than it takes',
  150: 'it got messages faster than it takes them',
  159: 'it got connections faster than it takes them',
};

/** Trying again soon would not help, and some brokers lock out who tries often. */
const needsPeople = new Set([4, 5, 134, 135, 138, 142]);

export interface Trouble {
  /** The middle of a sentence about the broker: what is wrong with it. The same trouble always gives the same text. */
  text: string;
  /** It will last until somebody mends it. */
  lasting: boolean;
}

/** Trouble in other words than a broker's or the system's. */
export function plainTrouble(text: string): Trouble {
  return { text, lasting: false };
}

export const hangUp = plainTrouble(hungUp);

/** Mosquitto 2.0, and MQTT 3.1.1, do not say why they end a connection. */
export const cutShort: Trouble = {
  text: 'it ends every connection soon; perhaps another LanLedger runs with the same mqtt.baseTopic and host name, or a message is larger than it takes',
  lasting: true,
};

/** `explanation` is what the broker added of its own accord. */
export function troubleOf(error: unknown, explanation?: string): Trouble {
  const reason = reasonCodeOf(error);
  if (reason !== undefined) return troubleOfReason(reason, explanation, messageOf(error));
  if (/^(connack|keepalive) timeout$/i.test(messageOf(error))) {
    return plainTrouble('it does not answer');
  }
  if (isUnreadableRefusal(error)) {
    return plainTrouble('it refuses a message that is too large; raise its message_size_limit');
  }
  const code = systemCodeOf(error) ?? '';
  const text = ofCode[code] ?? troubleOfTls(code, messageOf(error));
  return plainTrouble(text ?? (messageOf(error) || code || 'the connection failed'));
}

/** OpenSSL's reason is in the code of an error, or in the middle of its text. */
function troubleOfTls(code: string, message: string): string | undefined {
  const fromCode = code.startsWith('ERR_SSL_') ? code.slice(8).replaceAll('_', ' ') : undefined;
  const reason = (fromCode ?? /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1])?.toLowerCase();
  if (reason === undefined) return undefined;
  return ofTls.find(([words]) => words.test(reason))?.[1] ?? `TLS does not work (${reason})`;
}

/** Trouble by the reason code of CONNACK or DISCONNECT. */
export function troubleOfReason(reason: number, explanation = '', otherwise = ''): Trouble {
  const text = ofReason[reason] ?? (otherwise || `it gives reason ${reason}`);
  const said = readable(explanation);
  return { text: said === '' ? text : `${text} ("${said}")`, lasting: needsPeople.has(reason) };
}

/** A number that the broker gave as its reason, or undefined. */
export function reasonCodeOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'number' ? code : undefined;
}

/** The broker refuses the version of the protocol. */
export function isVersionRefusal(error: unknown): boolean {
  const reason = reasonCodeOf(error);
  return reason === 1 || reason === 132;
}

/**
 * The broker refuses a message by a reason that MQTT 5 does not have there (section 3.4.2.1), with which mqtt.js reads no
 * further: so Mosquitto does by `message_size_limit`. In MQTT 3.1.1 there are no such reasons.
 */
export function isUnreadableRefusal(error: unknown): boolean {
  return messageOf(error) === 'Invalid puback reason code';
}

/** Words of a stranger, fit for a log. */
function readable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').slice(0, 200);
}
