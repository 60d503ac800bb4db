import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { AppError, messageOf, systemCodeOf } from './base/errors.ts';

export interface PortCheck {
  host: string;
  port: number;
  /** The configuration's key of the port. */
  key: string;
  /** A file that the daemon keeps open. */
  ledgerLock: string;
}

/**
 * Whether the port is free, or the daemon's that runs on this ledger already. Throws `PORT_IN_USE` or `PORT_UNAVAILABLE`
 * otherwise.
 */
export async function checkPort({ host, port, key, ledgerLock }: PortCheck): Promise<string> {
  const where = host === '*' ? '' : `${host} `;
  const problem = await listen(host, port);
  if (problem === undefined) return `${where}port ${port} is free.`;
  if (systemCodeOf(problem) !== 'EADDRINUSE') {
    const advice =
      systemCodeOf(problem) === 'EACCES'
        ? `set ${key} to 1024 or more, or give LanLedger the right to lower ports (CAP_NET_BIND_SERVICE)`
        : `check ${key} and ${key.replace(/port$/, 'host')}`;
    const sentence = `${where}port ${port} cannot be listened on (${messageOf(problem)}): ${advice}.`;
    throw new AppError('PORT_UNAVAILABLE', sentence);
  }
  const owner = listenerOf(port);
  if (owner !== undefined && openFiles(owner).includes(ledgerLock)) {
    return `${where}port ${port} is used by the LanLedger that runs (process ${owner}).`;
  }
  const by = owner === undefined ? 'another program' : `${nameOf(owner)} (process ${owner})`;
  const sentence = `${where}port ${port} is taken by ${by}: set ${key} to a free port.`;
  throw new AppError('PORT_IN_USE', sentence);
}

/** Why nobody can listen there, or undefined. */
async function listen(host: string, port: number): Promise<unknown> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, ...(host === '*' ? {} : { host }) }, resolve);
    });
  } catch (error) {
    return error;
  }
  await new Promise((resolve) => server.close(resolve));
  return undefined;
}

const LISTEN = '0A';

/** The process that listens on the port, as far as this user may know (proc_pid_net(5)). */
function listenerOf(port: number): number | undefined {
  const sockets = new Set(
    ['tcp', 'tcp6'].flatMap((table) => listeningSockets(`/proc/net/${table}`, port)),
  );
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((process) => openFiles(process).some((file) => sockets.has(file)));
}

function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return read(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && fields[1]?.endsWith(suffix) === true)
    .map((fields) => `socket:[${fields[9]}]`);
}

/** What the descriptors of a process lead to. */
function openFiles(process: number): string[] {
  const directory = `/proc/${process}/fd`;
  return entries(directory).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${directory}/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

function nameOf(process: number): string {
  return read(`/proc/${process}/comm`).trim() || 'another program';
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
