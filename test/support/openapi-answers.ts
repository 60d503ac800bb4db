import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { createValidator } from '../../src/base/validator.ts';
import {
  operationsOf,
  resolve,
  type DescribedOperation,
  type Document,
  type Response,
} from './openapi-document.ts';

interface AnswerHeaders {
  [name: string]: string | string[] | undefined;
}

interface Exchange {
  method: string;
  /** The target of the request line. */
  path: string;
  status: number;
  headers: AnswerHeaders;
  /** As it came. */
  body: Buffer;
}

/** Says what an answer has that its description does not. */
export interface AnswerCheck {
  /** The operation that a request is for: its id, or `(path)` where only the path is known, or `(none)`. */
  operationOf(request: Pick<Exchange, 'method' | 'path'>): string;
  /** The middle of a sentence about the answer, or undefined where it is as described. */
  complaint(exchange: Exchange): string | undefined;
}

const noOperation = '(none)';
const otherMethod = '(path)';
const problemType = 'application/problem+json';

/** Problems are documented for every operation, and stand for what has none. */
export function createAnswerCheck(document: Document): AnswerCheck {
  const operations = operationsOf(document);
  const answers: Record<string, object | boolean> = {
    problem: { $ref: '#/components/schemas/Problem' },
  };
  for (const operation of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      for (const [type, { schema }] of Object.entries(contentOf(response))) {
        answers[keyOf(operation, status, type)] = schema;
      }
    }
  }
  const validator = createValidator({ components: document.components, answers });
  const patterns = operations.map((operation) => ({ operation, pattern: patternOf(operation) }));

  function contentOf(response: Response | { $ref: string }): NonNullable<Response['content']> {
    const found = '$ref' in response ? (resolve(document, response.$ref) as Response) : response;
    return found.content ?? {};
  }

  function find({ method, path }: Pick<Exchange, 'method' | 'path'>) {
    const [target = ''] = path.split('?');
    const here = patterns.filter(({ pattern }) => pattern.test(target));
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const found = here.find(({ operation }) => operation.method === wanted)?.operation;
    return { isKnownPath: here.length > 0, operation: found };
  }

  function misfit(key: string, text: string): string | undefined {
    try {
      validator.check(`#/answers/${key}`, JSON.parse(text) as unknown);
      return undefined;
    } catch (error) {
      return `has a body that does not fit: ${String(error)}: ${text.slice(0, 300)}`;
    }
  }

  function ofProblem({ status, method }: Exchange, type: string, text: string) {
    if (status < 400 || (status >= 500 && status !== 503)) return `has status ${status}`;
    if (type !== problemType) return `has status ${status} with ${type || 'no type'}`;
    if (method === 'HEAD') return undefined;
    const wrong = misfit('problem', text);
    if (wrong !== undefined) return wrong;
    const said = (JSON.parse(text) as { status: number }).status;
    return said === status ? undefined : `has status ${status}, and its body says ${said}`;
  }

  function ofOperation(operation: DescribedOperation, exchange: Exchange, text: string) {
    const type = typeOf(exchange);
    const { status, method } = exchange;
    const isNotModified = status === 304;
    const described = operation.responses[String(status)];
    if (described === undefined) {
      return operation.responses[`${Math.floor(status / 100)}XX`] === undefined
        ? `has status ${status}, which is not described`
        : ofProblem(exchange, type, text);
    }
    if (isNotModified) return text === '' ? undefined : 'is 304 with a body';
    if (contentOf(described)[type] === undefined) {
      return `has status ${status} with ${type || 'no type'}, which is not described`;
    }
    if (method === 'HEAD') return text === '' ? undefined : 'answers HEAD with a body';
    if (!type.endsWith('json')) return undefined;
    return misfit(keyOf(operation, String(status), type), text);
  }

  return {
    operationOf(request) {
      const { isKnownPath, operation } = find(request);
      return operation?.operationId ?? (isKnownPath ? otherMethod : noOperation);
    },
    complaint(exchange) {
      const { isKnownPath, operation } = find(exchange);
      const text = decoded(exchange).toString('utf8');
      if (operation !== undefined) return ofOperation(operation, exchange, text);
      const wrong = ofProblem(exchange, typeOf(exchange), text);
      if (wrong !== undefined || !isKnownPath || exchange.status !== 405) return wrong;
      return exchange.headers['allow'] === undefined ? 'is 405 without Allow' : undefined;
    },
  };
}

function keyOf({ operationId }: DescribedOperation, status: string, type: string): string {
  return `${operationId}-${status}-${type.replaceAll('/', '-')}`;
}

/** A slash at the end makes no difference; a parameter is one segment. */
function patternOf({ path }: DescribedOperation): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replaceAll('.', String.raw`\.`));
  return new RegExp(`^${parts.join('[^/]+')}/?$`);
}

function typeOf({ headers }: Exchange): string {
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  return type.trim();
}

function decoded({ headers, body }: Exchange): Buffer {
  if (body.length === 0) return body;
  const encoding = headers['content-encoding'];
  if (encoding === 'gzip') return gunzipSync(body);
  if (encoding === 'br') return brotliDecompressSync(body);
  if (encoding === 'deflate') return inflateSync(body);
  return body;
}
