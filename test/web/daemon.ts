import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { startProgram } from '../support/program.ts';
import { eveningZone } from '../support/zones.ts';

/** A running daemon. */
export interface Daemon {
  /** The next address that its log tells to open in a browser, as it stands there. */
  nextLink(): Promise<string>;
  /** The process stands still: it keeps its connections, and answers nothing. */
  pause(): void;
  resume(): void;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts the built program for one test, in the evening zone. */
export function startDaemon(args: readonly string[]): Daemon {
  const environment = { TZ: eveningZone, PATH: process.env['PATH'] ?? '' };
  const { child, ended } = startProgram(args, { environment });
  const pause = () => void child.kill('SIGSTOP');
  const resume = () => void child.kill('SIGCONT');
  async function stop() {
    child.kill('SIGTERM');
    resume();
    await ended;
  }
  onTestFinished(stop);
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  async function nextLink(): Promise<string> {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const link = /Open (\S+) in a browser/.exec(line.value)?.[1];
      if (link !== undefined) return link;
    }
    throw new Error(`the daemon ended:\n${(await ended).stderr}`);
  }
  return { nextLink, pause, resume, stop };
}

/** What a daemon answers to a request with JSON, asked without a browser. Throws where it refuses. */
export async function ask<Answer>(url: string, method = 'GET', body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}
