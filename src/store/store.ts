import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { AppliedBatch, Checkpoint } from '../model/checkpoint.ts';
import { openDatabase, openReadonlyDatabase, type OpenDatabase } from './database.ts';
import { createStoredDevices, type StoredDevices } from './devices.ts';
import { createStoredEvents, type StoredEvents } from './events.ts';
import { explained } from './failure.ts';
import { createFileGuard } from './file-guard.ts';
import { createStoredGroups, type StoredGroups } from './groups.ts';
import { createStoredHistory, type StoredHistory } from './history.ts';
import { createImportPage, type ImportPage } from './imports.ts';
import { createStoredLimits, type StoredLimits } from './limits.ts';
import { createMerger } from './merge.ts';
import { createStoredPeerNames, type StoredPeerNames } from './peer-names.ts';
import { createStoredPeers, type StoredPeers } from './peers.ts';
import { createRedater, type DateCorrection } from './redating.ts';
import { createPruner, type Retention } from './retention.ts';
import { createUsageWriter } from './usage.ts';

/** What can be read of a ledger. Every method throws an `AppError` where the file or its disk fails. */
export interface StoreReader
  extends
    StoredHistory,
    StoredPeers,
    Pick<StoredDevices, 'devices' | 'merges'>,
    Pick<StoredEvents, 'events' | 'lastEventId'>,
    Pick<StoredPeerNames, 'peerNames'>,
    Pick<StoredGroups, 'groups' | 'lastGroupNumber'>,
    Pick<StoredLimits, 'limits'> {
  /** The last batch of each monitor that is part of the ledger. */
  applied(): AppliedBatch[];
  /** Epoch ms; undefined before the first checkpoint. */
  lastCheckpointAt(): number | undefined;
  /** Bytes on disk, with the log that is not yet part of the file. */
  sizeBytes(): number;
  /** Frees the file. Calling it twice is harmless; nothing else may be called after it. */
  close(): void;
}

/** The ledger and its one writer. Each writing method is one transaction: it happens wholly or, where it throws, not at all. */
export interface Store extends StoreReader {
  /** After a failure the same checkpoint can be written again. */
  checkpoint(checkpoint: Checkpoint): void;
  /** Moves wrongly dated usage; returns the number of rows moved. */
  redate(correction: DateCorrection): number;
  /** Forgets what is too old or too much; returns the number of rows removed. */
  prune(retention: Retention): number;
  /** Runs `work`, which brings usage from elsewhere, in one transaction; returns what it returns. */
  bringIn<Result>(work: (page: ImportPage) => Result): Result;
}

/**
 * Opens the ledger file at `path` and creates what is missing of it. A file has one writer at a time (`STORE_BUSY`);
 * read-only stores work beside it, and need a file that is there (`FILE_UNREADABLE`).
 * Throws `STORE_FORMAT`, `STORE_FULL` or `STORE_UNWRITABLE` where the file cannot be used.
 */
export function openStore(path: string): Store;
export function openStore(path: string, options: { readonly: true }): StoreReader;
export function openStore(path: string, options?: { readonly: true }): Store | StoreReader {
  return explained(path, () => {
    const open = options?.readonly === true ? openReadonlyDatabase(path) : openDatabase(path);
    try {
      const tables = createTables(open.database);
      const reader = createReader(open, tables);
      const parts =
        options?.readonly === true ? reader : { ...reader, ...createWriter(open.database, tables) };
      return explainedParts(parts, path);
    } catch (thrown) {
      open.close();
      throw thrown;
    }
  });
}

/** Tables that are both read and written here. */
interface Tables {
  devices: StoredDevices;
  events: StoredEvents;
  peerNames: StoredPeerNames;
  groups: StoredGroups;
  limits: StoredLimits;
}

function createTables(database: Database): Tables {
  const devices = createStoredDevices(database);
  return {
    devices,
    events: createStoredEvents(database),
    peerNames: createStoredPeerNames(database),
    groups: createStoredGroups(database, devices),
    limits: createStoredLimits(database),
  };
}

function createReader(open: OpenDatabase, tables: Tables): StoreReader {
  const { database } = open;
  const { devices, events, peerNames, groups, limits } = tables;
  const applied = database.prepare<[], AppliedBatch>(
    'SELECT monitor, boot, seq FROM applied_batch ORDER BY monitor',
  );
  const checkpointAt = database.prepare<[], { at: number }>('SELECT at FROM last_checkpoint');
  return {
    ...createStoredHistory(database),
    ...createStoredPeers(database),
    devices: () => devices.devices(),
    merges: () => devices.merges(),
    events: (query, alsoAcknowledged) => events.events(query, alsoAcknowledged),
    lastEventId: () => events.lastEventId(),
    peerNames: () => peerNames.peerNames(),
    groups: () => groups.groups(),
    lastGroupNumber: () => groups.lastGroupNumber(),
    limits: () => limits.limits(),
    applied: () => applied.all(),
    lastCheckpointAt: () => checkpointAt.get()?.at,
    sizeBytes: () => fileBytes(database.name) + fileBytes(`${database.name}-wal`),
    close: () => open.close(),
  };
}

type StoreWriter = Omit<Store, keyof StoreReader>;

function createWriter(database: Database, tables: Tables): StoreWriter {
  const { devices } = tables;
  const merge = createMerger(database, devices);
  const usage = createUsageWriter(database);
  const pruner = createPruner(database);
  const redate = createRedater(database);
  const requireFile = createFileGuard(database.name);
  const putApplied = database.prepare<[AppliedBatch]>(
    `INSERT INTO applied_batch (monitor, boot, seq) VALUES (:monitor, :boot, :seq)
     ON CONFLICT DO UPDATE SET boot = excluded.boot, seq = excluded.seq`,
  );
  const putTime = database.prepare<[number]>(
    `INSERT INTO last_checkpoint (only_row, at) VALUES (1, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at`,
  );

  const write = database.transaction((checkpoint: Checkpoint) => {
    const { at, merges, hours, days, peers, applied } = checkpoint;
    // Before the merges: events of a device that is forgotten go with it.
    for (const event of checkpoint.events) tables.events.add(event);
    tables.events.acknowledge(checkpoint.acknowledgedEvents);
    for (const each of merges) merge(each, at);
    for (const device of checkpoint.devices) devices.put(device);
    const rowOf = remembered((deviceId) => devices.usageRow(deviceId, at));
    usage.addHours(hours, rowOf);
    usage.addDays(days, rowOf);
    const daysOfPeers = usage.addPeers(peers, rowOf);
    for (const batch of applied) putApplied.run(batch);
    for (const name of checkpoint.peerNames) tables.peerNames.put(name);
    for (const group of checkpoint.groups) tables.groups.put(group, at);
    for (const limit of checkpoint.limits) tables.limits.put(limit);
    putTime.run(at);
    return daysOfPeers;
  });

  return {
    checkpoint(checkpoint) {
      requireFile();
      const daysOfPeers = write.immediate(checkpoint);
      if (checkpoint.merges.length > 0) pruner.grown('any');
      for (const day of daysOfPeers) pruner.grown(day);
    },
    redate(correction) {
      const moved = redate(correction);
      if (moved > 0) pruner.grown(correction.targetDay);
      return moved;
    },
    prune: (retention) => pruner.prune(retention),
    bringIn(work) {
      const page = createImportPage(database, devices, tables.peerNames);
      const result = database.transaction(() => work(page)).immediate();
      pruner.grown('any');
      return result;
    },
  };
}

/** Asks for each key once. */
function remembered(find: (key: string) => number): (key: string) => number {
  const known = new Map<string, number>();
  return (key) => {
    const value = known.get(key) ?? find(key);
    known.set(key, value);
    return value;
  };
}

/** The same methods with failures that users understand. */
function explainedParts<T extends object>(parts: T, path: string): T {
  const entries = Object.entries(parts).map(([name, method]) => [
    name,
    (...values: unknown[]) =>
      explained(path, () => (method as (...all: unknown[]) => unknown)(...values)),
  ]);
  return Object.fromEntries(entries) as T;
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
