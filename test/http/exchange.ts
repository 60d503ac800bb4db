import { once } from 'node:events';
import { request as sendRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** The body where it is JSON. */
  body: unknown;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  localAddress?: string;
}

/** Sends a request to a loopback port and reads the answer. The path goes out as it is, which `fetch` would not do. */
export async function exchange(
  port: number,
  path: string,
  question: Question = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, localAddress } = question;
  const from = localAddress === undefined ? {} : { localAddress };
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false, ...from };
  const request = sendRequest(options);
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const bytes = await buffer(answer);
  const text = bytes.toString();
  const isJson = /json/.test(answer.headers['content-type'] ?? '');
  const isPlain = answer.headers['content-encoding'] === undefined && text !== '';
  const parsed: unknown = isJson && isPlain ? JSON.parse(text) : undefined;
  const { statusCode: status = 0, headers: received } = answer;
  return { status, headers: received, bytes, text, body: parsed };
}
