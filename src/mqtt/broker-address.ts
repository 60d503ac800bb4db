import { AppError } from '../base/errors.ts';

/** Where the broker is. `name` is what a log may show: never a password. */
export interface BrokerAddress {
  name: string;
  protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Of a WebSocket address. */
  path: string;
  username?: string;
  password?: string;
}

const protocols: Record<string, { protocol: BrokerAddress['protocol']; port: number }> = {
  'mqtt:': { protocol: 'mqtt', port: 1883 },
  'tcp:': { protocol: 'mqtt', port: 1883 },
  'mqtts:': { protocol: 'mqtts', port: 8883 },
  'ssl:': { protocol: 'mqtts', port: 8883 },
  'ws:': { protocol: 'ws', port: 80 },
  'wss:': { protocol: 'wss', port: 443 },
};

/**
 * The parts of `mqtt.url`. A user name and password may stand in it; the keys `mqtt.username` and `mqtt.password` win.
 * Throws `CONFIG_INVALID`; the sentence does not repeat the URL, which may hold a password.
 */
export function parseBrokerUrl(config: {
  url: string;
  username: string;
  password: string;
}): BrokerAddress {
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
  const known = protocols[url?.protocol ?? ''];
  if (url === undefined || known === undefined || url.hostname === '') throw fault();
  const port = url.port === '' ? known.port : Number(url.port);
  return {
    name: `${url.hostname}:${port}`,
    protocol: known.protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: url.pathname || '/',
    ...credentials(
      config.username || decode(url.username),
      config.password || decode(url.password),
    ),
  };
}

/** A password alone cannot be sent (MQTT 3.1.1, MQTT-3.1.2-22). */
function credentials(
  username: string,
  password: string,
): Pick<BrokerAddress, 'username' | 'password'> {
  if (username !== '') return password === '' ? { username } : { username, password };
  if (password === '') return {};
  throw new AppError(
    'CONFIG_INVALID',
    'mqtt.password is set without a user name; set mqtt.username too, or neither.',
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw fault();
  }
}

function fault(): AppError {
  return new AppError(
    'CONFIG_INVALID',
    'mqtt.url is not the address of an MQTT broker; write it like mqtt://192.168.1.5:1883.',
  );
}
