import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { InterfaceCounters, MonitorCounters } from '../../src/model/batch.ts';
import type { Health } from '../../src/model/report.ts';
import type { Usage } from '../../src/model/usage.ts';
import type { Agent } from './agent.ts';
import type { Daemon } from './daemon.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const DEFAULT_PORT = 8777;

/** A page of the daemon's HTTP interface. Throws where the answer is not 200. */
export async function getJson<T>(agent: Agent, path: string, port = DEFAULT_PORT): Promise<T> {
  const { status, text } = await agent.get({ url: `http://127.0.0.1:${port}${path}` });
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text) as T;
}

/** `/api/v1/health`, whose times are ISO 8601. */
export interface ServedHealth extends Pick<Health, 'status' | 'problems'> {
  checkpointAt: string;
  monitors: {
    lastBatchAt: string;
    counters: Omit<MonitorCounters, 'interfaces'>;
    interfaces: InterfaceCounters[];
  }[];
}

export function getHealth(agent: Agent): Promise<ServedHealth> {
  return getJson(agent, '/api/v1/health');
}

export interface ServedDevices {
  day: string;
  devices: { id: string; today: Usage; month: Usage; total: Usage }[];
  network: { devices: number; devicesOnline: number; today: Usage; month: Usage; total: Usage };
}

/** What `/api/v1/devices` says of a device since ever; nothing where it is not known. */
export async function servedTotal(agent: Agent, id: string): Promise<Usage | undefined> {
  const { devices } = await getJson<ServedDevices>(agent, '/api/v1/devices');
  return devices.find((device) => device.id === id)?.total;
}

/** Lines of the log that contain the text. */
export function linesWith(daemon: Daemon, text: string): string[] {
  return daemon
    .log()
    .split('\n')
    .filter((line) => line.includes(text));
}

/** Waits until at least so many lines of the log contain the text. */
export async function logged(daemon: Daemon, text: string, times = 1): Promise<void> {
  const count = () => linesWith(daemon, text).length;
  await expect
    .poll(count, { ...PATIENCE, message: `"${text}" in the log` })
    .toBeGreaterThanOrEqual(times);
}

/** Waits for a checkpoint that begins after this call. */
export async function nextCheckpoint(agent: Agent): Promise<void> {
  const now = Date.now();
  const checkpointAt = async () => Date.parse((await getHealth(agent)).checkpointAt);
  await expect.poll(checkpointAt, PATIENCE).toBeGreaterThan(now);
}

/** Waits for a batch that is closed after this call: capture works. */
export async function nextBatch(agent: Agent): Promise<void> {
  const now = Date.now();
  const lastBatchAt = async () =>
    Date.parse((await getHealth(agent)).monitors[0]?.lastBatchAt ?? '');
  await expect.poll(lastBatchAt, PATIENCE).toBeGreaterThan(now);
}

/** Process id of a daemon. */
export function processOf({ configFile }: Daemon): number {
  const found = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && (readText(`/proc/${name}/cmdline`) ?? '').includes(configFile),
  );
  if (found === undefined) throw new Error('the daemon has no process');
  return Number(found);
}

/** Most memory a process had so far, in MiB. */
export function peakMebibytes(pid: number): number {
  const [, kibibytes = 'NaN'] = /VmHWM:\s+(\d+)/.exec(readText(`/proc/${pid}/status`) ?? '') ?? [];
  return Number(kibibytes) / 1024;
}

export function childrenOf(pid: number): number[] {
  const text = readText(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

/** Files of processes come and go. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
