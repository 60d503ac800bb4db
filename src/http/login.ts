import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { clearCookie, setCookie, type Credential } from './credential.ts';
import type { LoginCodes } from './login-codes.ts';
import { loginScript, sendLoginPage } from './login-page.ts';
import { redirectTo } from './prefix.ts';
import { refuseMethod } from './problem.ts';
import type { Tokens } from './tokens.ts';

export interface LoginOptions {
  tokens: Tokens;
  codes: LoginCodes;
  /** The token with which a request may already do what it wants; undefined: none. */
  rightToken: (request: Request) => string | undefined;
  /** What a request brought along that gives no access. */
  wrongToken: (request: Request) => Credential | undefined;
  /** Whether a request needs no token. */
  isOpen: (request: Request) => boolean;
  /** Counts a wrong token or code, then answers with `refuse`, or with 429 where there were too many. */
  fail: (request: Request, response: Response, refuse: () => void) => void;
}

const forms = express.urlencoded({ extended: false, limit: '8kb' });

/** `GET /login` with a one-time `?code=`, `POST /login` with the form's token, `GET /login.js`, `POST /logout`. */
export function createLogin(options: LoginOptions): Router {
  const router = express.Router({ caseSensitive: true });
  router.route('/login').get(openLogin(options)).post(parseForm, takeForm(options));
  router.get('/login.js', (_request, response) => {
    response.type('js').send(loginScript);
  });
  router.route('/logout').post((request, response) => {
    clearCookie(request, response);
    redirectTo(request, response, '/login');
  });
  router.route('/login').all((_request, response) => refuseMethod(response, 'GET, HEAD, POST'));
  router.route('/logout').all((_request, response) => refuseMethod(response, 'POST'));
  return router;
}

function openLogin(options: LoginOptions): RequestHandler {
  const { tokens, codes, rightToken, isOpen } = options;
  return (request, response) => {
    const { code } = request.query;
    const next = ownPath(request.query['next']);
    if (isOpen(request)) return redirectTo(request, response, next);
    const hasGoodCode = request.method === 'GET' && typeof code === 'string' && codes.take(code);
    const token = hasGoodCode ? tokens.forLogin() : rightToken(request);
    if (token !== undefined) enter(request, response, token, next);
    else if (hasGoodCode) sendLoginPage(request, response, { status: 403, message: noToken, next });
    else refuseEntry(options, request, response, next);
  };
}

function refuseEntry(
  { wrongToken, fail }: LoginOptions,
  request: Request,
  response: Response,
  next: string,
): void {
  const presented = wrongToken(request);
  if (presented?.via === 'cookie') clearCookie(request, response);
  const page =
    request.query['code'] === undefined
      ? { status: 401, message: wrong, next }
      : { status: 403, message: used, next };
  const isFailure = page.status === 403 || presented !== undefined;
  if (isFailure) fail(request, response, () => sendLoginPage(request, response, page));
  else sendLoginPage(request, response, { status: 200, message: welcome, next });
}

const parseForm: RequestHandler = (request, response, next) => {
  forms(request, response, (error: unknown) => {
    if (error === undefined) next();
    else sendLoginPage(request, response, { status: 400, message: welcome, next: '/' });
  });
};

function takeForm({ tokens, isOpen, fail }: LoginOptions): RequestHandler {
  return (request, response) => {
    const form = (request.body ?? {}) as Record<string, unknown>;
    const next = ownPath(form['next']);
    const token = typeof form['token'] === 'string' ? form['token'].trim() : '';
    if (isOpen(request)) redirectTo(request, response, next);
    else if (token === '')
      sendLoginPage(request, response, { status: 400, message: welcome, next });
    else if (tokens.find(token) !== undefined) enter(request, response, token, next);
    else
      fail(request, response, () =>
        sendLoginPage(request, response, { status: 401, message: wrong, next }),
      );
  };
}

function enter(request: Request, response: Response, token: string, next: string): void {
  setCookie(request, response, token);
  redirectTo(request, response, next);
}

const welcome =
  'Paste an access token, or open the login link that LanLedger writes to its log when it starts: "lanledger token link" prints another.';
const wrong =
  'This access token is not valid, or not any more: "lanledger token link" prints a link with one that is.';
const used =
  'This login link was used already or is older than an hour: "lanledger token link" on the machine that runs LanLedger prints another.';
const noToken =
  'There is no access token with scope write to log in with: make one with "lanledger token add NAME --scope write".';

/** A path of this server, `/` for anything that could lead elsewhere. */
export function ownPath(text: unknown): string {
  return typeof text === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : '/';
}
