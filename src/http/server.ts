import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { Execute } from '../model/command.ts';
import { limitConnections } from './connection-limit.ts';
import { readDescription } from './description.ts';
import { createIngress, supervisorAddress } from './ingress.ts';
import { problemHandler, sendProblem } from './problem.ts';
import { createRouter, sendAnswer, type Handler } from './router.ts';
import { renewTls, tlsOptions } from './tls.ts';

export interface ServerOptions {
  config: Config['http'];
  /** Who may come in; in front of all routes. */
  access: RequestHandler[];
  /** Serves the dashboard's files; behind `access`, before the routes. */
  files: RequestHandler;
  execute: Execute;
  /** Answers by `operationId` of openapi.json for what is no command. */
  handlers: Record<string, Handler>;
  log: Log;
  /** From where alone the ingress port may be reached; Home Assistant's Supervisor where absent. */
  ingressFrom?: string;
}

/** The HTTP server. */
export interface Server {
  /** Resolves with the port it listens on; rejects with `PORT_IN_USE` or `PORT_UNAVAILABLE`. */
  start(): Promise<number>;
  /** Reads certificate and key again, where there are any; what is wrong with them is logged. */
  renewCertificate(): void;
  /** Lets requests under way end for half a second. */
  stop(): Promise<void>;
}

const longestUrl = 8_000;
const stopTimeoutMs = 500;
/** A client must send its request within this time and may not keep the connection idle for longer. */
const requestTimeoutMs = 10_000;
/** A client that neither sends nor takes anything for this long is gone. */
const silenceTimeoutMs = 60_000;
const mostConnections = 512;
const mostConnectionsPerClient = 64;

export function createServer(options: ServerOptions): Server {
  const { config, log, ingressFrom = supervisorAddress } = options;
  const tls = tlsOptions(config.tls);
  const limits = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
  };
  const app = createApp(options);
  const server =
    tls === undefined
      ? createHttpServer(limits, app)
      : createHttpsServer({ ...limits, ...tls, handshakeTimeout: requestTimeoutMs }, app);
  const ingress = config.ingressPort === 0 ? undefined : createIngress(app, limits, ingressFrom);
  for (const each of [server, ...(ingress === undefined ? [] : [ingress])]) {
    each.maxConnections = mostConnections;
    each.setTimeout(silenceTimeoutMs);
    limitConnections(each, mostConnectionsPerClient);
  }
  return {
    async start() {
      await listen(server, config.host, config.port);
      server.on('error', (error) => log.error(`The HTTP server has trouble: ${messageOf(error)}.`));
      if (ingress !== undefined) await listenForIngress(ingress, config.ingressPort);
      return (server.address() as AddressInfo).port;
    },
    renewCertificate() {
      if (tls !== undefined) renewTls(server as HttpsServer, config.tls, log);
    },
    async stop() {
      await Promise.all([close(server), ingress && close(ingress)]);
    },
  };
}

function createApp({ access, files, execute, handlers, log }: ServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  const description = readDescription();
  const describe: Handler = ({ response }) => void response.json(description);
  const runCommand: Handler = ({ input: { command, input }, response }) =>
    sendAnswer(response, execute(command as string, input));
  app.use(waitForConnection, refuseLongUrls, compression(), ...access, files);
  app.use(createRouter(description, execute, { ...handlers, describe, runCommand }));
  app.use(refusePath);
  app.use(problemHandler(log));
  return app;
}

/**
 * Of requests that a client sends without waiting for answers, node hands over all at once and tells only the first answer
 * when the connection ends: the others would never be done.
 */
const waitForConnection: RequestHandler = (_request, response, next) => {
  if (response.socket !== null) next();
  else response.once('socket', () => next());
};

const refuseLongUrls: RequestHandler = (request, response, next) => {
  if (request.url.length <= longestUrl) next();
  else sendProblem(response, { status: 414, detail: `A URL may have ${longestUrl} characters.` });
};

const refusePath: RequestHandler = (_request, response) => {
  sendProblem(response, { status: 404, detail: 'There is nothing at this address.' });
};

async function listen(server: HttpServer | HttpsServer, host: string, port: number): Promise<void> {
  try {
    server.listen({ port, ...(host === '*' ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw faultOf(error, host, port);
  }
}

/** The Supervisor's network is IPv4 only. */
async function listenForIngress(server: HttpServer, port: number): Promise<void> {
  try {
    server.listen({ port, host: '0.0.0.0' });
    await once(server, 'listening');
  } catch (error) {
    const sentence = `Home Assistant's ingress cannot be served on port ${port} (${messageOf(error)}): install the app anew, and Home Assistant chooses another.`;
    throw new AppError('PORT_UNAVAILABLE', sentence, { cause: error });
  }
}

function faultOf(error: unknown, host: string, port: number): AppError {
  const where = host === '*' ? '' : ` on ${host}`;
  if (systemCodeOf(error) === 'EADDRINUSE') {
    const sentence = `Port ${port}${where} is taken by another program: set http.port to a free port, or stop that program.`;
    return new AppError('PORT_IN_USE', sentence, { cause: error });
  }
  const advice =
    systemCodeOf(error) === 'EACCES'
      ? 'set http.port to 1024 or more, or start LanLedger with the right to lower ports (CAP_NET_BIND_SERVICE)'
      : 'check http.host and http.port';
  const sentence = `The web server cannot listen${where} on port ${port} (${messageOf(error)}): ${advice}.`;
  return new AppError('PORT_UNAVAILABLE', sentence, { cause: error });
}

async function close(server: HttpServer | HttpsServer): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(timer);
}
