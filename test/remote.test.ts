import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config/load.ts';
import { callDaemon } from '../src/remote.ts';

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-remote-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function listening(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  server.listen({ host, port, ipv6Only: true });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function configFor(http: { port: number; host?: string; tls?: object }) {
  const commandLine = { http: { host: '127.0.0.1', auth: 'none', ...http } };
  return (await loadConfig({ file: '/dev/null', environment: {}, commandLine })).config;
}

/** Asks the server for the health, as the command line does. */
async function askServer(server: Server, timeoutMs?: number): Promise<unknown> {
  const config = await configFor({ port: await listening(server) });
  return callDaemon(config, 'health', {}, timeoutMs);
}

const sentence = (reason: string) =>
  expect.stringMatching(
    new RegExp(
      String.raw`^The daemon cannot be reached on port \d+ \(${reason}\): start it with "lanledger run", or name its configuration with --config\.$`,
    ),
  ) as string;

async function expectUnreachable(answer: Promise<unknown>, reason: string): Promise<void> {
  await expect(answer).rejects.toMatchObject({
    code: 'DAEMON_UNREACHABLE',
    message: sentence(reason),
  });
}

test('a command and its answer', async () => {
  let asked = '';
  const server = createServer((request, response) => {
    asked = `${request.method} ${request.url} `;
    request.setEncoding('utf8').on('data', (text: string) => (asked += text));
    request.on('end', () => response.end('{"status":"ok"}'));
  });
  expect(await askServer(server)).toEqual({ status: 'ok' });
  expect(asked).toBe('POST /api/v1/commands {"command":"health","input":{}}');
});

test.each([
  ['{"detail":"No such device."}', 'No such device.'],
  ['{}', 'It answered 404.'],
])('a refusal is told as the daemon tells it: %s', async (body, message) => {
  const server = createServer((_request, response) => response.writeHead(404).end(body));
  await expect(askServer(server)).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message });
});

test.each<[string, RequestListener]>([
  ['a page', (_request, response) => void response.end('<html>')],
  ['nothing', (_request, response) => void response.writeHead(302).end()],
  ['null', (_request, response) => void response.end('null')],
  ['a text', (_request, response) => void response.end('"hello"')],
])('another program on the port that answers with %s', async (_, answer) => {
  await expectUnreachable(askServer(createServer(answer)), 'another program answers there');
});

test('another program on the port that does not even speak HTTP', async () => {
  const server = createSocketServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n'));
  await expectUnreachable(askServer(server), 'another program answers there');
});

test('nobody on the port', async () => {
  const server = createSocketServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  await expectUnreachable(
    callDaemon(await configFor({ port }), 'health', {}),
    'nothing listens there',
  );
});

test.each<[string, RequestListener]>([
  ['before its answer', () => {}],
  ['within its answer', (_request, response) => void response.write('{"status":')],
])('a daemon that hangs %s', async (_, answer) => {
  const server = createServer(answer);
  onTestFinished(() => server.closeAllConnections());
  await expectUnreachable(askServer(server, 200), 'it does not answer');
});

test('a daemon that ends within its answer', async () => {
  const server = createServer((request, response) => {
    response.write('{"status":', () => void request.socket.destroy());
  });
  await expectUnreachable(askServer(server), 'aborted');
});

test.each([
  ['*', '127.0.0.1', '::1'],
  ['0.0.0.0', '127.0.0.1', '::1'],
  ['::', '::1', '127.0.0.1'],
])('with http.host %s the daemon is asked at %s, and nobody else', async (host, own, other) => {
  const daemon = createServer((_request, response) => response.end('{"from":"daemon"}'));
  const stranger = createServer((_request, response) => response.end('{"from":"stranger"}'));
  const port = await listening(daemon, own);
  await listening(stranger, other, port);
  const config = await configFor({ port, host });
  expect(await callDaemon(config, 'health', {})).toEqual({ from: 'daemon' });
  daemon.close();
  await once(daemon, 'close');
  await expectUnreachable(callDaemon(config, 'health', {}), 'nothing listens there');
});

/** A certificate and key for that name, signed by the one before. */
function issue(directory: string, name: string, signer?: string): void {
  const at = (file: string) => join(directory, file);
  const ca = signer === undefined || name === 'intermediate' ? 'TRUE' : 'FALSE';
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${at(`${name}.key`)}`;
  const signed =
    signer === undefined ? '' : `-CA ${at(`${signer}.crt`)} -CAkey ${at(`${signer}.key`)}`;
  const subject = `-subj /CN=${name}.example -addext basicConstraints=critical,CA:${ca}`;
  const text = `req -x509 ${key} -out ${at(`${name}.crt`)} -days 30 ${subject} ${signed}`;
  execFileSync('openssl', text.trim().split(' '), { stdio: 'ignore' });
}

async function tlsDaemon(chain: readonly string[]) {
  const directory = newDirectory();
  const [certificateFile, keyFile] = [join(directory, 'chain.pem'), join(directory, 'leaf.key')];
  issue(directory, 'root');
  issue(directory, 'intermediate', 'root');
  issue(directory, 'leaf', 'intermediate');
  const pieces = chain.map((name) => readFileSync(join(directory, `${name}.crt`), 'utf8'));
  writeFileSync(certificateFile, pieces.join(''));
  const options = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  const server = createTlsServer(options, (_request, response) => response.end('{"status":"ok"}'));
  const port = await listening(server);
  return { directory, port, tls: { certificateFile, keyFile } };
}

test.each([[['leaf', 'intermediate']], [['leaf', 'intermediate', 'root']], [['leaf']]])(
  'the certificate is one that an authority signed: %j',
  async (chain) => {
    const { port, tls } = await tlsDaemon(chain);
    expect(await callDaemon(await configFor({ port, tls }), 'health', {})).toEqual({
      status: 'ok',
    });
  },
);

test('a program with another certificate is not the daemon', async () => {
  const { port, tls, directory } = await tlsDaemon(['leaf', 'intermediate']);
  issue(directory, 'other');
  const certificateFile = join(directory, 'other.crt');
  const config = await configFor({ port, tls: { ...tls, certificateFile } });
  await expectUnreachable(
    callDaemon(config, 'health', {}),
    'unable to verify the first certificate|unable to get issuer certificate|unable to get local issuer certificate',
  );
});

test('a certificate is configured, and what listens there speaks no TLS', async () => {
  const { tls } = await tlsDaemon(['leaf', 'intermediate']);
  const port = await listening(createServer());
  await expectUnreachable(
    callDaemon(await configFor({ port, tls }), 'health', {}),
    'what listens there speaks no TLS',
  );
});

test('a certificate that cannot be read is a sentence', async () => {
  const tls = { certificateFile: '/nowhere.pem', keyFile: '/nowhere.pem' };
  await expectUnreachable(
    callDaemon(await configFor({ port: 9, tls }), 'health', {}),
    "ENOENT: no such file or directory, open '/nowhere.pem'",
  );
});
