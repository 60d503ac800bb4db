import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Request } from 'express';
import type { Problem } from './problem.ts';

/** A Host header (RFC 9110, section 7.2): a name, an IPv4 address or an IPv6 address in brackets, and a port. */
const hostHeader = /^(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]{1,253}))(?::\d{1,5})?$/;
/** What no public name server answers for. */
const localName =
  /^[^.]+$|\.(?:local|lan|home|home\.arpa|internal|localdomain|fritz\.box|localhost)$/;

/**
 * Refuses requests under a foreign name: a website could give its own name the address of this machine (DNS rebinding),
 * and then its pages would pass for ours. `hostNames` are allowed besides addresses, this machine's name and local names.
 */
export function createHostCheck(
  hostNames: readonly string[],
): (request: Request) => Problem | undefined {
  const allowed = new Set([hostname(), ...hostNames].map((name) => name.toLowerCase()));
  return (request) => {
    const name = hostOf(request);
    if (name === undefined) return badHost;
    if (isIP(name) !== 0 || localName.test(name) || allowed.has(name)) return undefined;
    const detail = `LanLedger is not known by the name ${name}: open it by its IP address, or add the name to http.hostNames in its configuration.`;
    return { status: 421, detail };
  };
}

const badHost: Problem = {
  status: 400,
  detail: 'The Host header must hold the name or the address of this server, once.',
};

/** The name or address in the Host header, in lower case; undefined where it makes no sense. */
function hostOf(request: Request): string | undefined {
  const [text, ...others] = request.headersDistinct['host'] ?? [];
  const found = hostHeader.exec(text?.toLowerCase() ?? '');
  if (found === null || others.length > 0) return undefined;
  const { ipv6, name } = found.groups ?? {};
  if (ipv6 === undefined) return name?.replace(/\.$/, '');
  return isIP(ipv6) === 6 ? ipv6 : undefined;
}
