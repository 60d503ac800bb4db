import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { MonitorCounters } from '../../src/model/batch.ts';
import type { Usage } from '../../src/model/usage.ts';
import { newPath } from '../store/ledger.ts';
import { pcapFile, type FilePacket } from './capture-file.ts';
import { udpFrame, type End } from './packet.ts';
import { runProgram } from './program.ts';

export const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
export const phone = { mac: '02:00:00:00:01:02', ip: '192.168.1.11' };
export const gateway = { mac: '02:00:00:00:ff:01', ip: '192.168.1.1' };
export const remote = { mac: gateway.mac, ip: '203.0.113.7' };
export const noon = '2025-11-20T12:00:00Z';

type DayUsage = { day: string } & Usage;

export interface Output {
  devices: {
    id: string;
    addresses: string[];
    firstSeen: string;
    lastSeen: string;
    days: DayUsage[];
  }[];
  network: { days: DayUsage[] };
  counters: MonitorCounters;
}

export function write(bytes: Uint8Array, name = 'capture.pcap'): string {
  const path = newPath(name);
  writeFileSync(path, bytes);
  return path;
}

/** An IP packet of `bytes` at a time in ISO 8601. */
export function packet(from: End, to: End, bytes: number, at = noon): FilePacket {
  const payload = bytes - (from.ip.includes(':') ? 48 : 28);
  return { bytes: udpFrame(from, to, { payload }), seconds: Date.parse(at) / 1000 };
}

/** Runs `replay --json`, which must print one line of JSON and nothing else. */
export async function replay(
  file: string,
  ...options: string[]
): Promise<Output & { stderr: string }> {
  const { exitCode, stdout, stderr } = await runProgram(['replay', file, '--json', ...options]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
  return { ...(JSON.parse(stdout) as Output), stderr };
}

export function replayPackets(packets: readonly FilePacket[], ...options: string[]) {
  return replay(write(pcapFile(packets)), '--time-zone', 'UTC', ...options);
}

/** What is not zero, by device id and day. */
export function usageOf({ devices }: Output): Record<string, Record<string, Partial<Usage>>> {
  return Object.fromEntries(
    devices
      .filter(({ days }) => days.length > 0)
      .map(({ id, days }) => [
        id,
        Object.fromEntries(days.map(({ day, ...usage }) => [day, withoutZeros(usage)])),
      ]),
  );
}

function withoutZeros(usage: Usage): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage).filter(([, bytes]) => bytes !== 0));
}

/** Upload of the laptop by day. */
export function uploads(output: Output): Record<string, number> {
  const days = output.devices.find(({ id }) => id === '020000000101')?.days ?? [];
  return Object.fromEntries(days.map(({ day, upload }) => [day, upload]));
}

/** The laptop uploads once at each time: 100, 200, 400, ... bytes, so that every sum tells which are in it. */
export function uploadsAt(...times: string[]): FilePacket[] {
  return times.map((at, index) => packet(laptop, remote, 100 * 2 ** index, at));
}
