import { routes, type Operations, type Problem } from './operations.ts';

export type Operation = keyof Operations;
export type Input<Name extends Operation> = Operations[Name]['input'];
export type Answer<Name extends Operation> = Operations[Name]['answer'];

/** What LanLedger refused, in its own sentence. */
export class Refusal extends Error {
  readonly status: number;

  constructor({ status, detail }: Pick<Problem, 'status' | 'detail'>) {
    super(detail);
    this.status = status;
  }
}

/** Nobody answered: the daemon restarts, or the network is down. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('LanLedger does not answer. Is it running, and is this device on its network?', {
      cause,
    });
  }
}

/** Whoever waits for an answer without a way to drop the question is told after this time that there is none. */
const patienceMs = 30_000;

/** Asks the daemon. Rejects with a `Refusal` or, where there is no answer, with `Unreachable`. */
export async function call<Name extends Operation>(
  name: Name,
  input: Input<Name>,
  signal: AbortSignal = AbortSignal.timeout(patienceMs),
): Promise<Answer<Name>> {
  const { method } = routes[name];
  const { url, rest } = split(name, input);
  const hasBody = method !== 'GET' && Object.keys(rest).length > 0;
  const lost = (error: unknown) => {
    const isDropped = (error as Error).name === 'AbortError';
    throw isDropped ? error : new Unreachable(error);
  };
  const response = await fetch(url, {
    method,
    headers: { Accept: 'application/json', ...(hasBody ? jsonType : {}) },
    ...(hasBody ? { body: JSON.stringify(rest) } : {}),
    signal,
  }).catch(lost);
  if (response.status === 401) goToLogin();
  const answer = jsonOf(await response.text().catch(lost));
  if (!response.ok || answer === undefined) throw new Refusal(problemOf(answer, response.status));
  return answer;
}

/** Where a link or download leads that asks the same. */
export function addressOf<Name extends Operation>(name: Name, input: Input<Name>): string {
  return split(name, input).url.href;
}

function goToLogin(): void {
  const here = new URL('login', document.baseURI);
  here.searchParams.set('next', `/${location.hash}`);
  location.assign(here);
}

const jsonType = { 'Content-Type': 'application/json' };

/** The address with all of `input` that belongs there, and the rest, which is the body. */
function split<Name extends Operation>(name: Name, input: Input<Name>) {
  const { path, query } = routes[name];
  const rest: Record<string, unknown> = { ...input };
  const takeText = (key: string) => {
    const value = rest[key];
    delete rest[key];
    return Array.isArray(value) ? value.join(',') : String(value);
  };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(takeText(key)),
  );
  const url = new URL(filled, document.baseURI);
  for (const key of query) if (rest[key] !== undefined) url.searchParams.set(key, takeText(key));
  return { url, rest };
}

/** What the daemon sends fits openapi.json; anything else comes from a proxy, and is no JSON: undefined. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(answer: unknown, status: number): Problem {
  const isProblem = typeof answer === 'object' && answer !== null && 'detail' in answer;
  if (isProblem) return answer as Problem;
  const detail = `LanLedger, or a proxy before it, answered with status ${status} and no reason.`;
  return { type: 'about:blank', title: 'No reason', status, detail };
}
