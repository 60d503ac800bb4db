import { once } from 'node:events';
import {
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Where the app is, and how it is asked. */
export interface GatewayOptions {
  appPort: number;
  appHost?: string;
  /** The Supervisor's own address, where it is one of this machine. */
  from?: string;
  /** The address to serve on. */
  host?: string;
}

const ingressToken = 'tB-1_vNq7Zc3';
export const ingressPath = `/api/hassio_ingress/${ingressToken}`;
const session = 'ingress_session=5d1f';
/** Answers up to here are read as a whole, longer ones and those of unknown length passed on as they come. */
const longestWhole = 4_194_000;
const notSentOn = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'accept-encoding',
]);
const notAnswered = new Set([
  'transfer-encoding',
  'content-length',
  'content-type',
  'content-encoding',
]);

/**
 * The ingress of Home Assistant: what its Core (`hassio/ingress.py`) and its Supervisor (`api/ingress.py`) together make of a
 * request and of its answer. The browser's own headers go on, `Host` and `Origin` among them. The app's compression is
 * taken off, and of the content type what stands behind the semicolon.
 */
export async function startGateway(options: GatewayOptions) {
  const server = createServer((request, response) => {
    pass(request, response, options).catch(() => response.destroy());
  });
  server.listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** What a browser that is logged in sends along. */
    cookie: session,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { appPort, appHost = '127.0.0.1', from }: GatewayOptions,
): Promise<void> {
  const { method = 'GET', url = '', headers } = request;
  if (!url.startsWith(`${ingressPath}/`)) return void response.writeHead(404).end();
  const isLoggedIn = headers.cookie?.includes(session) ?? false;
  if (!isLoggedIn) return void response.writeHead(401).end('401: Unauthorized');
  const sent = sendRequest({
    host: appHost,
    port: appPort,
    path: url.slice(ingressPath.length),
    method,
    headers: headersFor(request),
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  response.once('close', () => sent.destroy());
  if (method === 'GET' || method === 'HEAD') sent.end();
  else request.pipe(sent);
  let answer: IncomingMessage;
  try {
    [answer] = (await once(sent, 'response')) as [IncomingMessage];
  } catch {
    return void response.writeHead(502).end('502: Bad Gateway');
  }
  await passBack(answer, response, method);
}

function headersFor({ headers, socket }: IncomingMessage): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(
    ([name]) => !notSentOn.has(name) && !name.startsWith('x-remote-user-'),
  );
  const before = headers['x-forwarded-for'];
  const client = socket.remoteAddress ?? '';
  return {
    ...Object.fromEntries(kept),
    'accept-encoding': 'gzip, deflate, br',
    'x-hass-source': 'core.ingress',
    'x-ingress-path': ingressPath,
    'x-forwarded-for': `${before === undefined ? client : `${String(before)}, ${client}`}, 172.30.32.1`,
    'x-forwarded-host': headers['x-forwarded-host'] ?? headers.host,
    'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
    'x-remote-user-id': '0123456789abcdef',
    'x-remote-user-name': 'anna',
  };
}

async function passBack(
  answer: IncomingMessage,
  response: ServerResponse,
  method: string,
): Promise<void> {
  const { statusCode = 502, headers } = answer;
  const kept = Object.entries(headers).filter(([name]) => !notAnswered.has(name));
  const [type = 'application/octet-stream'] = (headers['content-type'] ?? '').split(';');
  const head = { ...Object.fromEntries(kept), 'content-type': type };
  const length = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  const isEmpty = method === 'HEAD' || statusCode === 204 || statusCode === 304;
  const body = isEmpty ? answer : decoded(answer);
  if (isEmpty || length < longestWhole) {
    const whole = await buffer(body);
    response.writeHead(statusCode, { ...head, 'content-length': whole.length }).end(whole);
  } else {
    response.writeHead(statusCode, { ...head, 'x-accel-buffering': 'no' });
    response.flushHeaders();
    for await (const piece of body) response.write(piece);
    response.end();
  }
}

function decoded(answer: IncomingMessage): AsyncIterable<Buffer> & NodeJS.ReadableStream {
  const decoders = { br: createBrotliDecompress, gzip: createGunzip, deflate: createInflate };
  const decoder = decoders[answer.headers['content-encoding'] as keyof typeof decoders];
  return decoder === undefined ? answer : pipeline(answer, decoder(), () => {});
}
