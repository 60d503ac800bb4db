import { formatMac, parseMac } from '../model/address.ts';
import { parseHostname } from '../model/hostname.ts';
import { parseHostAddress } from './address-scope.ts';

/** What a DHCP server's file says of one client. */
export interface Lease {
  /** `aa:bb:cc:dd:ee:ff` */
  mac: string;
  ip: string;
  hostname: string;
  /** Epoch ms; absent: never, or nobody knows. */
  expiresAt?: number;
}

/** The fields as the file has them. */
export interface LeaseText {
  mac: string;
  ip: string;
  hostname: string;
  expiresAt: number | undefined;
}

/** The lease, or undefined where a field is missing or malformed. */
export function parseLease({ mac, ip, hostname, expiresAt }: LeaseText): Lease | undefined {
  const macParts = parseMac(mac);
  const address = parseHostAddress(ip);
  const name = hostname === '*' ? undefined : parseHostname(hostname);
  if (macParts === undefined || address === undefined || name === undefined) return undefined;
  const { high, low } = macParts;
  const isGroup = (high & 0x0100) !== 0;
  if (isGroup || (high === 0 && low === 0)) return undefined;
  return {
    mac: formatMac(high, low),
    ip: address.ip,
    hostname: name,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
