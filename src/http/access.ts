import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import { clearCookie, setCookie, takeCredential, type Credential } from './credential.ts';
import { createHostCheck } from './host-check.ts';
import { cameByIngress } from './ingress.ts';
import { createLoginCodes } from './login-codes.ts';
import { sendLoginPage } from './login-page.ts';
import { createLogin, ownPath } from './login.ts';
import { originProblem } from './origin-check.ts';
import { redirectTo } from './prefix.ts';
import { sendProblem, type Problem } from './problem.ts';
import { addressKey, createRateLimit } from './rate-limit.ts';
import type { Handler } from './router.ts';
import type { TokenHolder, Tokens } from './tokens.ts';

export interface AccessOptions {
  config: Pick<Config['http'], 'auth' | 'hostNames' | 'ingressScope'>;
  tokens: Tokens;
  log: Log;
  clock: Clock;
  limits?: Partial<AccessLimits>;
}

export interface AccessLimits {
  /** Wrong tokens and codes of one address within a minute; right ones still pass after that. */
  failuresPerMinute: number;
  /** Requests within a minute of each token at one address, and of all without a token at one address. */
  requestsPerMinute: number;
}

/** Who may do what at the HTTP server. */
export interface Access {
  /** Mounted, in this order, before all routes; they serve /login and /logout, too. */
  handlers: RequestHandler[];
  /** A code for `/login?code=`: good once, for an hour. */
  createLogin: () => { code: string };
  /** Whether a request that was let in would be let in still: its token may have been revoked since. */
  mayStillRead: (request: Request) => boolean;
  /** `GET /api/v1/access`: `Access` of model/schemas.json, which tells who asks and what they may do. */
  show: Handler;
}

interface Visit {
  credential: Credential | undefined;
  holder: TokenHolder | undefined;
}

const usualLimits: AccessLimits = { failuresPerMinute: 10, requestsPerMinute: 1_200 };
const readMethods = new Set(['GET', 'HEAD']);
/** Health checks have no token, and the description of the interface holds nothing of this network. */
const openPaths = new Set(['/health', '/openapi.json']);
/** What programs read, which do not follow redirects with a cookie. */
const dataPath = /^\/(?:api|json|metrics|openapi\.json|health)(?:\/|$)/;

export function createAccess({ config, tokens, log, clock, limits }: AccessOptions): Access {
  const { failuresPerMinute, requestsPerMinute } = { ...usualLimits, ...limits };
  const homeAssistant: TokenHolder = { name: 'Home Assistant', scope: config.ingressScope };
  const codes = createLoginCodes(clock);
  const hostProblem = createHostCheck(config.hostNames);
  const visits = new WeakMap<Request, Visit>();

  const identify: RequestHandler = (request, _response, next) => {
    const credential = takeCredential(request);
    if (cameByIngress(request)) {
      visits.set(request, { credential: undefined, holder: homeAssistant });
    } else {
      const isWanted = config.auth === 'token' && credential !== undefined;
      const holder = isWanted ? tokens.find(credential.token) : undefined;
      visits.set(request, { credential, holder });
    }
    next();
  };

  const checkSource: RequestHandler = (request, response, next) => {
    const byCookie = config.auth === 'token' && visits.get(request)?.credential?.via === 'cookie';
    // Home Assistant has let in whoever knows it by that name.
    const host = cameByIngress(request) ? undefined : hostProblem(request);
    const problem = host ?? originProblem(request, byCookie);
    if (problem === undefined) next();
    else sendProblem(response, problem);
  };

  const limitRequests = createRateLimit({
    perMinute: requestsPerMinute,
    clock,
    // A token counts for itself, so that nobody without one can use up what its owner has at the same address.
    keyOf: (request) => `${clientOf(request)} ${visits.get(request)?.holder?.name ?? ''}`,
    refuse: (_request, response) => sendProblem(response, tooManyRequests(requestsPerMinute)),
  });

  const countFailure = createRateLimit({
    perMinute: failuresPerMinute,
    clock,
    keyOf: clientOf,
    refuse(request, response, isFirst) {
      const from = request.socket.remoteAddress ?? 'an unknown address';
      const about = `${from} sent more than ${failuresPerMinute} wrong access tokens within a minute`;
      if (isFirst) log.warn(`${about}: find out which device that is, and what it runs.`);
      refuse(request, response, tooManyFailures);
    },
  });

  function fail(request: Request, response: Response, answer: () => void): void {
    void countFailure(request, response, answer);
  }

  function rightToken(request: Request): string | undefined {
    const { holder, credential } = visits.get(request) ?? {};
    return holder === undefined ? undefined : credential?.token;
  }

  function wrongToken(request: Request): Credential | undefined {
    const { holder, credential } = visits.get(request) ?? {};
    return holder === undefined ? credential : undefined;
  }

  function refuseStranger(request: Request, response: Response): void {
    const credential = visits.get(request)?.credential;
    if (credential === undefined) return refuse(request, response, missingToken);
    if (credential.via === 'cookie') clearCookie(request, response);
    fail(request, response, () => refuse(request, response, badToken));
  }

  const authorize: RequestHandler = (request, response, next) => {
    const { credential, holder } = visits.get(request) ?? {};
    if (isOpenPath(request) || (holder === undefined && config.auth === 'none')) return next();
    if (holder === undefined) return refuseStranger(request, response);
    if (holder.scope === 'read' && !readMethods.has(request.method)) {
      return sendProblem(response, holder === homeAssistant ? onlyShown : readOnly(holder.name));
    }
    if (credential === undefined || !wouldStayInHistory(request, credential)) return next();
    setCookie(request, response, credential.token);
    redirectTo(request, response, ownPath(request.url));
  };

  function mayStillRead(request: Request): boolean {
    const credential = visits.get(request)?.credential;
    return needsNoToken(request) || (credential && tokens.find(credential.token)) !== undefined;
  }

  function needsNoToken(request: Request): boolean {
    return config.auth === 'none' || cameByIngress(request);
  }

  const show: Handler = ({ request, response }) => {
    // Whoever came here without a token needs none.
    const { name, scope } = visits.get(request)?.holder ?? { name: null, scope: 'write' };
    response.set('Cache-Control', 'private, no-cache').json({ name, scope });
  };

  const login = createLogin({
    tokens,
    codes,
    rightToken,
    wrongToken,
    isOpen: needsNoToken,
    fail,
  });
  return {
    handlers: [identify, checkSource, limitRequests, login, authorize],
    createLogin: () => ({ code: codes.create() }),
    mayStillRead,
    show,
  };
}

function clientOf({ socket }: Request): string {
  return addressKey(socket.remoteAddress);
}

function isOpenPath({ method, path }: Request): boolean {
  return readMethods.has(method) && openPaths.has(path);
}

/** Whether a person's browser asks, rather than a program or a script of a page. */
function isPage(request: Request): boolean {
  return readMethods.has(request.method) && /\btext\/html\b/.test(request.get('Accept') ?? '');
}

function wouldStayInHistory(request: Request, { via }: Credential): boolean {
  return via === 'query' && isPage(request) && !dataPath.test(request.path);
}

/** Says no in the form that the client understands: a page with a form, or a problem. */
function refuse(request: Request, response: Response, problem: Problem): void {
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (!isPage(request) && request.path !== '/login') return sendProblem(response, problem);
  const next = request.path === '/login' ? '/' : ownPath(request.url);
  const retry = problem === missingToken && !staysHere(request);
  sendLoginPage(request, response, {
    status: problem.status,
    message: problem.detail,
    next,
    retry,
  });
}

/** Whether the browser says that no other website led here. It says nothing where there is no TLS. */
function staysHere(request: Request): boolean {
  return ['none', 'same-origin', 'same-site'].includes(request.get('Sec-Fetch-Site') ?? '');
}

const missingToken: Problem = {
  status: 401,
  detail:
    'This needs an access token: open the login link that LanLedger writes to its log when it starts, or one that "lanledger token link" prints; programs send "Authorization: Bearer TOKEN" or add ?token=TOKEN to the address.',
};

const badToken: Problem = {
  status: 401,
  detail:
    'This access token is not valid, or not any more: "lanledger token link" prints a link with one that is.',
};

const onlyShown: Problem = {
  status: 403,
  detail: 'Home Assistant may only show LanLedger, as configured: set http.ingressScope to write.',
};

const tooManyFailures: Problem = {
  status: 429,
  detail: 'Too many wrong access tokens came from this address: try again in a minute.',
};

function tooManyRequests(perMinute: number): Problem {
  const detail = `More than ${perMinute} requests came from this address within a minute: ask less often.`;
  return { status: 429, detail };
}

function readOnly(name: string): Problem {
  const detail = `The access token "${name}" may only read: use one with scope write, which "lanledger token add NAME --scope write" makes.`;
  return { status: 403, detail };
}
