import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { Document } from '../support/openapi-document.ts';
import { ledgerOf, startDaemon, type Daemon } from './daemon.ts';
import { agentThrough, ask, openDoor, type Answer, type Door, type Question } from './door.ts';
import { REMOTES, UDP_PORT, type Home } from './home.ts';
import { settledTruth } from './metering.ts';
import { linesWith, processOf } from './observation.ts';
import { exchange } from './traffic.ts';

/** Of `http.port`. */
export const HTTP_PORT = 8777;
/** How long an attack may take, with the look at the ledger afterwards. */
export const ATTACK_MS = 60_000;
const DEADLINE_MS = 10_000;

/** A running daemon with traffic, for a test that wants to harm it. */
export interface Victim {
  daemon: Daemon;
  pid: number;
  /** With scope write, and read. */
  tokens: { admin: string; reader: string };
  /** Into the daemon's own namespace. */
  inside: Door;
  /** Into a device on its network. */
  outside: Door;
  document: Document;
  /** Asks the daemon over a connection of its own, from an address of its loopback where one is given. */
  ask: (question: Question, from?: string) => Promise<Answer>;
  /** The same with JSON in the answer, by the token with scope write; throws where it is not 200. */
  read: <T>(path: string) => Promise<T>;
}

interface Status {
  status: string;
  problems: string[];
  monitors: { interfaces: { name: string; dropped: number }[] }[];
}

/**
 * Runs the daemon with traffic of all devices, attacks it, and looks at the ledger afterwards: it must live, answer, have
 * logged no fault, and have counted every byte of every device.
 */
export async function withstand(
  home: Home,
  attack: (victim: Victim) => Promise<void>,
  more: Record<string, unknown> = {},
): Promise<void> {
  for (const host of home.hosts) host.truth.reset();
  const { namespace } = home.gateway;
  const daemon = await startDaemon(namespace, {
    interfaces: home.capture,
    more: { http: { auth: 'token' }, ...more },
  });
  onTestFinished(() => daemon.remove());
  const inside = await openedDoor(namespace);
  const outside = await openedDoor(home.hosts[1]?.namespace ?? '');
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const traffic = talk(home, over.signal);
  const victim = await meet({ daemon, inside, outside });
  await attack(victim);
  over.abort();
  await traffic;
  const truth = Object.fromEntries(await settledTruth(home));
  // What is captured shows within a second.
  await expect
    .poll(() => servedTotals(victim, Object.keys(truth)), { timeout: 20_000 })
    .toEqual(truth);
  const { status, problems, monitors } = await victim.read<Status>('/api/v1/health');
  expect({ status, problems }).toEqual({ status: 'ok', problems: [] });
  const dropped = monitors.flatMap(({ interfaces }) => interfaces.map((each) => each.dropped));
  expect(dropped).toEqual(home.capture.map(() => 0));
  const { exitCode } = await daemon.stop();
  expect(exitCode).toBe(0);
  expect(linesWith(daemon, ' error: ')).toEqual([]);
  const ledger = ledgerOf(daemon);
  const rows = Object.keys(truth).map((id) => [id, ledger.get(id)]);
  expect(Object.fromEntries(rows)).toEqual(truth);
}

async function openedDoor(namespace: string): Promise<Door> {
  const door = await openDoor(namespace);
  onTestFinished(() => door.close());
  return door;
}

async function meet(parts: Pick<Victim, 'daemon' | 'inside' | 'outside'>): Promise<Victim> {
  const { daemon, inside } = parts;
  const admin = tokenOf(daemon);
  const askOne: Victim['ask'] = (question, from = '127.0.0.1') =>
    askOnce(inside, { question, from });
  async function read<T>(path: string): Promise<T> {
    const headers = { authorization: `Bearer ${admin}` };
    const { status, body } = await askOne({ method: 'GET', path, headers }, '127.0.0.9');
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString()}`);
    return JSON.parse(body.toString()) as T;
  }
  const document = await read<Document>('/openapi.json');
  const reader = addReader(daemon);
  const tryOut = {
    method: 'GET',
    path: '/api/v1/devices',
    headers: { authorization: `Bearer ${reader}` },
  };
  // From addresses of its own, because wrong tokens are counted; the daemon looks at its tokens once a second.
  let tries = 0;
  const status = async () => (await askOne(tryOut, `127.9.0.${++tries}`)).status;
  await expect.poll(status, { timeout: 20_000, interval: 200 }).toBe(200);
  const tokens = { admin, reader };
  return { ...parts, pid: processOf(daemon), tokens, document, ask: askOne, read };
}

function addReader({ configFile }: Daemon): string {
  const program = resolve(process.env['LAB_MAIN'] ?? 'dist/main.js');
  const parameters = ['token', 'add', 'reader', '--scope', 'read', '--config', configFile];
  return execFileSync(process.execPath, [program, ...parameters], { encoding: 'utf8' }).trim();
}

/** The token of a new daemon. */
export function tokenOf({ dataDirectory }: Daemon): string {
  const text = readFileSync(join(dataDirectory, 'tokens.json'), 'utf8');
  const token = /"token": *"([^"]+)"/.exec(text)?.[1];
  if (token === undefined) throw new Error('the daemon made no token');
  return token;
}

async function askOnce(
  door: Door,
  { question, from }: { question: Question; from: string },
): Promise<Answer> {
  const agent = agentThrough(door, { host: '127.0.0.1', port: HTTP_PORT, localAddress: from });
  try {
    const headers = { host: '127.0.0.1', ...question.headers };
    return await ask({ ...question, headers }, { agent, deadlineMs: DEADLINE_MS });
  } finally {
    agent.destroy();
  }
}

async function servedTotals({ read }: Victim, ids: readonly string[]): Promise<unknown> {
  const { devices } = await read<{ devices: { id: string; total: object }[] }>('/api/v1/devices');
  return Object.fromEntries(ids.map((id) => [id, devices.find((each) => each.id === id)?.total]));
}

/** Traffic of every device until the signal; throws where the lab loses some of it. */
export async function talk({ hosts }: Pick<Home, 'hosts'>, signal: AbortSignal): Promise<void> {
  const plan = { port: UDP_PORT, count: 16, bytes: 900, replies: 2, replyBytes: 700 };
  await Promise.all(
    hosts.map(async (host) => {
      for (let round = 0; !signal.aborted; round++) {
        const to = REMOTES[round % REMOTES.length] ?? REMOTES[0];
        await exchange(host, { ...plan, from: host.ipv4, to });
        await delay(20);
      }
    }),
  );
}

export function residentMebibytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
