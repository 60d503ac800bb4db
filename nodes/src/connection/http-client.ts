import { Failure } from './failure.ts';

export interface HttpOptions {
  /** Where LanLedger is: `http://gateway:8777`. */
  url: string;
  /** Empty where LanLedger asks for none. */
  token: string;
  timeoutMs: number;
}

/** Asks the daemon by HTTP. */
export interface HttpClient {
  /** The JSON of an answer; with a body the request is a POST. Rejects with a `Failure`. */
  ask(path: string, body?: object): Promise<unknown>;
  /** A stream of server-sent events; the signal alone ends it. */
  stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** RFC 9457. */
interface Problem {
  detail?: unknown;
  code?: unknown;
}

/** Throws a `Failure` where the URL is none. */
export function createHttpClient({ url, token, timeoutMs }: HttpOptions): HttpClient {
  const base = checkedUrl(url);
  const authorization = token === '' ? {} : { Authorization: `Bearer ${token}` };

  async function send(path: string, request: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(base + path, request);
    } catch (error) {
      throw unreachable(base, error);
    }
    if (response.ok) return response;
    throw await refusal(base, response);
  }

  return {
    async ask(path, body) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const post = { method: 'POST', body: JSON.stringify(body) };
      const response = await send(path, {
        ...(body === undefined ? {} : post),
        headers: { ...authorization, 'Content-Type': 'application/json' },
        signal: timeout,
      });
      try {
        return await response.json();
      } catch (error) {
        throw timeout.aborted ? unreachable(base, error) : foreign(base, response.status);
      }
    },
    async stream(path, signal) {
      const headers = { ...authorization, Accept: 'text/event-stream' };
      const { body } = await send(path, { headers, signal });
      if (body === null) throw foreign(base, 200);
      return body;
    },
  };
}

/** Without a slash at its end. */
function checkedUrl(text: string): string {
  try {
    const { protocol, origin, pathname } = new URL(text);
    if (protocol === 'http:' || protocol === 'https:') return origin + pathname.replace(/\/+$/, '');
  } catch {
    // Told below.
  }
  const example = 'use one such as http://gateway:8777';
  throw new Failure('URL_INVALID', `"${text}" is no address of LanLedger: ${example}.`);
}

function unreachable(base: string, error: unknown): Failure {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const reason = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? 'no connection');
  return new Failure(
    name === 'TimeoutError' ? 'TIMEOUT' : 'UNREACHABLE',
    `LanLedger cannot be reached at ${base} (${reason}): check the URL, and that it is running.`,
  );
}

async function refusal(base: string, response: Response): Promise<Failure> {
  let problem: Problem;
  try {
    problem = ((await response.json()) as Problem | null) ?? {};
  } catch {
    problem = {};
  }
  const { detail, code } = problem;
  if (response.status === 401) {
    const message = `LanLedger at ${base} refuses the token: make one with "lanledger token add node-red --scope write".`;
    return new Failure('UNAUTHORIZED', message);
  }
  if (typeof detail !== 'string') return foreign(base, response.status);
  return new Failure(typeof code === 'string' ? code : `HTTP_${response.status}`, detail);
}

function foreign(base: string, status: number): Failure {
  const message = `What answers at ${base} is not LanLedger (status ${status}): check the URL.`;
  return new Failure('NOT_LANLEDGER', message);
}
