import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { AppError } from '../base/errors.ts';

const directory = new URL('./migrations/', import.meta.url);

/** `application_id` of a ledger file, as the first migration writes it. */
const APPLICATION_ID = 0x4c414e4c;

/** Names of the migrations in order; the number in front is the `user_version` a file has after it. */
function migrationNames(): string[] {
  return readdirSync(directory)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .toSorted();
}

function versionOf(name: string): number {
  return Number(name.slice(0, 3));
}

/** The version this program reads and writes. */
export function currentVersion(): number {
  return Math.max(...migrationNames().map(versionOf));
}

/**
 * The version of the ledger in `database`, 0 for an empty file.
 * Throws `STORE_FORMAT` for the database of another program and for one of a newer LanLedger.
 */
export function readVersion(database: Database): number {
  const version = database.pragma('user_version', { simple: true }) as number;
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (version === 0 && tables === 0) return 0;
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    const message = `The file ${database.name} belongs to another program: move it away, or choose another dataDirectory.`;
    throw new AppError('STORE_FORMAT', message);
  }
  if (version > currentVersion()) {
    const message = `The ledger ${database.name} was written by a newer LanLedger: update this LanLedger, or put a backup of the ledger from before that update in its place.`;
    throw new AppError('STORE_FORMAT', message);
  }
  return version;
}

/** Brings the file to the current version; each step is one transaction, so an interrupted start goes on later. */
export function migrate(database: Database): void {
  const version = readVersion(database);
  for (const name of migrationNames().filter((each) => versionOf(each) > version)) {
    const sql = readFileSync(new URL(name, directory), 'utf8');
    const step = database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${versionOf(name)}`);
    });
    step.immediate();
  }
}

/** For readers, which cannot migrate: throws where the file is older than this program. */
export function requireCurrentVersion(database: Database): void {
  if (readVersion(database) === currentVersion()) return;
  const message = `The ledger ${database.name} was written by an older LanLedger: start the daemon once, it brings the ledger up to date.`;
  throw new AppError('STORE_FORMAT', message);
}
