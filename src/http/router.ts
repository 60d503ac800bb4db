import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { InvalidField } from '../base/errors.ts';
import { createValidator, type Validator } from '../base/validator.ts';
import type { CommandAnswer, Execute } from '../model/command.ts';
import {
  bodyOf,
  inputSchemas,
  parametersOf,
  type Description,
  type Operation,
} from './description.ts';
import { refuseMethod, sendFailure, sendProblem } from './problem.ts';
import { createTurns, type Turns } from './turns.ts';

/** A request that fits its description. */
interface Call {
  /** Parameters of path and query and the members of a JSON body, as one. */
  input: Record<string, unknown>;
  request: Request;
  response: Response;
}

/** Answers an operation that is no command. What it throws becomes a problem answer. */
export type Handler = (call: Call) => void | Promise<void>;

const longestBodyBytes = 65_536;
const longestPassedOverBytes = 1_000_000;
/** Heavy operations run one at a time, for so long; so many others wait for so long. */
const turnLimits = { mostWaiting: 8, longestWaitMs: 2_000, longestTurnMs: 5_000 };
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Serves what the description describes and nothing else: each operation is answered by its command, or by the handler of
 * its name. Throws where one has neither.
 */
export function createRouter(
  description: Description,
  execute: Execute,
  handlers: Record<string, Handler>,
): Router {
  const router = express.Router({ caseSensitive: true });
  const heavyCommands = heavyCommandsOf(description);
  const turns = createTurns(turnLimits);
  const schemas = inputSchemas(description);
  const validators = {
    text: createValidator(schemas, { coerce: true }),
    json: createValidator(schemas),
  };
  for (const [path, operations] of Object.entries(description.paths)) {
    const route = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const known = methods.filter((method) => operations[method] !== undefined);
    for (const method of known) {
      const operation = operations[method] as Operation;
      const light = answerOf(operation, execute, handlers);
      const heavy = inTurn(light, turns);
      const isHeavy = ({ command }: Call['input']) =>
        operation['x-heavy'] === true || heavyCommands.has(command);
      route[method](...readBody(operation), (request, response) => {
        const input = inputOf(operation, request, validators);
        return (isHeavy(input) ? heavy : light)({ input, request, response });
      });
    }
    const allowed = allowedBy(known);
    route.all((_request, response) => refuseMethod(response, allowed));
  }
  return router;
}

function answerOf(
  { operationId, 'x-command': command }: Operation,
  execute: Execute,
  handlers: Record<string, Handler>,
): Handler {
  const handler = handlers[operationId];
  if (handler !== undefined) return handler;
  if (command === undefined) throw new Error(`Nothing answers the operation ${operationId}.`);
  return ({ input, response }) => sendAnswer(response, execute(command, input));
}

/** The commands that are heavy, by whatever operation they are run. */
function heavyCommandsOf({ paths }: Description): ReadonlySet<unknown> {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  return new Set(
    operations.flatMap((each) => (each['x-heavy'] === true ? (each['x-command'] ?? []) : [])),
  );
}

function inTurn(handler: Handler, turns: Turns): Handler {
  return async (call) => {
    if (await turns.take(call.response)) return handler(call);
    call.response.set('Retry-After', '5');
    return sendProblem(call.response, { status: 503, detail: busy });
  };
}

const busy =
  'Other large queries are under way: try again in a few seconds, or ask for fewer days at once.';

export function sendAnswer(response: Response, answer: CommandAnswer): void {
  if (answer.status === 'ok') response.set('Cache-Control', 'private, no-cache').json(answer.data);
  else sendFailure(response, answer.error);
}

function readBody({ requestBody }: Operation): RequestHandler[] {
  if (requestBody === undefined) return [];
  const types = Object.keys(requestBody.content);
  const limit = longestBodyBytes;
  const others = types.filter((type) => type !== 'application/json');
  return [
    (request, response, next) => {
      if (typeof request.is(types) === 'string') return next();
      const detail = `Send the body as ${types.join(' or ')}, and say so in Content-Type.`;
      return sendProblem(response, { status: 415, detail });
    },
    refuseLongBody,
    express.json({ limit, strict: true }),
    ...(others.length > 0 ? [express.text({ limit, type: others })] : []),
  ];
}

/**
 * Before it is read: the parsers would read on to its end, which may never come. A moderate one is passed over, because a
 * connection that is closed with bytes unread is reset, and the refusal may be lost with it.
 */
const refuseLongBody: RequestHandler = (request, response, next) => {
  const bytes = Number(request.get('Content-Length') ?? 0);
  if (bytes <= longestBodyBytes) return next();
  const refuse = () => sendProblem(response, { status: 413, detail: 'The body is too large.' });
  if (bytes <= longestPassedOverBytes) return void request.once('end', refuse).resume();
  response.set('Connection', 'close');
  refuse();
};

function inputOf(
  operation: Operation,
  request: Request,
  validators: { text: Validator; json: Validator },
): Record<string, unknown> {
  const parameters = { ...queryOf(operation, request), ...request.params };
  validators.text.check(parametersOf(operation), parameters);
  const body: unknown = request.body;
  if (operation.requestBody === undefined || typeof body !== 'object') return parameters;
  validators.json.check(bodyOf(operation), body);
  return { ...parameters, ...body };
}

function queryOf({ parameters = [] }: Operation, request: Request): Record<string, unknown> {
  const lists = new Set(
    parameters.filter((each) => 'explode' in each).map((parameter) => parameter.name),
  );
  const entries = Object.entries(request.query).map(([name, value]) => {
    if (typeof value !== 'string') throw new InvalidField(name, 'is given more than once');
    return [name, lists.has(name) ? value.split(',') : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function allowedBy(known: readonly string[]): string {
  const allowed = known.map((method) => method.toUpperCase());
  if (allowed.includes('GET')) allowed.push('HEAD');
  return allowed.join(', ');
}
