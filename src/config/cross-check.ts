import { isIpv4, parseAddress } from '../model/address.ts';
import type { Config } from './config.ts';
import { invalid } from './given-value.ts';

const SHORTEST_PASSWORD = 8;

/** What keys demand of each other; throws `CONFIG_INVALID`. Passwords are already read from their files. */
export function checkTogether({ mqtt, http }: Config): void {
  checkPair('http.tls', http.tls);
  checkPair('mqtt.tls', mqtt.tls);
  if (mqtt.url === '') checkEmbedded(mqtt.embedded);
}

function checkPair(
  section: string,
  { certificateFile, keyFile }: { certificateFile: string; keyFile: string },
): void {
  if ((certificateFile === '') === (keyFile === '')) return;
  const [given, missing] =
    keyFile === '' ? ['certificateFile', 'keyFile'] : ['keyFile', 'certificateFile'];
  throw invalid(
    `${section}.${given} is set without ${section}.${missing}: set both, or neither for no certificate.`,
  );
}

/** Who can reach the broker from elsewhere could feed Home Assistant with anything. */
function checkEmbedded({ host, username, password }: Config['mqtt']['embedded']): void {
  if (!isLoopback(host) && (username === '' || password.length < SHORTEST_PASSWORD)) {
    throw invalid(
      `mqtt.embedded.host is "${host}", which other machines can reach: set mqtt.embedded.username and a ` +
        `mqtt.embedded.password of at least ${SHORTEST_PASSWORD} characters, or leave it at 127.0.0.1.`,
    );
  }
  if ((username === '') !== (password === '')) {
    throw invalid(
      'mqtt.embedded.username and mqtt.embedded.password go together: set both, or neither.',
    );
  }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const [a, b, c, d] = parseAddress(host) ?? [0, 0, 0, 0];
  return (a === 0 && b === 0 && c === 0 && d === 1) || (isIpv4(a, b, c) && d >>> 24 === 127);
}
