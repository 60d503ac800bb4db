import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { AppError, messageOf, systemCodeOf } from './base/errors.ts';
import type { Config } from './config/config.ts';
import { localToken } from './token-command.ts';

const TIMEOUT_MS = 10_000;
const everywhere = new Set(['*', '0.0.0.0', '::']);

/**
 * Runs a command in the daemon of this machine, by HTTP. Rejects with `DAEMON_UNREACHABLE`, or with `DAEMON_REFUSED` and
 * the daemon's own sentence.
 */
export async function callDaemon(config: Config, command: string, input: object): Promise<unknown> {
  const token = localToken(config);
  const response = await send(config, token, JSON.stringify({ command, input }));
  const answer = JSON.parse(await text(response)) as { detail?: string };
  if (response.statusCode === 200) return answer;
  throw new AppError('DAEMON_REFUSED', answer.detail ?? `It answered ${response.statusCode}.`);
}

function send(config: Config, token: string | undefined, body: string): Promise<IncomingMessage> {
  const { host, port, tls } = config.http;
  const isTls = tls.certificateFile !== '';
  const options = {
    host: everywhere.has(host) ? 'localhost' : host,
    port,
    path: '/api/v1/commands',
    method: 'POST',
    timeout: TIMEOUT_MS,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    // It is this machine's own certificate, made out to its public name.
    ...(isTls
      ? { ca: readFileSync(tls.certificateFile), checkServerIdentity: () => undefined }
      : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = (isTls ? httpsRequest : httpRequest)(options, resolve);
    sent.once('timeout', () => sent.destroy(new Error('it does not answer')));
    sent.once('error', (error) => reject(unreachable(error, port)));
    sent.end(body);
  });
}

function unreachable(error: unknown, port: number): AppError {
  const reason =
    systemCodeOf(error) === 'ECONNREFUSED' ? 'nothing listens there' : messageOf(error);
  return new AppError(
    'DAEMON_UNREACHABLE',
    `The daemon cannot be reached on port ${port} (${reason}): start it with "lanledger run", or name its configuration with --config.`,
    { cause: error },
  );
}
