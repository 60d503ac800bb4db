import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

/** A token that came with a request; nobody has looked yet whether it is right. */
export interface Credential {
  token: string;
  via: 'bearer' | 'query' | 'cookie';
}

const cookieName = 'lanledger_token';
const cookieSeconds = 365 * 24 * 60 * 60;
const bearer = /^Bearer +(\S+) *$/i;

/**
 * The token of a request: `Authorization: Bearer`, else `?token=`, else the cookie. `token` is taken out of the URL, so
 * that routes, logs and links never see it.
 */
export function takeCredential(request: Request): Credential | undefined {
  const fromQuery = takeFromQuery(request);
  const fromHeader = bearer.exec(request.get('Authorization') ?? '')?.[1];
  if (fromHeader !== undefined) return { token: fromHeader, via: 'bearer' };
  if (fromQuery) return { token: fromQuery, via: 'query' };
  const fromCookie = parseCookie(request.get('Cookie') ?? '')[cookieName];
  return fromCookie ? { token: fromCookie, via: 'cookie' } : undefined;
}

/** Keeps the token in the browser, out of reach of scripts and of other websites. */
export function setCookie(request: Request, response: Response, token: string): void {
  response.append('Set-Cookie', cookieOf(request, token, cookieSeconds));
}

export function clearCookie(request: Request, response: Response): void {
  response.append('Set-Cookie', cookieOf(request, '', 0));
}

function cookieOf({ secure }: Request, value: string, maxAge: number): string {
  const flags = { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
  return stringifySetCookie({ name: cookieName, value, maxAge, ...flags });
}

/** Express reads the query from the URL each time, so the URL is what must change; the rest of it stays as it was sent. */
function takeFromQuery(request: Request): string | undefined {
  const [path = '', ...others] = request.url.split('?');
  if (others.length === 0) return undefined;
  const parts = others.join('?').split('&');
  const rest = parts.filter((part) => tokenIn(part) === undefined);
  if (rest.length === parts.length) return undefined;
  request.url = rest.length === 0 ? path : `${path}?${rest.join('&')}`;
  request.originalUrl = request.url;
  return parts.map(tokenIn).find((token) => token !== undefined);
}

function tokenIn(part: string): string | undefined {
  return new URLSearchParams(part).get('token') ?? undefined;
}
