import { parseHostname } from '../model/hostname.ts';
import { decodePartialName } from './dns-name.ts';

/** What a DHCPv6 message tells of the client that sent it. */
export interface Dhcpv6News {
  hostname: string;
}

/** Solicit, Request, Confirm, Renew, Rebind, Information-request (RFC 8415 section 7.3). */
const clientMessages: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 11]);
const HEADER_BYTES = 4;
const OPTION_HEADER_BYTES = 4;
const CLIENT_FQDN = 39;

/**
 * The name in the client FQDN option (RFC 4704) of the DHCPv6 client message from `start` to `end` (RFC 8415). Undefined
 * for servers' and relays' messages, for malformed ones, and where there is no name.
 */
export function decodeDhcpv6(view: DataView, start: number, end: number): Dhcpv6News | undefined {
  if (end - start < HEADER_BYTES || !clientMessages.has(view.getUint8(start))) {
    return undefined;
  }
  let hostname: string | undefined;
  for (let at = start + HEADER_BYTES; at < end;) {
    const value = at + OPTION_HEADER_BYTES;
    if (value > end) return undefined;
    const next = value + view.getUint16(at + 2);
    if (next > end) return undefined;
    if (view.getUint16(at) === CLIENT_FQDN) hostname ??= decodeFqdn(view, value, next);
    at = next;
  }
  return hostname === undefined ? undefined : { hostname };
}

/** RFC 4704 section 4: a byte of flags, then the name. */
function decodeFqdn(view: DataView, start: number, end: number): string | undefined {
  return parseHostname(decodePartialName(view, start + 1, end)?.[0] ?? '');
}
