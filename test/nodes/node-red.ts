import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FlowNode } from './example-flows.ts';
import type { Installation } from './node-red-install.ts';

const WARNING = 30;

/** A line of Node-RED's log. Debug nodes that write to the console write here, too. */
interface LogLine {
  /** 20 error, 30 warning, 40 information. */
  level: number;
  msg: unknown;
  id?: string;
  name?: string;
}

/** A Node-RED of its own, with an empty user directory. */
export interface NodeRed {
  url: string;
  userDirectory: string;
  log: readonly LogLine[];
  /** Warnings and errors since it started. */
  troubles(): string[];
  /** Waits for a line. */
  until(wanted: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  /** Installs a package as the palette manager does. */
  install(tarball: string): Promise<void>;
  /** Sets of nodes by id, with the error that kept them from loading. */
  sets(): Promise<{ id: string; module: string; err?: string }[]>;
  deploy(nodes: readonly FlowNode[]): Promise<void>;
  /** Presses the button of an inject node, which may send something else than it says. */
  inject(id: string, properties?: Record<string, unknown>): Promise<void>;
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

export interface NodeRedOptions {
  /** Before the command: `['ip', 'netns', 'exec', 'home']`. */
  launcher?: readonly string[];
  /** That of an earlier run; it is kept when Node-RED stops. By default it is a temporary one. */
  userDirectory?: string;
}

/** An empty one; the caller removes it. */
export async function createUserDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lanledger-user-'));
  const manifest = { name: 'node-red-project', version: '0.0.1', private: true };
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
  return directory;
}

/** Starts Node-RED; resolves when it serves. */
export async function startNodeRed(
  { node, program, environment }: Installation,
  { launcher = [], userDirectory: kept }: NodeRedOptions = {},
): Promise<NodeRed> {
  const userDirectory = kept ?? (await createUserDirectory());
  const port = await freePort();
  const settings = join(userDirectory, 'settings.cjs');
  await writeFile(settings, settingsOf(port));
  const command = [...launcher, node, program, '--userDir', userDirectory, '--settings', settings];
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: userDirectory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: LogLine[] = [];
  const news = new EventEmitter().setMaxListeners(0);
  let rest = '';
  let isOver = false;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parse(text);
    if (line === undefined) return;
    log.push(line);
    news.emit('line');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (rest += text));
  child.once('close', () => {
    isOver = true;
    news.emit('line');
  });
  const url = `http://127.0.0.1:${port}`;

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('accept', 'application/json');
    headers.set('node-red-api-version', 'v2');
    const response = await fetch(url + path, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  function post(path: string, body: object, headers: Record<string, string> = {}) {
    const sent = { 'content-type': 'application/json', ...headers };
    return request(path, { method: 'POST', body: JSON.stringify(body), headers: sent });
  }

  const self: NodeRed = {
    url,
    userDirectory,
    log,
    troubles: () =>
      log
        .slice(log.findIndex(hasStarted))
        .filter(({ level }) => level <= WARNING)
        .map(({ msg }) => textOf(msg)),
    async until(wanted, from = 0) {
      for (;;) {
        const found = log.slice(from).find(wanted);
        if (found !== undefined) return found;
        if (isOver) throw new Error(`Node-RED ended: ${rest} ${JSON.stringify(log.slice(-5))}`);
        await once(news, 'line');
      }
    },
    async install(tarball) {
      const form = new FormData();
      form.append('tarball', await openAsBlob(tarball), basename(tarball));
      await request('/nodes', { method: 'POST', body: form });
    },
    sets: async () => (await request('/nodes')).json() as ReturnType<NodeRed['sets']>,
    async deploy(nodes) {
      const from = log.length;
      await post('/flows', { flows: nodes }, { 'node-red-deployment-type': 'full' });
      await self.until(hasStarted, from);
    },
    async inject(id, properties = {}) {
      const sent = Object.entries(properties).map(([p, v]) => ({ p, v, vt: 'str' }));
      await post(`/inject/${id}`, sent.length === 0 ? {} : { __user_inject_props__: sent });
    },
    get: async <T>(path: string) => (await request(path)).json() as Promise<T>,
    async stop() {
      if (!isOver) {
        const gone = once(child, 'close');
        child.kill('SIGTERM');
        await gone;
      }
      if (kept === undefined) await rm(userDirectory, { recursive: true, maxRetries: 3 });
    },
  };
  try {
    await self.until(hasStarted);
  } catch (error) {
    await self.stop();
    throw error;
  }
  return self;
}

function hasStarted({ msg }: LogLine): boolean {
  return textOf(msg).includes('Started flows');
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The log comes as lines of JSON; context is kept on disk; nothing is asked of the internet. */
function settingsOf(port: number): string {
  return `module.exports = {
    uiHost: '127.0.0.1', uiPort: ${port}, flowFile: 'flows.json', credentialSecret: 'of the test',
    contextStorage: { default: { module: 'localfilesystem', config: { flushInterval: 1 } } },
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, palette: { catalogues: [] } },
    logging: { json: { level: 'info', metrics: false, audit: false, handler: () => (line) => {
      const { level, msg, id, name } = line;
      const text = msg instanceof Error ? String(msg) : msg;
      process.stdout.write(JSON.stringify({ level, msg: text, id, name }) + '\\n');
    } } },
  };`;
}

function parse(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
