import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  Agent,
  request as sendRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A TCP address as seen from inside the namespace. */
export interface Target {
  host: string;
  port: number;
  /** Address of the namespace that the connection comes from. */
  localAddress?: string;
}

/** A way into a namespace for the test's own process. */
export interface Door {
  /** Bytes may be written at once; where nobody listens, the connection just ends. */
  connect(target: Target): Socket;
  close(): Promise<void>;
}

/** Opens a door to a namespace; it must be closed. */
export async function openDoor(namespace: string): Promise<Door> {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-door-'));
  const path = join(directory, 'door');
  const program = join(import.meta.dirname, 'door.js');
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program, path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    connect(target) {
      const socket = connectSocket({ path });
      socket.write(`${JSON.stringify(target)}\n`);
      return socket;
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.disconnect();
        await gone;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An HTTP client of one address; `maxSockets` connections, kept alive. */
export function agentThrough(door: Door, target: Target, maxSockets = 1): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets });
  // The signature of Agent allows for more than sockets, and for a callback instead.
  (agent as unknown as { createConnection: () => Socket }).createConnection = () =>
    door.connect(target);
  return agent;
}

export interface Question {
  method: string;
  /** As it goes into the request line. */
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** As it came, perhaps compressed. */
  body: Buffer;
}

interface AskOptions {
  agent: Agent;
  /** Rejects where the whole answer is not there by then. */
  deadlineMs: number;
}

/** Asks and reads the answer; of a stream of events the first piece, then it hangs up. */
export function ask(question: Question, { agent, deadlineMs }: AskOptions): Promise<Answer> {
  const { method, path, headers = {}, body } = question;
  return new Promise<Answer>((resolve, reject) => {
    const request = sendRequest({ agent, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      const finish = () => {
        clearTimeout(timer);
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, body: Buffer.concat(pieces) });
      };
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        if (!isStream(response.headers)) return;
        finish();
        request.destroy();
      });
      response.on('end', finish);
      response.on('error', fail);
    });
    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${deadlineMs} ms`));
    }, deadlineMs);
    request.on('error', fail);
    request.end(body);
  });
}

function isStream(headers: IncomingHttpHeaders): boolean {
  return (headers['content-type'] ?? '').startsWith('text/event-stream');
}
