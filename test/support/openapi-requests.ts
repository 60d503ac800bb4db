import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { hostileJson, hostileTexts } from './hostile-values.ts';
import {
  operationsOf,
  resolve,
  type DescribedOperation,
  type Document,
  type Operation,
  type Schema,
} from './openapi-document.ts';

export interface FuzzRequest {
  method: string;
  /** Target of the request line: characters from ! to ~. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

/** Values that fit and mean something where they are asked: by the name of their schema. */
export type Known = Record<string, readonly string[]>;

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

/** Values of schemas: those that fit, those that do not, and a mixture. */
function createValues(document: Document, known: Known) {
  const hostile: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...hostileTexts) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: fc.maxSafeInteger() },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false, -1, 0, 1e308, [], [[]], {}) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );

  function fitting(schema: Schema): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1) ?? '';
      const target = resolve(document, schema.$ref) as Schema;
      const meant = Object.hasOwn(known, name) ? known[name] : undefined;
      if (meant === undefined) return fitting(target);
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...meant) },
        { weight: 1, arbitrary: fitting(target) },
      );
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.oneOf !== undefined) return fc.oneof(...schema.oneOf.map(fitting));
    const types = [schema.type ?? 'null'].flat();
    return fc.oneof(...types.map((type) => ofType(type, schema)));
  }

  function ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
    switch (type) {
      case 'string':
        return ofText(schema);
      case 'integer':
        return ofInteger(schema);
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(any(schema.items ?? {}), { minLength: 0, maxLength: 5 });
      case 'object':
        return ofObject(schema, any);
      default:
        return fc.constant(null);
    }
  }

  /** A member that is required is absent now and then, and there is one too many. */
  function ofObject(
    { properties = {} }: Schema,
    member: (schema: Schema) => fc.Arbitrary<unknown>,
  ): fc.Arbitrary<unknown> {
    const members = Object.entries(properties).map(([name, value]) => [name, member(value)]);
    const model = Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>;
    const some = fc.record(model, { requiredKeys: [] });
    return fc.oneof(
      { weight: 4, arbitrary: fc.record(model) },
      { weight: 3, arbitrary: some },
      { weight: 1, arbitrary: some.map((record) => ({ ...record, unknown: 1 })) },
    );
  }

  function any(schema: Schema): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostile });
  }

  return { fitting, any };
}

function ofText({ pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 100) });
}

function ofInteger({ minimum = -1e9, maximum = 1e9 }: Schema): fc.Arbitrary<number> {
  const edges = [minimum - 1, minimum, minimum + 1, maximum - 1, maximum, maximum + 1];
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: minimum, max: 2_000 }));
}

function truncated(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(value, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([whole, part]) => JSON.stringify(whole).slice(0, Math.floor(part * 60)));
}

function polluted(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return value.map((whole) =>
    JSON.stringify(whole).replace('{', '{"__proto__":{"hidden":true},"constructor":{},'),
  );
}

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
