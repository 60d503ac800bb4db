import type { Request, Response } from 'express';
import { cameByIngress } from './ingress.ts';

const pathPattern = /^(?:\/[\w.~-]+)+$/;

/**
 * The path below which a reverse proxy serves us, such as `/lanledger`; empty where there is none. Proxies tell it in
 * `X-Forwarded-Prefix`, Home Assistant's ingress in `X-Ingress-Path`. What does not look like a path counts as none.
 */
export function prefixOf(request: Request): string {
  const told = request.get(cameByIngress(request) ? 'X-Ingress-Path' : 'X-Forwarded-Prefix') ?? '';
  const path = (told.split(',')[0] ?? '').trim().replace(/\/$/, '');
  return pathPattern.test(path) ? path : '';
}

/** Sends a browser to a path of ours with GET, wherever a proxy serves it. */
export function redirectTo(request: Request, response: Response, path: string): void {
  response.redirect(303, prefixOf(request) + path);
}
