import { createSocket, type RemoteInfo } from 'node:dgram';
import { EventEmitter, once } from 'node:events';

/** What the server says to one question: names, a refusal, nothing, or bytes that are no answer. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence' | Buffer;

/** A DNS server for reverse lookups on a loopback port. */
export interface TestDnsServer {
  /** `127.0.0.1:<port>` */
  address: string;
  /** The names asked for, in order, each time. */
  questions: string[];
  /** Resolves when so many different names have been asked for. */
  asked(count: number): Promise<void>;
  stop(): Promise<void>;
}

const HEADER_BYTES = 12;
const PTR = 12;
const INTERNET = 1;
const refusals: Record<string, number> = { SERVFAIL: 2, NXDOMAIN: 3 };

export async function startDnsServer(
  answer: (name: string) => DnsAnswer | Promise<DnsAnswer>,
): Promise<TestDnsServer> {
  const socket = createSocket('udp4');
  const events = new EventEmitter();
  const questions: string[] = [];
  let stopped = false;
  socket.on('message', (query, peer) => {
    const { name, end } = questionOf(query);
    questions.push(name);
    events.emit('question');
    void respond(query.subarray(0, end), name, peer);
  });
  const respond = async (query: Buffer, name: string, { port, address }: RemoteInfo) => {
    const said = await answer(name);
    if (said !== 'silence' && !stopped) socket.send(responseOf(query, said), port, address);
  };
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async asked(count) {
      while (new Set(questions).size < count) await once(events, 'question');
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** The labels as bytes, each with its length; more than DNS allows, if asked for. */
function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]);
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5 };
}

/** `query` ends with its question. */
function responseOf(query: Buffer, said: readonly string[] | string | Buffer): Buffer {
  if (Buffer.isBuffer(said)) return Buffer.concat([query.subarray(0, 2), said]);
  const names = typeof said === 'string' ? [] : said;
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8180 | (typeof said === 'string' ? (refusals[said] ?? 0) : 0), 2);
  header.writeUInt16BE(names.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(HEADER_BYTES), ...names.map(recordOf)]);
}

/** The record's name points to the question. */
function recordOf(name: string): Buffer {
  const data = nameBytes(name);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  head.writeUInt16BE(PTR, 2);
  head.writeUInt16BE(INTERNET, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
