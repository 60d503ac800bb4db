import { parseLease, type Lease } from './lease.ts';

/** Where the clock is not to be trusted, dnsmasq is built to write how long a lease lasts; no such time is this long. */
const EARLIEST_EXPIRY = 1_000_000_000;

/**
 * The leases in a file of dnsmasq, one a line: `<expiry> <mac> <ip> <hostname|*> <client id|*>`; expiry in epoch seconds,
 * 0 for never. Leases of IPv6 addresses have a number instead of the MAC address, so they tell of no device.
 */
export function parseDnsmasqLeases(text: string): Lease[] {
  return text.split('\n').flatMap((line) => {
    const [expiry = '', mac = '', ip = '', hostname = ''] = line.trim().split(/\s+/, 4);
    if (!/^\d{1,12}$/.test(expiry)) return [];
    const seconds = Number(expiry);
    const expiresAt = seconds < EARLIEST_EXPIRY ? undefined : seconds * 1000;
    return parseLease({ mac, ip, hostname, expiresAt }) ?? [];
  });
}
