import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { Aedes } from 'aedes';
import type { IssuedFiles } from './authority.ts';

/** A real broker on a loopback port that stays the same over restarts; it forgets everything when it stops. */
export interface TestBroker {
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const programs = { broker: 'mosquitto', passwords: 'mosquitto_passwd', certificates: 'openssl' };

/** Why there is no Mosquitto here, or undefined. */
export const mosquittoMissing = findMosquitto();

function findMosquitto(): string | undefined {
  const missing = Object.values(programs).filter((program) => {
    const script = `command -v ${program}`;
    return spawnSync('sh', ['-c', script], { env: withSbin() }).status !== 0;
  });
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** A broker that speaks MQTT 3.1.1 only; with `tls`, or plain, over WebSockets. */
export async function webSocketBroker(tls?: IssuedFiles): Promise<TestBroker> {
  // The package that mqtt itself uses.
  const { WebSocketServer, createWebSocketStream } = createRequire(import.meta.resolve('mqtt'))(
    'ws',
  ) as WebSockets;
  const port = await freePort();
  const server =
    tls === undefined
      ? createHttpServer()
      : createHttpsServer({
          cert: readFileSync(tls.certificateFile),
          key: readFileSync(tls.keyFile),
        });
  const aedes = await Aedes.createBroker();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket) => aedes.handle(createWebSocketStream(socket)));
  return {
    port,
    async start() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop() {
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      server.closeAllConnections();
      server.close();
    },
  };
}

interface WebSockets {
  WebSocketServer: new (options: object) => {
    on(event: 'connection', listener: (socket: object) => void): void;
  };
  createWebSocketStream: (socket: object) => Duplex;
}

/** A broker that speaks MQTT 3.1.1 only. */
export async function aedesBroker(): Promise<TestBroker> {
  const port = await freePort();
  let close: (() => Promise<void>) | undefined;
  return {
    port,
    async start() {
      const aedes = await Aedes.createBroker();
      const server = createServer({ noDelay: true }, aedes.handle).listen(port, '127.0.0.1');
      await once(server, 'listening');
      close = async () => {
        const closed = once(server, 'close');
        server.close();
        await new Promise<void>((resolve) => {
          aedes.close(resolve);
        });
        await closed;
      };
    },
    async stop() {
      await close?.();
      close = undefined;
    },
  };
}

export interface MosquittoOptions {
  /** May be changed while the broker is stopped, or before `reload`. */
  account?: { username: string; password: string };
  /** Further lines of its configuration, for the listener. */
  lines?: string[];
}

export interface Mosquitto extends TestBroker {
  /** Makes it read its password file and its certificates again. */
  reload(): Promise<void>;
}

/** Mosquitto, open to all or to the account given. */
export async function mosquittoBroker({
  account,
  lines: more = [],
}: MosquittoOptions = {}): Promise<Mosquitto> {
  const port = await freePort();
  let running: { child: ChildProcess; directory: string } | undefined;
  return {
    port,
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'mosquitto-'));
      const lines = [
        `listener ${port} 127.0.0.1`,
        'persistence false',
        // Else it drops what a subscriber takes slowly. (With 0, Mosquitto 2.0 hangs up after a refusal.)
        'max_queued_messages 100000',
        'log_dest stderr',
        ...more,
        'set_tcp_nodelay true',
      ];
      if (process.getuid?.() === 0) lines.push('user root');
      if (account === undefined) lines.push('allow_anonymous true');
      else {
        lines.push('allow_anonymous false', `password_file ${writePasswords(directory, account)}`);
      }
      const file = join(directory, 'mosquitto.conf');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const child = spawn(programs.broker, ['-c', file], { env: withSbin(), stdio: 'pipe' });
      running = { child, directory };
      await lineWith(child, 'running');
    },
    async reload() {
      if (running === undefined) return;
      const { child, directory } = running;
      if (account !== undefined) writePasswords(directory, account);
      const reloaded = lineWith(child, 'Reloading config');
      child.kill('SIGHUP');
      await reloaded;
    },
    async stop() {
      if (running === undefined) return;
      const { child, directory } = running;
      running = undefined;
      const exit = once(child, 'exit');
      // Asked politely, it takes a tenth of a second.
      child.kill('SIGKILL');
      await exit;
      rmSync(directory, { recursive: true });
    },
  };
}

function writePasswords(
  directory: string,
  { username, password }: { username: string; password: string },
): string {
  const file = join(directory, 'passwords');
  writeFileSync(file, '', { mode: 0o600 });
  run(programs.passwords, ['-b', file, username, password]);
  return file;
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
}

function run(program: string, parameters: string[]): void {
  execFileSync(program, parameters, { env: withSbin(), stdio: 'pipe' });
}

async function lineWith(child: ChildProcess, word: string): Promise<void> {
  const seen: string[] = [];
  const reader = createInterface({ input: child.stderr! });
  await new Promise<void>((resolve, reject) => {
    reader.on('line', (line) => {
      seen.push(line);
      if (line.includes(word)) resolve();
    });
    reader.once('close', () => reject(new Error(`Mosquitto said no ${word}:\n${seen.join('\n')}`)));
  });
  reader.removeAllListeners();
  child.stderr!.resume();
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
