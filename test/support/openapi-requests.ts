import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { hostileJson, hostileTexts } from './hostile-values.ts';
import {
  operationsOf,
  type DescribedOperation,
  type Document,
  type Operation,
} from './openapi-document.ts';
import { createValues, polluted, truncated, type Known } from './openapi-values.ts';

export interface FuzzRequest {
  method: string;
  /** Target of the request line: characters from ! to ~. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

const queryFaults = [
  'unknown=1',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor.prototype.x=1',
  'step[]=day',
  'from[$gt]=2026-01-01',
  '=',
  '&&&',
  '%zz=1',
  '%ff=%fe',
  'a=%00',
  '?',
];
const oddPaths = [
  '/',
  '//',
  '/.',
  '/..',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/api',
  '/api/v1',
  '/api/v2/devices',
  '/API/V1/DEVICES',
  '/api/v1/devices//',
  '/api/v1//devices',
  '/api/v1/devices/%2F',
  '/api/v1/devices/a%2Fmerge',
  '/api/v1/devices/%00',
  '/api/v1/devices/%zz',
  '/api/v1/devices/%',
  '/api/v1/devices/__proto__',
  '/api/v1/devices/a/b/c/merge',
  '/api/v1/devices;a=b',
  '/json/',
  '/json/history/',
  '/json/%2e%2e/api/v1/devices',
  '/metrics/',
  '/health/',
  '/openapi.json/',
  '/favicon.ico',
  '/index.html',
  '/tokens.json',
  '/lanledger.db',
];
/** CONNECT is not for origin servers. */
const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND SEARCH LINK PURGE'.split(
  ' ',
);
const accepts = [
  '*/*',
  'application/json',
  'text/html,application/xhtml+xml',
  'text/csv',
  'text/event-stream',
  'image/webp;q=0',
  ';;;',
  'x'.repeat(3000),
];
const encodings = ['gzip', 'br', 'deflate', 'identity;q=0', '*;q=0', 'gzip;q=0, br', 'nonsense'];
const contentTypes = [
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/merge-patch+json',
  'application/json;;;',
  '/',
  '',
];
const strangeHeaders: [string, string][] = [
  ['if-none-match', '*'],
  ['if-none-match', 'W/"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk"'],
  ['if-none-match', '"'.repeat(500)],
  ['if-modified-since', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['range', 'bytes=0-1'],
  ['host', 'localhost'],
  ['host', 'evil.example'],
  ['host', '[::1]:8777'],
  ['origin', 'http://127.0.0.1:8777'],
  ['origin', 'null'],
  ['sec-fetch-site', 'cross-site'],
  ['last-event-id', '-1'],
  ['x-forwarded-for', "127.0.0.1, '; DROP TABLE device; --"],
  ['x-http-method-override', 'DELETE'],
  ['cookie', 'lanledger_token=%zz; __proto__=1'],
  ['upgrade', 'websocket'],
  ['x-long', 'x'.repeat(8000)],
];

/** Requests for every operation of a description, valid and not, and some for none. */
export function requestsOf(document: Document, known: Known): fc.Arbitrary<FuzzRequest> {
  const operations = operationsOf(document);
  const values = createValues(document, known);
  const commands = operations.flatMap((operation) => operation['x-command'] ?? []);
  const inputs = operations.map(inputOf);

  /** What the command of an operation takes, by its parameters and its body. */
  function inputOf(operation: Operation): fc.Arbitrary<unknown> {
    const body = operation.requestBody?.content['application/json']?.schema;
    return fc
      .tuple(parametersOf(operation), body === undefined ? fc.constant({}) : values.fitting(body))
      .map(([parameters, more]) => ({ ...parameters, ...(more as object) }));
  }

  function parametersOf({ parameters = [] }: Operation) {
    const entries = parameters.map(({ name, schema, required }) => [
      name,
      required === true ? values.any(schema) : oneIn(2, values.any(schema)),
    ]);
    return fc
      .record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<unknown>>)
      .map((record) =>
        Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
      );
  }

  const commandCall = fc.record({
    command: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...commands, 'device/rename', 'device/hide') },
      { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
    ),
    input: fc.oneof(...inputs),
  });

  function bodyOf(operation: DescribedOperation): fc.Arbitrary<string | undefined> {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema === undefined) {
      return fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...hostileJson) },
      );
    }
    const whole = operation.operationId === 'runCommand' ? commandCall : values.any(schema);
    return fc.oneof(
      { weight: 8, arbitrary: whole.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: truncated(values.fitting(schema)) },
      { weight: 1, arbitrary: polluted(values.fitting(schema)) },
      { weight: 1, arbitrary: fc.constantFrom(...hostileJson) },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    );
  }

  // Made once for each operation: to make them for each request takes longer than to send it.
  const toOperation = fc.oneof(
    ...operations.map((operation) =>
      fc
        .tuple(
          parametersOf(operation),
          queryFault(operation),
          fc.oneof(
            { weight: 12, arbitrary: fc.constant(operation.method.toUpperCase()) },
            { weight: 1, arbitrary: fc.constantFrom(...methods) },
          ),
          bodyOf(operation),
        )
        .map(([parameters, fault, method, body]) => ({
          method,
          path: targetOf(operation, parameters, fault),
          body,
        })),
    ),
  );
  const toNobody = fc.record({
    method: fc.constantFrom(...methods),
    path: fc.oneof(
      fc.constantFrom(...oddPaths),
      fc.webPath().map((path) => `/${path}`),
    ),
    body: oneIn(3, fc.constantFrom(...hostileJson)),
  });
  const question = fc.oneof(
    { weight: 14, arbitrary: toOperation },
    { weight: 1, arbitrary: toNobody },
  );
  return fc.tuple(question, headers, bodyForm).map(([asked, given, form]) => {
    const { method, path, body } = asked;
    if (body === undefined) return { method, path, headers: given };
    const type = form.contentType ?? 'application/json';
    const isPacked = form.headers['content-encoding'] === 'gzip' && !form.isLie;
    const bytes = isPacked ? gzipSync(body) : Buffer.from(body);
    const isChunked = 'transfer-encoding' in form.headers;
    const length = isChunked ? {} : { 'content-length': String(bytes.length) };
    return {
      method,
      path,
      headers: { ...given, 'content-type': type, ...form.headers, ...length },
      body: bytes,
    };
  });
}

/** The value in one of so many cases, else undefined. */
function oneIn<T>(cases: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: cases - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

const headers = fc
  .tuple(
    oneIn(6, fc.constantFrom(...accepts)),
    oneIn(3, fc.constantFrom(...encodings)),
    oneIn(8, fc.constantFrom(...strangeHeaders)),
  )
  .map(([accept, encoding, strange]) => ({
    ...(accept === undefined ? {} : { accept }),
    ...(encoding === undefined ? {} : { 'accept-encoding': encoding }),
    ...(strange === undefined ? {} : { [strange[0]]: strange[1] }),
  }));

interface BodyForm {
  contentType: string | undefined;
  headers: Record<string, string>;
  /** It is not packed as its headers say. */
  isLie: boolean;
}

const bodyForm: fc.Arbitrary<BodyForm> = fc.record({
  contentType: oneIn(10, fc.constantFrom(...contentTypes)),
  headers: fc.oneof<fc.MaybeWeightedArbitrary<Record<string, string>>[]>(
    { weight: 12, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ 'transfer-encoding': 'chunked' }) },
    { weight: 1, arbitrary: fc.constant({ 'content-encoding': 'gzip' }) },
    { weight: 1, arbitrary: fc.constant({ 'content-encoding': 'nonsense' }) },
  ),
  isLie: fc.boolean(),
});

/** What is wrong with a query as a whole; a doubled parameter needs one that is known. */
function queryFault({ parameters = [] }: Operation): fc.Arbitrary<string> {
  const doubled = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => `${name}=1&${name}=2`);
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(...queryFaults, ...doubled) },
  );
}

function targetOf(
  { path, parameters = [] }: DescribedOperation,
  given: Record<string, unknown>,
  fault: string,
): string {
  const inPath = new Set(parameters.filter((each) => each.in === 'path').map(({ name }) => name));
  const target = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    percentEncoded(textOf(given[name])),
  );
  const query = Object.entries(given)
    .filter(([name]) => !inPath.has(name))
    .map(([name, value]) => `${name}=${percentEncoded(textOf(value))}`);
  if (fault !== '') query.push(fault);
  return query.length === 0 ? target : `${target}?${query.join('&')}`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Lone surrogates, which no UTF-8 has, become bytes that are no UTF-8. */
function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}
