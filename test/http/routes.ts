import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { createValidator } from '../../src/base/validator.ts';
import { readDescription } from '../../src/http/description.ts';
import { problemHandler } from '../../src/http/problem.ts';
import { createRouter, type Handler } from '../../src/http/router.ts';
import type { Execute } from '../../src/model/command.ts';
import { exchange, type Answer } from './exchange.ts';

interface Question {
  method?: string;
  /** Content type and text. */
  body?: readonly [type: string, text: string];
}

/** The routes of openapi.json on a free loopback port, for one test. */
export interface Routes {
  port: number;
  log: string[];
  /** Sends the path as it is, which `fetch` would not. */
  ask: (path: string, question?: Question) => Promise<Answer>;
}

interface RoutesOptions {
  handlers: Record<string, Handler>;
  execute?: Execute;
  /** In front of all routes. */
  before?: RequestHandler;
}

const description = readDescription();
const answers = createValidator(description);

/** Serves these handlers; every other operation fails. */
export async function startRoutes({ handlers, execute, before }: RoutesOptions): Promise<Routes> {
  const log: string[] = [];
  const write = (sentence: string): void => void log.push(sentence);
  const recorded: Log = { debug: write, info: write, warn: write, error: write };
  const app = express();
  app.enable('case sensitive routing');
  if (before !== undefined) app.use(before);
  app.use(createRouter(description, execute ?? fail, { ...others(), ...handlers }));
  app.use(problemHandler(recorded));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, log, ask: (path, question = {}) => send(port, path, question) };
}

/** Throws where a JSON answer does not fit what openapi.json says of it. */
export function checkAnswer(path: string, { status, headers, body }: Answer, method = 'get'): void {
  const type = headers['content-type']?.split(';')[0] ?? '';
  const responses = description.paths[path]?.[method] as unknown as { responses: object };
  if (type === 'application/problem+json') {
    answers.check('#/components/schemas/Problem', body);
  } else if (String(status) in responses.responses) {
    const parts = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    answers.check(`#${parts.map((part) => `/${part.replaceAll('/', '~1')}`).join('')}`, body);
  } else {
    throw new Error(`openapi.json has no ${status} for ${method} ${path}.`);
  }
}

/** Throws where the value does not fit that schema of model/schemas.json. */
export function checkSchema(name: string, value: unknown): void {
  answers.check(`#/components/schemas/${name}`, value);
}

function fail(): never {
  throw new Error('not part of this test');
}

function others(): Record<string, Handler> {
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  const handled = operations.filter((operation) => operation['x-command'] === undefined);
  return Object.fromEntries(handled.map(({ operationId }) => [operationId, fail]));
}

function send(port: number, path: string, { method, body }: Question): Promise<Answer> {
  return exchange(port, path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body === undefined ? {} : { headers: { 'Content-Type': body[0] }, body: body[1] }),
  });
}
