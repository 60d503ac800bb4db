import { parseHostname } from '../model/hostname.ts';

/** RFC 1035 section 2.3.4, without the length bytes at both ends. */
const NAME_LIMIT = 253;
/** RFC 1123 section 2.1, and the underscore that many devices have. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
/** Domains for homes: RFC 6762 (and its appendix G), RFC 8375, ICANN's `.internal`, and those that routers come with. */
const homeDomain =
  /\.(?:lan|local|home|home\.arpa|internal|intranet|private|corp|localdomain|localnet|fritz\.box|easy\.box|o2\.box|speedport\.ip)$/i;

/** The host name in the text, without the final dot; or undefined where it is malformed or names an address, not a host. */
export function parseDomainName(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > NAME_LIMIT) return undefined;
  const labels = name.split('.');
  if (!labels.every((part) => label.test(part))) return undefined;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  return /(?:^|\.)(?:in-addr\.arpa|ip6\.arpa|localhost)$|^localhost\./i.test(name)
    ? undefined
    : name;
}

/** What to call a device with this domain name: at home its first label says all. */
export function deviceNameOf(domainName: string): string | undefined {
  const isHomeName = !domainName.includes('.') || homeDomain.test(domainName);
  return isHomeName ? parseHostname(domainName) : domainName;
}
