import { isIP } from 'node:net';
import { formatAddress, isIpv4, parseAddress, type AddressWords } from '../model/address.ts';
import { isMulticast, LocalNetworks } from '../model/networks.ts';

/** An address that one machine can have. */
export interface HostAddress {
  /** Dotted for IPv4, RFC 5952 for IPv6. */
  ip: string;
  words: AddressWords;
}

const everywhereLocal = new LocalNetworks();

/** The address in the text, or undefined where there is none, or one that names nobody: unspecified, loopback, a group. */
export function parseHostAddress(text: string): HostAddress | undefined {
  // Text that is no address takes parseAddress a hundred times as long, and a file may hold nothing else.
  const words = isIP(text) === 0 ? undefined : parseAddress(text);
  if (words === undefined || isNobody(words)) return undefined;
  return { ip: formatAddress(words), words };
}

/** Private, unique local or link-local: local in every home. */
export function isLocalEverywhere(words: AddressWords): boolean {
  return everywhereLocal.isLocal(...words);
}

function isNobody(words: AddressWords): boolean {
  const [a, b, c, d] = words;
  if (isMulticast(...words)) return true;
  if (isIpv4(a, b, c)) return d >>> 24 === 127 || d >>> 24 === 0;
  return a === 0 && b === 0 && c === 0 && (d === 0 || d === 1);
}
