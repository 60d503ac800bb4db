import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Usage } from '../../src/model/usage.ts';

const READY = 'LanLedger is running';
const START_LIMIT_MS = 15_000;

/** The program under test; `LAB_MAIN` points to another build of it. */
const MAIN = resolve(process.env['LAB_MAIN'] ?? 'dist/main.js');

/** Why the daemon cannot be run, or undefined. */
export function daemonProblem(): string | undefined {
  return existsSync(MAIN) ? undefined : `${MAIN} is missing: run "npm run build" first`;
}

export interface Daemon {
  configFile: string;
  dataDirectory: string;
  /** Everything it wrote to standard error so far. */
  log(): string;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<{ exitCode: number | null; elapsedMs: number }>;
  /** Frees its files; ends it where it still runs. */
  remove(): Promise<void>;
}

/** Runs the real daemon in a namespace; resolves once it meters. `config` is laid over what every lab needs. */
export async function startDaemon(
  namespace: string,
  config: { interfaces: string[]; more?: Record<string, unknown> },
): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-lab-'));
  const configFile = join(directory, 'config.yaml');
  const dataDirectory = join(directory, 'data');
  writeFileSync(
    configFile,
    // JSON is YAML.
    JSON.stringify({
      dataDirectory,
      timeZone: 'UTC',
      capture: { interfaces: config.interfaces },
      http: { auth: 'none' },
      ...config.more,
    }),
  );
  const child = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, MAIN, 'run', '--config', configFile],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LANLEDGER_LOG_FORMAT: 'text' } },
  );
  let log = '';
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = new Promise<void>((running, failed) => {
    const giveUp = (why: string) => failed(new Error(`the daemon ${why}:\n${log}`));
    const timer = setTimeout(() => giveUp(`did not say "${READY}"`), START_LIMIT_MS);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (!log.includes(READY)) return;
      clearTimeout(timer);
      running();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      giveUp(`ended at once with ${code}`);
    });
  });
  const remove = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await ready;
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    configFile,
    dataDirectory,
    log: () => log,
    async stop() {
      const before = performance.now();
      child.kill('SIGTERM');
      const [exitCode] = await exited;
      return { exitCode, elapsedMs: Math.round(performance.now() - before) };
    },
    remove,
  };
}

/** What the ledger of a stopped daemon holds: usage by device id, all days together. */
export function ledgerOf(daemon: Daemon): Map<string, Usage> {
  const rows = query<Usage & { id: string }>(
    daemon,
    `SELECT device.device_id AS id, SUM(download) AS download, SUM(upload) AS upload,
       SUM(local_download) AS localDownload, SUM(local_upload) AS localUpload, SUM(packets) AS packets
     FROM usage_day JOIN device ON device.id = usage_day.device GROUP BY device.device_id`,
  );
  return new Map(rows.map(({ id, ...usage }) => [id, usage]));
}

export interface Peer {
  download: number;
  upload: number;
}

/** Internet traffic by remote address, all days and devices together. */
export function peersOf(daemon: Daemon): Map<string, Peer> {
  const rows = query<Peer & { address: string }>(
    daemon,
    `SELECT address, SUM(download) AS download, SUM(upload) AS upload FROM peer_day_complete GROUP BY address`,
  );
  return new Map(rows.map(({ address, ...peer }) => [address, peer]));
}

function query<Row>(daemon: Daemon, sql: string): Row[] {
  const database = openSqlite(join(daemon.dataDirectory, 'lanledger.db'), { readonly: true });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}
