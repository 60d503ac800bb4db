import { readFileSync } from 'node:fs';
import { AppError, systemCodeOf } from '../base/errors.ts';
import type { Config } from '../config/config.ts';

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
  'tls:': { protocol: 'mqtts', port: 8883 },
  'ws:': { protocol: 'ws', port: 80 },
  'wss:': { protocol: 'wss', port: 443 },
};

/**
 * The parts of `mqtt.url`. A user name and password may stand in it; the keys `mqtt.username` and `mqtt.password` win.
 * Throws `CONFIG_INVALID`; the sentence does not repeat the URL, which may hold a password.
 */
export function parseBrokerUrl(
  config: Pick<Config['mqtt'], 'url' | 'username' | 'password'>,
): BrokerAddress {
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

/**
 * The password as it stands in `mqtt.passwordFile` at this moment (without the end of its line), else `mqtt.password`.
 * Throws `CONFIG_UNREADABLE`.
 */
export function currentPassword({
  password,
  passwordFile,
}: Pick<Config['mqtt'], 'password' | 'passwordFile'>): string {
  if (passwordFile === '') return password;
  return readSetting('mqtt.passwordFile', passwordFile).replace(/\r?\n$/, '');
}

/** The text of a file that a key of the configuration names. Throws `CONFIG_UNREADABLE` with the middle of a sentence. */
export function readSetting(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'its permissions do not allow it',
      EISDIR: 'it is a directory',
    };
    const code = systemCodeOf(error) ?? '';
    const reason = reasons[code] ?? (code || 'unknown reason');
    throw new AppError('CONFIG_UNREADABLE', `${key} (${path}) cannot be read: ${reason}`, {
      cause: error,
    });
  }
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
