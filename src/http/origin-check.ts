import type { Request } from 'express';
import { cameByIngress } from './ingress.ts';
import type { Problem } from './problem.ts';

/** What changes nothing (RFC 9110, section 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another website lets a browser write here. Programs, which send neither `Origin` nor `Sec-Fetch-Site`,
 * pass unless a cookie vouches for them (`byCookie`): cookies come from browsers, which say where a write comes from.
 */
export function originProblem(request: Request, byCookie: boolean): Problem | undefined {
  if (safeMethods.has(request.method)) return undefined;
  const origin = request.get('Origin');
  const site = request.get('Sec-Fetch-Site');
  if (origin === undefined && site === undefined) return byCookie ? unknownOrigin : undefined;
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isForeign || (origin !== undefined && !isOwn(origin, request)) ? foreign : undefined;
}

const foreign: Problem = {
  status: 403,
  detail:
    "Changes are accepted from LanLedger's own pages only, and this one comes from another website: a reverse proxy must pass on the Host header as it is.",
};

const unknownOrigin: Problem = {
  status: 403,
  detail:
    'A change by cookie must name the page it comes from (Origin): programs send the token as "Authorization: Bearer TOKEN" instead.',
};

/** A reverse proxy may add TLS, so pages of this host by https are ours even where it arrives as http. */
function isOwn(origin: string, request: Request): boolean {
  const schemes = request.secure ? ['https:'] : ['http:', 'https:'];
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || url.origin !== origin || !schemes.includes(url.protocol)) return false;
  return ownHosts(request).some((host) => {
    const own = `${url.protocol}//${host}`;
    return URL.canParse(own) && new URL(own).host === url.host;
  });
}

/** Home Assistant names the host that the browser asked for in `X-Forwarded-Host`, too. */
function ownHosts(request: Request): string[] {
  const forwarded = cameByIngress(request) ? request.get('X-Forwarded-Host') : undefined;
  return [request.get('Host') ?? '', forwarded ?? ''];
}
