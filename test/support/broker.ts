import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectAsync } from 'mqtt';
import { openBroker, type EmbeddedBroker } from '../../src/mqtt/broker.ts';

/** A real broker on a loopback port that stays the same over restarts; it forgets everything when it stops. */
export interface TestBroker {
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const programs = { broker: 'mosquitto', passwords: 'mosquitto_passwd' };

/** Why there is no Mosquitto here, or undefined. */
export const mosquittoMissing = findMosquitto();

function findMosquitto(): string | undefined {
  const missing = Object.values(programs).filter((program) => {
    const script = `command -v ${program}`;
    return spawnSync('sh', ['-c', script], { env: withSbin() }).status !== 0;
  });
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

export async function embeddedBroker(): Promise<TestBroker> {
  const port = await freePort();
  let running: EmbeddedBroker | undefined;
  return {
    port,
    async start() {
      running = await openBroker(port);
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
}

/** Mosquitto, without accounts or with the one given (which may be changed while it is stopped). */
export async function mosquittoBroker(account?: {
  username: string;
  password: string;
}): Promise<TestBroker> {
  const port = await freePort();
  let running: { child: ChildProcess; directory: string } | undefined;
  return {
    port,
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'mosquitto-'));
      const lines = [`listener ${port} 127.0.0.1`, 'persistence false', 'log_dest stderr'];
      if (process.getuid?.() === 0) lines.push('user root');
      if (account === undefined) lines.push('allow_anonymous true');
      else {
        const passwords = join(directory, 'passwords');
        writeFileSync(passwords, '', { mode: 0o600 });
        run(programs.passwords, ['-b', passwords, account.username, account.password]);
        lines.push('allow_anonymous false', `password_file ${passwords}`);
      }
      const file = join(directory, 'mosquitto.conf');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const child = spawn(programs.broker, ['-c', file], { env: withSbin(), stdio: 'pipe' });
      running = { child, directory };
      await lineWith(child, 'running');
    },
    async stop() {
      if (running === undefined) return;
      const { child, directory } = running;
      running = undefined;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
      rmSync(directory, { recursive: true });
    },
  };
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
}

function run(program: string, parameters: string[]): void {
  execFileSync(program, parameters, { env: withSbin(), stdio: 'pipe' });
}

async function lineWith(child: ChildProcess, word: string): Promise<void> {
  const seen: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    seen.push(line);
    if (!line.includes(word)) continue;
    child.stderr!.resume();
    return;
  }
  throw new Error(`Mosquitto did not start:\n${seen.join('\n')}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A cable between client and broker that can be cut without a goodbye. */
export interface Cable {
  port: number;
  /** Resolves at the connection number given, counted from 1. */
  connection(number: number): Promise<void>;
  /** Ends every connection; new ones end at once. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openCable(brokerPort: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const counter = { connections: 0 };
  const server = createServer((near) => {
    counter.connections += 1;
    server.emit('counted');
    near.on('error', () => {});
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connectSocket(brokerPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    async connection(number) {
      while (counter.connections < number) await once(server, 'counted');
    },
    cut,
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A subscriber of everything. */
export interface Watcher {
  /** What arrived so far, in order. */
  readonly messages: readonly { topic: string; payload: string; retained: boolean }[];
  /** Resolves when the last payload of the topic is (or fulfils) what is given, with that payload. */
  until(topic: string, wanted: string | ((payload: string) => boolean)): Promise<string>;
  /** Publishes a message of its own. */
  publish(topic: string, payload: string): Promise<void>;
  close(): Promise<void>;
}

export async function watchBroker(port: number): Promise<Watcher> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  const messages: { topic: string; payload: string; retained: boolean }[] = [];
  const latest = new Map<string, string>();
  const recorder = new EventEmitter();
  client.on('message', (topic, bytes, { retain }) => {
    const payload = bytes.toString();
    messages.push({ topic, payload, retained: retain });
    latest.set(topic, payload);
    recorder.emit('recorded');
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    messages,
    async until(topic, wanted) {
      const fulfilled = typeof wanted === 'string' ? (it: string) => it === wanted : wanted;
      for (;;) {
        const payload = latest.get(topic);
        if (payload !== undefined && fulfilled(payload)) return payload;
        await once(recorder, 'recorded');
      }
    },
    publish: async (topic, payload) => void (await client.publishAsync(topic, payload, { qos: 1 })),
    close: () => client.endAsync(true),
  };
}
