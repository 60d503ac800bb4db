import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
} from 'express';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Report } from '../model/report.ts';
import type { HistoryReader } from './history.ts';
import { BadParameter, sendProblem } from './problem.ts';
import { listDevices, showDevice } from './routes/devices.ts';
import { showHealth } from './routes/health.ts';
import { showUsage } from './routes/usage.ts';
import { showHistory, showToday } from './routes/whitestat.ts';

export interface ServerOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  report: () => Report;
  history: HistoryReader;
  log: Log;
  version: string;
}

/** The HTTP server. */
export interface Server {
  /** Resolves with the port it listens on; rejects with `PORT_IN_USE` or `PORT_UNAVAILABLE`. */
  start(): Promise<number>;
  /** Lets requests under way end for half a second. */
  stop(): Promise<void>;
}

const longestUrl = 8_000;
const stopTimeoutMs = 500;
/** A client must send its request within this time and may not keep the connection idle for longer. */
const requestTimeoutMs = 10_000;

export function createServer(options: ServerOptions): Server {
  const { host, port, log } = options;
  const timeouts = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs,
  };
  const server = createHttpServer(timeouts, createApp(options));
  server.maxConnections = 200;
  return {
    async start() {
      await listen(server, host, port);
      server.on('error', (error) => log.error(`The HTTP server has trouble: ${messageOf(error)}.`));
      return (server.address() as AddressInfo).port;
    },
    stop: () => close(server),
  };
}

function createApp({ report, history, log, version }: ServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(guard);
  const routes: Record<string, RequestHandler> = {
    '/api/v1/devices': listDevices(report),
    '/api/v1/usage': showUsage(report, history),
    '/health': showHealth(report, version),
    '/json': showToday(report, history),
    '/json/history': showHistory(report, history),
  };
  for (const [path, handler] of Object.entries(routes)) {
    app.route(path).get(handler).all(refuseMethod);
  }
  app.route('/api/v1/devices/:id').get(showDevice(report)).all(refuseMethod);
  app.use(refusePath);
  app.use(refuseFailure(log));
  return app;
}

const guard: RequestHandler = (request, response, next) => {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
  if (request.url.length <= longestUrl) next();
  else sendProblem(response, { status: 414, detail: `A URL may have ${longestUrl} characters.` });
};

const refuseMethod: RequestHandler = (_request, response) => {
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, { status: 405, detail: 'This address can only be read (GET).' });
};

const refusePath: RequestHandler = (_request, response) => {
  sendProblem(response, { status: 404, detail: 'There is nothing at this address.' });
};

/** Four parameters are what makes it an error handler to express. */
function refuseFailure(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response: Response, _next) => {
    if (error instanceof BadParameter) {
      const { message: detail, field, reason } = error;
      sendProblem(response, { status: 400, detail, field, reason });
    } else if (error instanceof URIError) {
      sendProblem(response, { status: 400, detail: 'The address is not valid percent-encoding.' });
    } else {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error(`${request.method} ${request.path} failed: ${messageOf(error)}`, { stack });
      if (response.headersSent) response.destroy();
      else
        sendProblem(response, {
          status: 500,
          detail: 'This is a fault of LanLedger; see its log.',
        });
    }
  };
}

async function listen(server: HttpServer, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    throw faultOf(error, host, port);
  });
}

function faultOf(error: unknown, host: string, port: number): AppError {
  if (systemCodeOf(error) === 'EADDRINUSE') {
    const sentence = `Port ${port} on ${host} is taken by another program: set http.port to a free port, or stop that program.`;
    return new AppError('PORT_IN_USE', sentence, { cause: error });
  }
  const sentence = `The web server cannot listen on ${host} port ${port} (${messageOf(error)}): check http.host and http.port.`;
  return new AppError('PORT_UNAVAILABLE', sentence, { cause: error });
}

async function close(server: HttpServer): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(timer);
}
