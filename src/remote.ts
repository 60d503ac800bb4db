import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { AppError, messageOf, systemCodeOf } from './base/errors.ts';
import type { Config } from './config/config.ts';
import { localToken } from './token-command.ts';

const TIMEOUT_MS = 10_000;
/** Never a name: whoever else listens on another address that it stands for would get the token. */
const loopbackOf: Record<string, string> = {
  '*': '127.0.0.1',
  '0.0.0.0': '127.0.0.1',
  '::': '::1',
};

/**
 * Runs a command in the daemon of this machine, by HTTP. Rejects with `DAEMON_UNREACHABLE` where its answer is not all
 * there in time, or with `DAEMON_REFUSED` and the daemon's own sentence.
 */
export async function callDaemon(
  config: Config,
  command: string,
  input: object,
  timeoutMs = TIMEOUT_MS,
): Promise<unknown> {
  const token = localToken(config);
  const signal = AbortSignal.timeout(timeoutMs);
  let status: number | undefined;
  let body: string;
  try {
    const response = await send(config, token, JSON.stringify({ command, input }), signal);
    status = response.statusCode;
    body = await text(response);
  } catch (error) {
    throw unreachable(config, signal.aborted ? 'it does not answer' : reasonOf(error), error);
  }
  const answer = parseObject(body);
  if (answer === undefined) throw unreachable(config, strange);
  if (status === 200) return answer;
  throw new AppError('DAEMON_REFUSED', answer.detail ?? `It answered ${status}.`);
}

async function send(
  config: Config,
  token: string | undefined,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { host, port, tls } = config.http;
  const isTls = tls.certificateFile !== '';
  const options = {
    host: loopbackOf[host] ?? host,
    port,
    path: '/api/v1/commands',
    method: 'POST',
    agent: false,
    signal,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(isTls ? trustIn(tls.certificateFile) : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = (isTls ? httpsRequest : httpRequest)(options, resolve);
    sent.once('error', reject);
    sent.end(body);
  });
}

/** It is this machine's own certificate, made out to its public name; the authority it comes from need not be known. */
function trustIn(certificateFile: string) {
  return {
    ca: readFileSync(certificateFile),
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  };
}

function parseObject(body: string): { detail?: string } | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

const strange = 'another program answers there';

function reasonOf(error: unknown): string {
  const code = systemCodeOf(error) ?? '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'EPROTO') return 'what listens there speaks no TLS';
  return code.startsWith('HPE_') ? strange : messageOf(error);
}

function unreachable({ http }: Config, reason: string, cause?: unknown): AppError {
  return new AppError(
    'DAEMON_UNREACHABLE',
    `The daemon cannot be reached on port ${http.port} (${reason}): start it with "lanledger run", or name its configuration with --config.`,
    { cause },
  );
}
