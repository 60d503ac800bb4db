import { closeSync, lstatSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';
import { syncDirectory } from '../base/sync-directory.ts';
import { openReadonlyDatabase } from './database.ts';
import { explained } from './failure.ts';
import { readVersion } from './migration.ts';
import { openSqlite } from './sqlite.ts';

export interface BackupOptions {
  /** The ledger's file. */
  ledger: string;
  /** The file to make. */
  target: string;
  /** Replaces a file that is there. */
  overwrite: boolean;
  /** Ends the work: nothing is left behind. */
  signal: AbortSignal;
  onProgress: (progress: { copiedBytes: number; totalBytes: number }) => void;
}

export interface Backup {
  /** Size of the copy. */
  bytes: number;
  /** Epoch ms of the last checkpoint that is in it. */
  checkpointAt: number;
}

/** 2 MiB: a signal waits for no longer than a slow memory card takes for that. */
const PAGES_AT_ONCE = 512;
/** What SQLite may put beside a file. */
const companions = ['', '-journal', '-wal', '-shm'];

/**
 * Copies the ledger as it is at this moment, next to a daemon that writes or without one. The copy is one file that only
 * its owner may read; it has its name once it is whole and checked. Throws an `AppError` otherwise, and leaves nothing behind.
 */
export async function backUp(options: BackupOptions): Promise<Backup> {
  const target = resolve(options.target);
  try {
    refuseTarget(target, options);
    return await backUpTo(target, options);
  } catch (thrown) {
    throw backupFailure(thrown, target);
  }
}

async function backUpTo(target: string, options: BackupOptions): Promise<Backup> {
  const { ledger } = options;
  const source = explained(ledger, () => openReadonlyDatabase(ledger, requireLedger));
  const part = `${target}.${process.pid}.part`;
  try {
    const { database } = source;
    // One transaction over all steps: without it, each checkpoint of the daemon would make the copy begin anew.
    database.exec('BEGIN');
    const checkpointAt = explained(ledger, () => lastCheckpointAt(database));
    // SQLite would let others read it.
    closeSync(openSync(part, 'wx', 0o600));
    const bytes = await copy(database, part, options);
    settle(part);
    // That took its time, in which no signal was heard.
    await setImmediate();
    options.signal.throwIfAborted();
    // Somebody else may have been quicker.
    refuseTarget(target, options);
    renameSync(part, target);
    syncDirectory(dirname(target));
    return { bytes, checkpointAt };
  } finally {
    for (const companion of companions) rmSync(`${part}${companion}`, { force: true });
    source.close();
  }
}

async function copy(
  database: Database,
  part: string,
  { signal, onProgress }: BackupOptions,
): Promise<number> {
  const pageBytes = database.pragma('page_size', { simple: true }) as number;
  const { totalPages } = await database.backup(part, {
    progress({ totalPages: total, remainingPages }) {
      signal.throwIfAborted();
      const copiedBytes = (total - remainingPages) * pageBytes;
      onProgress({ copiedBytes, totalBytes: total * pageBytes });
      return PAGES_AT_ONCE;
    },
  });
  signal.throwIfAborted();
  return totalPages * pageBytes;
}

/** Makes the copy a file that needs no other beside it, and reads it through: a damaged ledger is no backup. */
function settle(part: string): void {
  const database = openSqlite(part);
  try {
    database.pragma('journal_mode = DELETE');
    const verdict = database.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw damaged(String(verdict));
  } finally {
    database.close();
  }
}

function damaged(finding: string): AppError {
  const message = `The copy of the ledger is damaged (${finding}): "lanledger check" tells whether the ledger itself is.`;
  return new AppError('STORE_FORMAT', message);
}

function lastCheckpointAt(database: Database): number {
  const at = database.prepare('SELECT at FROM last_checkpoint').pluck().get() as number | undefined;
  return at ?? 0;
}

/** Older versions can be copied as well: before an update is when backups are made. */
function requireLedger(database: Database): void {
  if (readVersion(database) > 0) return;
  const message = `There is nothing in the ledger ${database.name} yet: start the daemon first, or check dataDirectory.`;
  throw new AppError('FILE_UNREADABLE', message);
}

function refuseTarget(target: string, { ledger, overwrite }: BackupOptions): void {
  if (isLedger(target, ledger)) {
    const message = `${target} is the ledger itself or belongs to it: give the backup another name.`;
    throw new AppError('FILE_EXISTS', message);
  }
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isDirectory()) {
    const message = `${target} is a folder: name a file in it, such as ${join(target, 'lanledger-backup.db')}.`;
    throw new AppError('FILE_EXISTS', message);
  }
  if (overwrite && found.isFile()) return;
  const message = found.isFile()
    ? `${target} is there already: choose another name, or replace it with --force.`
    : `${target} is no ordinary file: choose another name.`;
  throw new AppError('FILE_EXISTS', message);
}

function isLedger(target: string, ledger: string): boolean {
  const path = realPath(ledger);
  const files = [...companions, '.lock'].map((companion) => `${path}${companion}`);
  return files.includes(join(realPath(dirname(target)), basename(target)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function backupFailure(thrown: unknown, target: string): unknown {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new AppError('INTERRUPTED', 'Stopped: there is no backup, and nothing was left behind.');
  }
  const cause = systemCodeOf(thrown) ?? '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(cause)) return damaged(messageOf(thrown));
  const advice = /^(SQLITE_FULL|ENOSPC|EDQUOT)$/.test(cause)
    ? 'its disk is full: free some space, or choose another disk'
    : `it cannot be written (${messageOf(thrown)}): check that the folder is there and that you may write to it`;
  const message = `There is no backup at ${target}, because ${advice}.`;
  return new AppError('FILE_UNWRITABLE', message, { cause: thrown });
}
