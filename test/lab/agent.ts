import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

interface UdpExchange {
  from: string;
  to: string;
  port: number;
  count: number;
  /** Payload of each datagram, at least 4 bytes. */
  bytes: number;
  /** Datagrams the server sends back for each one. */
  replies?: number;
  replyBytes?: number;
}

interface TcpTransfer {
  from: string;
  to: string;
  port: number;
  upload?: number;
  download?: number;
}

/** Makes traffic inside one namespace. Every call resolves when the traffic is over. */
export interface Agent {
  udpServe(at: { address: string; port: number }): Promise<void>;
  /** Resolves to the number of replies that arrived. */
  udpExchange(exchange: UdpExchange): Promise<number>;
  tcpServe(at: { address: string; port: number }): Promise<void>;
  /** Resolves to the number of bytes received. */
  tcpTransfer(transfer: TcpTransfer): Promise<number>;
  ping(echo: { from: string; to: string; count: number; bytes: number }): Promise<void>;
  /** Whole Ethernet frames in base64. */
  sendFrames(burst: { interface: string; frames: string[]; count?: number }): Promise<void>;
  get(page: { url: string; token?: string }): Promise<{ status: number; text: string }>;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** Starts the agent of a namespace; it ends with the lab. */
export async function startAgent(lab: Lab, namespace: string): Promise<Agent> {
  const program = join(import.meta.dirname, 'agent.js');
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  lab.onClose(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  });
  const call = (name: string) => async (args: object) => {
    calls += 1;
    const id = calls;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      child.send({ id, call: name, args });
    });
    if (answer.error !== undefined) throw new Error(`${namespace}: ${answer.error}`);
    return answer.result as never;
  };
  await once(child, 'message');
  return {
    udpServe: call('udpServe'),
    udpExchange: call('udpExchange'),
    tcpServe: call('tcpServe'),
    tcpTransfer: call('tcpTransfer'),
    ping: call('ping'),
    sendFrames: call('sendFrames'),
    get: call('get'),
  };
}
