import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Checkpoint, PeerRecord } from '../../src/model/checkpoint.ts';
import type { Device } from '../../src/model/device.ts';
import type { Usage } from '../../src/model/usage.ts';
import { openStore, type Store, type StoreReader } from '../../src/store/store.ts';

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A path in a directory of its own, another one for each call. */
export function newPath(name: string): string {
  return join(temporaryDirectory(), name);
}

/** A path for a ledger in a directory that does not exist yet. */
export function ledgerPath(): string {
  return join(temporaryDirectory(), 'data', 'ledger.sqlite');
}

/** A store on a new file, closed with the test. */
export function newStore(path = ledgerPath()): Store {
  const store = openStore(path);
  onTestFinished(() => store.close());
  return store;
}

export function checkpoint(parts: Partial<Checkpoint>): Checkpoint {
  return {
    at: 1000,
    merges: [],
    devices: [],
    hours: [],
    days: [],
    peers: [],
    applied: [],
    events: [],
    acknowledgedEvents: [],
    peerNames: [],
    groups: [],
    limits: [],
    ...parts,
  };
}

export function device(id: string, parts: Partial<Device> = {}): Device {
  return {
    id,
    names: {},
    hidden: false,
    router: false,
    firstSeen: 1,
    lastSeen: 2,
    addresses: new Map(),
    ...parts,
  };
}

/** Every amount different, so that no column can stand for another. */
export function usage(scale: number): Usage {
  return {
    download: 100 * scale,
    upload: 10 * scale,
    localDownload: 7 * scale,
    localUpload: 3 * scale,
    packets: scale,
  };
}

/** What a device exchanged with each remote address on a day. */
export function peersOfDay(store: StoreReader, deviceId: string, day: number): PeerRecord[] {
  return store.peers({ from: day, to: day, device: deviceId });
}

function downloadOf(records: { usage: Usage }[]): number {
  return records.reduce((sum, record) => sum + record.usage.download, 0);
}

/** Downloads of all hours, days, months and totals: they agree wherever nothing was pruned. */
export function downloadSums(store: StoreReader): Record<string, number> {
  const totals = [...store.totals(20261120).values()];
  return {
    hours: downloadOf(store.usageHours(0, Number.MAX_SAFE_INTEGER)),
    days: downloadOf(store.usage({ from: 0, to: 99_991_231, step: 'day' })),
    months: downloadOf(store.usage({ from: 0, to: 99_991_231, step: 'month' })),
    totals: downloadOf(totals.map(({ total }) => ({ usage: total }))),
  };
}
