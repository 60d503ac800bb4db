import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { AppError, systemCodeOf } from '../base/errors.ts';
import { lockStore } from './lock.ts';
import { migrate, readVersion, requireCurrentVersion } from './migration.ts';
import { openSqlite } from './sqlite.ts';

/** An open SQLite file. `close` frees it and all that goes with it. */
export interface OpenDatabase {
  database: Database;
  close(): void;
}

/** How long a statement waits for another program that holds the file. */
const BUSY_MS = 500;

/**
 * Opens the ledger for its one writer: creates what is missing, migrates, and locks out a second writer.
 * Throws `AppError`, SQLite's errors, or the system's.
 */
export function openDatabase(path: string): OpenDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createFile(path, dirname(path));
  const realPath = realpathSync(path);
  createFile(`${realPath}.lock`, realPath);
  for (const each of [dirname(realPath), realPath, `${realPath}.lock`])
    accessSync(each, constants.W_OK);
  const unlock = lockStore(realPath);
  let database: Database | undefined;
  try {
    database = openSqlite(realPath, { timeout: BUSY_MS });
    prepareWriter(database);
    migrate(database);
  } catch (thrown) {
    database?.close();
    unlock();
    throw thrown;
  }
  return { database, close: () => closeWriter(database, unlock) };
}

/**
 * Opens the ledger for reading, next to a running daemon or without one. Throws as `openDatabase` does. `requireVersion`
 * refuses the versions that the reader cannot use.
 */
export function openReadonlyDatabase(
  path: string,
  requireVersion: (database: Database) => void = requireCurrentVersion,
): OpenDatabase {
  let database: Database | undefined;
  try {
    accessSync(path, constants.R_OK);
    database = openSqlite(path, { readonly: true, timeout: BUSY_MS });
    database.pragma('temp_store = MEMORY');
    requireVersion(database);
  } catch (thrown) {
    database?.close();
    throw readFailure(thrown, path);
  }
  return { database, close: () => void database.close() };
}

function readFailure(thrown: unknown, path: string): unknown {
  const cause = systemCodeOf(thrown) ?? '';
  if (cause === 'ENOENT') {
    const message = `There is no ledger at ${path} yet: start the daemon first, or check dataDirectory.`;
    return new AppError('FILE_UNREADABLE', message, { cause: thrown });
  }
  if (!/^(E[A-Z]+$|SQLITE_(CANTOPEN|READONLY|PERM))/.test(cause)) return thrown;
  const message = isOnReadonlyDisk(path)
    ? `The ledger ${path} is on a disk that is read-only, and SQLite has to write beside a ledger to read it: make the disk writable, or copy ${basename(path)} and, where it is there, ${basename(path)}-wal to another folder and choose that one with --data-directory.`
    : `The ledger ${path} cannot be read: run this as the user that runs the daemon.`;
  return new AppError('FILE_UNREADABLE', message, { cause: thrown });
}

function isOnReadonlyDisk(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch (thrown) {
    return systemCodeOf(thrown) === 'EROFS';
  }
}

/**
 * Only the owner may read the file: it tells who is at home and where they surf. Files that are there are left alone,
 * not even opened: POSIX drops all locks a process has on a file when it closes any descriptor of that file, so a
 * second `openStore` in this process would free the first one's lock (sqlite.org/howtocorrupt.html, section 2.2).
 * What root makes belongs to the owner of `model`, who runs the daemon at other times (SQLite does so with its own files).
 */
function createFile(path: string, model: string): void {
  if (existsSync(path)) return;
  const file = openSync(path, 'wx', 0o600);
  try {
    const { uid, gid } = statSync(model);
    if (process.getuid?.() === 0) fchownSync(file, uid, gid);
  } finally {
    closeSync(file);
  }
}

function prepareWriter(database: Database): void {
  // Before the first change, so that the file of another program stays as it was.
  readVersion(database);
  // WAL: readers never block the daemon, and a kill in the middle of a write leaves only an unfinished tail, which the
  // next start ignores. FULL: the tail is synced at each commit, so a power cut loses nothing that was committed (with
  // NORMAL it could lose the last commits); that is one sync each checkpoint, which no disk feels.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // A gateway may have no writable /tmp, and what is sorted here is small.
  database.pragma('temp_store = MEMORY');
  // Overwrites what is deleted inside of pages, so that a device that was forgotten is not in the file any more.
  database.pragma('secure_delete = FAST');
  // 2 MiB of pages: today's rows of a large home. The daemon reads its own memory, not the file.
  database.pragma('cache_size = -2048');
  // Pages (4 KiB each) of the log before it is copied into the file, and what is kept of a log that grew beyond.
  database.pragma('wal_autocheckpoint = 1000');
  database.pragma('journal_size_limit = 4194304');
}

function closeWriter(database: Database, unlock: () => void): void {
  try {
    if (database.open) database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The log stays beside the file (disk full, or a reader at work): nothing is lost, the next start reads it.
  } finally {
    database.close();
    unlock();
  }
}
