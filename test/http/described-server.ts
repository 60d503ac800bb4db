import type { RequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { readDescription } from '../../src/http/description.ts';
import type { Handler } from '../../src/http/router.ts';
import { createServer, type Server } from '../../src/http/server.ts';
import type { TlsFiles } from '../../src/http/tls.ts';
import type { Execute } from '../../src/model/command.ts';
import { exchange, type Question } from './exchange.ts';

export const description = readDescription();

interface Options {
  execute?: Execute;
  handlers?: Record<string, Handler>;
  access?: RequestHandler[];
  host?: string;
  port?: number;
  ingressPort?: number;
  tls?: TlsFiles;
}

export function newServer(log: string[], options: Options = {}): Server {
  const {
    host = '127.0.0.1',
    port = 0,
    access = [],
    handlers = {},
    execute,
    ingressPort = 0,
    tls = { certificateFile: '', keyFile: '' },
  } = options;
  const write = (sentence: string): void => void log.push(sentence);
  const recorded: Log = { debug: write, info: write, warn: write, error: write };
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  const empty: Handler = ({ response }) => void response.json({});
  const others = operations
    .filter(({ operationId }) => !['describe', 'runCommand'].includes(operationId))
    .map(({ operationId }) => [operationId, empty]);
  return createServer({
    config: { host, port, auth: 'none', hostNames: [], ingressPort, ingressScope: 'write', tls },
    access,
    files: (_request, _response, next) => next(),
    execute: execute ?? (() => ({ status: 'ok', data: {} })),
    handlers:
      execute === undefined
        ? { ...Object.fromEntries(others), ...handlers }
        : {
            ...Object.fromEntries(others.filter(([id]) => !isCommand(String(id)))),
            ...handlers,
          },
    log: recorded,
  });
}

function isCommand(operationId: string): boolean {
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  return operations.some((each) => each.operationId === operationId && 'x-command' in each);
}

/** A server on a free loopback port, for one test. */
export async function start(options: Options = {}) {
  const log: string[] = [];
  const server = newServer(log, options);
  const port = await server.start();
  onTestFinished(() => server.stop());
  return { port, log, ask: (path: string, question?: Question) => exchange(port, path, question) };
}
