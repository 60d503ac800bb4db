import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Request } from 'express';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { createAccess, type AccessLimits } from '../../src/http/access.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import type { Token } from '../../src/http/token-file.ts';
import { addToken, listTokens, openTokens, type TokensOptions } from '../../src/http/tokens.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { exchange, type Question } from './exchange.ts';

export interface AccessSettings {
  auth?: 'token' | 'none';
  hostNames?: string[];
  limits?: Partial<AccessLimits>;
  isTls?: boolean;
  ingressScope?: 'read' | 'write';
  /** How the server is made; a plain HTTP server where absent. */
  serve?: (listener: RequestListener) => Server;
}

/** A directory that goes with the test, with the options for the tokens in it. */
export function tokensOptions(): TokensOptions & { clock: ManualClock; lines: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-access-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const lines: string[] = [];
  const path = join(directory, 'tokens.json');
  return { path, lines, clock: new ManualClock('2026-11-20T10:00:00Z'), log: recordingLog(lines) };
}

export function recordingLog(lines: string[]): Log {
  const write = (sentence: string, about?: object) =>
    void lines.push(about === undefined ? sentence : `${sentence} ${JSON.stringify(about)}`);
  return { debug: write, info: write, warn: write, error: write };
}

/** A real server with access control before routes that tell what reached them, for one test. */
export async function startAccess(settings: AccessSettings = {}) {
  const {
    auth = 'token',
    hostNames = [],
    limits = {},
    isTls = false,
    ingressScope = 'write',
  } = settings;
  const options = tokensOptions();
  const tokens = openTokens(options);
  addToken(options, { name: 'reader', scope: 'read' });
  options.clock.pass(1_000);
  const config = { auth, hostNames, ingressScope };
  const access = createAccess({ ...options, config, tokens, limits });
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders(isTls), ...access.handlers);
  app.get('/api/v1/access', (request, response) => access.show({ input: {}, request, response }));
  const letIn: Request[] = [];
  app.use((request, response) => {
    letIn.push(request);
    const { method, url, originalUrl, query } = request;
    response.json({ method, url, originalUrl, query });
  });
  const server = (settings.serve ?? createHttpServer)(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const [admin, reader] = listTokens(options.path, options.log) as [Token, Token];
  return {
    ...options,
    ...access,
    server,
    port,
    /** What came through, in order. */
    letIn,
    origin: `http://127.0.0.1:${port}`,
    admin: admin.token,
    reader: reader.token,
    ask: (path: string, question?: Question) => exchange(port, path, question),
    raw: (text: string) => raw(port, text),
  };
}

/** Sends these bytes and takes what comes until the server closes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => (answer += piece));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
export const cookie = (token: string) => ({ Cookie: `lanledger_token=${token}` });
/** What a browser says when a person opens a page. */
export const page = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
export const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

export const cookieFlags = 'Max-Age=31536000; Path=/; HttpOnly; SameSite=Strict';

export function problem(status: number, title: string, detail: string) {
  return { type: 'about:blank', title, status, detail };
}
