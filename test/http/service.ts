import { request as sendRequest, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import type { HistoryReader } from '../../src/http/history.ts';
import { createServer, type ServerOptions } from '../../src/http/server.ts';
import type { PeerRecord, UsageQuery, UsageRecord } from '../../src/model/checkpoint.ts';
import { monthOf } from '../../src/model/checkpoint.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import { sampleReport } from '../support/sample-report.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body where it is JSON. */
  body: unknown;
}

/** A real server on a free loopback port, for one test. */
interface Service {
  port: number;
  log: string[];
  get: (path: string, method?: string) => Promise<Answer>;
}

export async function startService(changes: Partial<ServerOptions> = {}): Promise<Service> {
  const log: string[] = [];
  const write = (sentence: string): void => void log.push(sentence);
  const recorded: Log = { debug: write, info: write, warn: write, error: write };
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    report: () => sampleReport(),
    history: historyOf([]),
    log: recorded,
    version: '0.1.0',
    ...changes,
  });
  const port = await server.start();
  onTestFinished(() => server.stop());
  return { port, log, get: (path, method = 'GET') => ask(port, path, method) };
}

/** Sends the path as it is, which `fetch` would not. */
function ask(port: number, path: string, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(
      { host: '127.0.0.1', port, path, method, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => (text += piece));
        answer.on('error', reject);
        answer.on('end', () => {
          const isJson = /json/.test(answer.headers['content-type'] ?? '') && text !== '';
          const body: unknown = isJson ? JSON.parse(text) : undefined;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, body });
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}

export interface Entry {
  device: string;
  day: number;
  /** Epoch ms. */
  hour?: number;
  usage: Partial<Usage>;
}

/** A ledger in an array. */
export function historyOf(
  entries: readonly Entry[],
  peers: readonly PeerRecord[] = [],
): HistoryReader & { queries: UsageQuery[] } {
  const queries: UsageQuery[] = [];
  return {
    queries,
    usage(query) {
      queries.push(query);
      return entries
        .filter(({ day, device }) => {
          const wanted = query.devices?.includes(device) ?? true;
          return wanted && day >= query.from && day <= query.to;
        })
        .map(({ device, day, hour, usage }): UsageRecord => {
          const start = { hour: hour ?? 0, day, month: monthOf(day) }[query.step];
          return { device, start, usage: { ...noUsage(), ...usage } };
        });
    },
    peers: (from, to) => peers.filter(({ day }) => day >= from && day <= to),
  };
}
