import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createAnswerCheck, type AnswerCheck } from '../support/openapi-answers.ts';
import type { Document } from '../support/openapi-document.ts';
import { requestsOf, type FuzzRequest } from '../support/openapi-requests.ts';
import type { Known } from '../support/openapi-values.ts';
import { residentMebibytes, talk, tokenOf } from './attack.ts';
import { ledgerOf, peersOf, startDaemon } from './daemon.ts';
import { agentThrough, ask, openDoor, type Answer, type Door } from './door.ts';
import { REMOTES, type Home } from './home.ts';
import { describeLab, internetOf, settledTruth, sum } from './metering.ts';
import { linesWith, processOf } from './observation.ts';
import { announceSeed } from './random.ts';
import { ipPacket, taggedFrame } from './raw-frames.ts';
import { lanGateway } from './topologies.ts';

const REQUESTS = 20_400;
const CLIENTS = 12;
/** Less than the requests a minute that one address may send. */
const REQUESTS_OF_AN_ADDRESS = 1000;
const SAMPLE = 500;
const DEADLINE_MS = 10_000;
const PORT = 8777;
const DECOYS = 20;
/**
 * Between a quarter of the requests and all of them: names, events and merges made meanwhile (about 10 MiB), the page cache
 * of SQLite, and how far V8 lets its heap swing between two collections. A leak of 4 KiB per request would be 70.
 */
const MOST_GROWTH_MEBIBYTES = 48;

describeLab('the HTTP interface', lanGateway, (home) => {
  test(
    `${REQUESTS} requests made from its own description: each answer is as described`,
    { timeout: 180_000 },
    async () => {
      const seed = announceSeed('HTTP fuzzer');
      for (const host of home().hosts) host.truth.reset();
      const { namespace } = home().gateway;
      const more = { store: { checkpointSeconds: 2 }, mqtt: { intervalSeconds: 1 } };
      const daemon = await startDaemon(namespace, { interfaces: home().capture, more });
      onTestFinished(() => daemon.remove());
      const door = await openDoor(namespace);
      onTestFinished(() => door.close());
      const pid = processOf(daemon);
      const token = tokenOf(daemon);
      const over = new AbortController();
      onTestFinished(() => over.abort());
      const meanwhile = Promise.all([talk(home(), over.signal), talkOfDecoys(home(), over.signal)]);

      const document = await readDocument(door);
      const check = createAnswerCheck(document);
      const requests = requestsOf(document, knownOf(home()));
      const tally = createTally(check);
      const memory: number[] = [];
      const startedAt = performance.now();
      const queue = sampled(requests, seed);
      await Promise.all(
        Array.from({ length: CLIENTS }, async (_, number) => {
          const client = createClient({ door, number, token });
          for (const request of queue) {
            tally.add(request, await client.send(request));
            if (tally.answers() === REQUESTS / 4) memory.push(residentMebibytes(pid));
          }
          client.close();
        }),
      );
      const seconds = (performance.now() - startedAt) / 1000;
      memory.push(residentMebibytes(pid));
      over.abort();
      await meanwhile;

      const [before = Number.NaN, after = Number.NaN] = memory;
      process.stderr.write(
        `${tally.summary()}\n${REQUESTS} requests in ${seconds.toFixed(1)} s; resident memory ${before.toFixed(0)} MiB after a quarter, ${after.toFixed(0)} MiB at the end\n`,
      );
      expect([...tally.unanswered(), ...tally.complaints()]).toEqual([]);
      expect(after - before).toBeLessThan(MOST_GROWTH_MEBIBYTES);

      const truth = sum([...(await settledTruth(home())).values()]);
      const { status } = await askHealth(door);
      expect(status).toBe('ok');
      const { exitCode } = await daemon.stop();
      expect(exitCode).toBe(0);
      expect(linesWith(daemon, ' error: ')).toEqual([]);
      // Devices were merged and forgotten: their bytes are others' then, but none is lost and none counts twice.
      const ledger = ledgerOf(daemon);
      expect(internetOf(sum([...ledger.values()]))).toEqual(internetOf(truth));
      expect(internetOf(sum([...peersOf(daemon).values()]))).toEqual(internetOf(truth));
    },
  );
});

/** Devices that may be merged and forgotten: each sends one datagram to nobody. */
async function sendDecoys(home: Home): Promise<void> {
  const [, sender] = home.hosts;
  if (sender === undefined) throw new Error('there is no second host');
  const frames = Array.from({ length: DECOYS }, (_, index) => {
    const ends = {
      sourceMac: decoyMac(index),
      destinationMac: '02:00:00:00:09:01',
      source: `192.168.1.${150 + index}`,
      destination: REMOTES[0],
    };
    return taggedFrame(ends, [], ipPacket(ends, 10)).toString('base64');
  });
  await sender.agent.sendFrames({ interface: sender.interface, frames });
}

function decoyMac(index: number): string {
  return `02:00:00:00:05:${(16 + index).toString(16)}`;
}

async function talkOfDecoys(home: Home, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sendDecoys(home);
    await delay(200);
  }
}

function knownOf({ hosts, gateway }: Home): Known {
  const macs = [...gateway.macs, ...Array.from({ length: DECOYS }, (_, index) => decoyMac(index))];
  const ids = [...macs, ...hosts.map(({ mac }) => mac)].map((mac) => mac.replaceAll(':', ''));
  const today = new Date().toISOString().slice(0, 10);
  const names = ['Laptop', 'Kitchen tablet', 'TV', 'Büro', 'Printer 2'];
  return {
    DeviceId: [...ids, 'other'],
    DeviceReferenceText: [
      ...ids,
      'other',
      ...macs.map((mac) => mac.toUpperCase().replaceAll(':', '-')),
      ...hosts.map(({ ipv4 }) => ipv4),
      '192.168.1.155',
      ...names,
    ],
    DeviceName: [...names, ...names.map((name) => name.toLowerCase())],
    Address: [...REMOTES, '2001:db8:ffff::10', '192.168.1.101'],
    Day: [today, today, '2026-01-01', '2020-02-29', '2099-12-31'],
    Icon: ['mdi:laptop', 'mdi:tablet'],
  };
}

async function readDocument(door: Door): Promise<Document> {
  const { status, body } = await askOnce(door, '/openapi.json');
  if (status !== 200) throw new Error(`the description came with ${status}`);
  return JSON.parse(body.toString()) as Document;
}

async function askHealth(door: Door): Promise<{ status: string }> {
  const { body } = await askOnce(door, '/health');
  return JSON.parse(body.toString()) as { status: string };
}

async function askOnce(door: Door, path: string): Promise<Answer> {
  const agent = agentThrough(door, { host: '127.0.0.1', port: PORT });
  try {
    return await ask({ method: 'GET', path }, { agent, deadlineMs: DEADLINE_MS });
  } finally {
    agent.destroy();
  }
}

/** All requests, made in portions, which clients take from one by one. */
function* sampled(requests: fc.Arbitrary<FuzzRequest>, seed: number): Generator<FuzzRequest> {
  for (let made = 0; made < REQUESTS; made += SAMPLE) {
    yield* fc.sample(requests, { seed: seed + made, numRuns: SAMPLE });
  }
}

interface ClientOptions {
  door: Door;
  number: number;
  token: string;
}

/** A client with one connection at a time, which changes its address before it asks too often. */
function createClient({ door, number, token }: ClientOptions) {
  let sent = 0;
  let agent = agentThrough(door, { host: '127.0.0.1', port: PORT, localAddress: addressOf(0) });
  const etags = new Map<string, string>();

  function addressOf(turn: number): string {
    return `127.1.${number}.${1 + turn}`;
  }

  /** A request like one before asks whether there is anything new. */
  function conditional({ method, path }: FuzzRequest): Record<string, string> {
    const etag = etags.get(path);
    return method === 'GET' && etag !== undefined ? { 'if-none-match': etag } : {};
  }

  return {
    /** The answer, or why there is none. */
    async send(request: FuzzRequest): Promise<Answer | string> {
      sent += 1;
      if (sent % REQUESTS_OF_AN_ADDRESS === 0) {
        agent.destroy();
        const localAddress = addressOf(sent / REQUESTS_OF_AN_ADDRESS);
        agent = agentThrough(door, { host: '127.0.0.1', port: PORT, localAddress });
      }
      const headers = {
        host: '127.0.0.1',
        authorization: `Bearer ${token}`,
        ...conditional(request),
        ...request.headers,
      };
      try {
        const answer = await ask({ ...request, headers }, { agent, deadlineMs: DEADLINE_MS });
        const { etag } = answer.headers;
        if (etag !== undefined) etags.set(request.path, etag);
        return answer;
      } catch (error) {
        return String(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Counts answers, and keeps one example of each kind of complaint. */
function createTally(check: AnswerCheck) {
  const byOperation = new Map<string, Map<number, number>>();
  const complaints = new Map<string, { count: number; example: string }>();
  const unanswered = new Map<string, { count: number; example: string }>();
  let answers = 0;

  function complain(kind: string, request: FuzzRequest, into = complaints): void {
    const known = into.get(kind);
    if (known !== undefined) known.count += 1;
    else into.set(kind, { count: 1, example: shown(request) });
  }

  return {
    add(request: FuzzRequest, answer: Answer | string): void {
      answers += 1;
      const operation = check.operationOf(request);
      if (typeof answer === 'string') {
        complain(`${operation}: ${answer}`, request, unanswered);
        return;
      }
      const { status } = answer;
      const counts = byOperation.get(operation) ?? new Map<number, number>();
      byOperation.set(operation, counts.set(status, (counts.get(status) ?? 0) + 1));
      const { method, path } = request;
      const wrong =
        status === 429
          ? 'was throttled: the fuzzer asks too often'
          : check.complaint({ ...answer, method, path });
      if (wrong !== undefined) complain(`${operation}: ${wrong}`, request);
    },
    answers: () => answers,
    complaints: () => lines(complaints),
    unanswered: () => lines(unanswered),
    summary() {
      const row = ([operation, counts]: [string, Map<number, number>]) =>
        `  ${operation}: ${[...counts]
          .toSorted(([a], [b]) => a - b)
          .map(([status, count]) => `${status} x ${count}`)
          .join(', ')}`;
      return [...byOperation]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(row)
        .join('\n');
    },
  };
}

function lines(found: Map<string, { count: number; example: string }>): string[] {
  return [...found].map(([kind, { count, example }]) => `${count} x ${kind}\n    ${example}`);
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body.toString()).slice(0, 200)}`;
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)}${text}`;
}
