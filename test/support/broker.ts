import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { Aedes } from 'aedes';
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';

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

/** A certificate authority of our own in a directory of its own. */
export interface Authority {
  caFile: string;
  /** Makes a certificate of `days` (negative: expired) and its key as `<name>.crt` and `<name>.key`. */
  issue(name: string, subject: { hosts: string; days?: number }): IssuedFiles;
  close(): Promise<void>;
}

export interface IssuedFiles {
  certificateFile: string;
  keyFile: string;
}

export function createAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  // Mosquitto reads these under another account when it is started by root.
  chmodSync(directory, 0o755);
  const at = (name: string) => join(directory, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl([
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-subj',
    '/CN=CA',
  ]);
  return {
    caFile: at('ca.crt'),
    issue(name, { hosts, days = 30 }) {
      const request = at(`${name}.csr`);
      const files = { certificateFile: at(`${name}.crt`), keyFile: at(`${name}.key`) };
      openssl(['req', ...key, '-keyout', files.keyFile, '-out', request, '-subj', `/CN=${name}`]);
      writeFileSync(at('extensions'), `subjectAltName=${hosts}\n`);
      const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      const extensions = ['-extfile', at('extensions'), '-days', String(days)];
      openssl([
        'x509',
        '-req',
        '-in',
        request,
        ...authority,
        ...extensions,
        '-out',
        files.certificateFile,
      ]);
      return files;
    },
    close: async () => rmSync(directory, { recursive: true }),
  };
}

function openssl(parameters: string[]): void {
  run(programs.certificates, parameters);
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

/** A cable between client and broker that can be cut without a goodbye. */
export interface Cable {
  port: number;
  /** Resolves at the connection number given, counted from 1. */
  connection(number: number): Promise<void>;
  /** Ends every connection; new ones end at once. */
  cut(): void;
  /** Loses every byte of the connections there are, which stay open. */
  swallow(): void;
  /** New connections work. */
  mend(): void;
  close(): Promise<void>;
}

export async function openCable(brokerPort: number): Promise<Cable> {
  const pairs = new Set<[near: Socket, far: Socket]>();
  let isCut = false;
  const counter = { connections: 0 };
  const server = createServer({ noDelay: true }, (near) => {
    counter.connections += 1;
    server.emit('counted');
    near.on('error', () => {});
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connectSocket({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        pairs.delete(pair);
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
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    async connection(number) {
      while (counter.connections < number) await once(server, 'counted');
    },
    cut,
    swallow() {
      for (const socket of [...pairs].flat()) {
        socket.unpipe();
        socket.resume();
      }
    },
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

export interface WatchedMessage {
  topic: string;
  payload: string;
  retained: boolean;
  /** Of MQTT 5. */
  properties: NonNullable<IPublishPacket['properties']>;
}

/** A subscriber of everything. */
export interface Watcher {
  client: MqttClient;
  /** What arrived so far, in order. */
  readonly messages: readonly WatchedMessage[];
  /** Resolves when the last payload of the topic is (or fulfils) what is given, with that payload. */
  until(topic: string, wanted: string | ((payload: string) => boolean)): Promise<string>;
  /** Resolves when so many messages of the topic are there, with all of them. */
  count(topic: string, number: number): Promise<WatchedMessage[]>;
  /** Publishes a message of its own. */
  publish(topic: string, payload: string | Buffer, options?: PublishOptions): Promise<void>;
  close(): Promise<void>;
}

interface PublishOptions {
  retain?: boolean;
  properties?: NonNullable<IPublishPacket['properties']>;
}

export async function watchBroker(port: number, options: IClientOptions = {}): Promise<Watcher> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  (client.stream as Socket).setNoDelay(true);
  const messages: WatchedMessage[] = [];
  const latest = new Map<string, string>();
  const recorder = new EventEmitter();
  client.on('message', (topic, bytes, { retain, properties = {} }) => {
    const payload = bytes.toString();
    messages.push({ topic, payload, retained: retain, properties });
    latest.set(topic, payload);
    recorder.emit('recorded');
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    client,
    messages,
    async until(topic, wanted) {
      const fulfilled = typeof wanted === 'string' ? (it: string) => it === wanted : wanted;
      for (;;) {
        const payload = latest.get(topic);
        if (payload !== undefined && fulfilled(payload)) return payload;
        await once(recorder, 'recorded');
      }
    },
    async count(wanted, number) {
      for (;;) {
        const found = messages.filter(({ topic }) => topic === wanted);
        if (found.length >= number) return found;
        await once(recorder, 'recorded');
      }
    },
    publish: async (topic, payload, more = {}) =>
      void (await client.publishAsync(topic, payload, { qos: 1, ...more })),
    close: () => client.endAsync(true),
  };
}
