import type { RequestHandler } from 'express';
import helmet from 'helmet';

const own = ["'self'"];
const nobody = ["'none'"];

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: own,
    scriptSrc: own,
    styleSrc: own,
    connectSrc: own,
    imgSrc: [...own, 'data:'],
    objectSrc: nobody,
    baseUri: own,
    formAction: own,
    // Home Assistant shows its apps in frames of its own origin.
    frameAncestors: own,
  },
};

/**
 * Headers that keep other websites and foreign scripts out, and answers out of caches. There is no HSTS, with TLS neither:
 * it would go for all ports of this host, and lock its user out of neighbours such as Home Assistant that speak http.
 */
export function securityHeaders(isTls: boolean): RequestHandler {
  const setHeaders = helmet({
    contentSecurityPolicy,
    strictTransportSecurity: false,
    // Browsers complain about these two where there is no TLS.
    crossOriginOpenerPolicy: isTls,
    originAgentCluster: isTls,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'sameorigin' },
  });
  return (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    setHeaders(request, response, next);
  };
}
