import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import { AppError, systemCodeOf } from '../base/errors.ts';

const require = createRequire(import.meta.url);
/**
 * Version 13 needs Node-API 10 (Node 22.14). Version 12 compiles for older ones, but from Node 24.19 on it ends the process when a
 * statement is freed while no JavaScript runs.
 */
const library = Number(process.versions['napi']) >= 10 ? 'better-sqlite3-13' : 'better-sqlite3';

/** Opens a file as better-sqlite3 does. Throws `AppError` where the library was not installed by this Node, or SQLite's errors. */
export function openSqlite(path: string, options: Sqlite.Options = {}): Sqlite.Database {
  try {
    const Database = require(library) as typeof Sqlite;
    return new Database(path, options);
  } catch (thrown) {
    if (!/^(MODULE_NOT_FOUND|ERR_DLOPEN_FAILED)$/.test(systemCodeOf(thrown) ?? '')) throw thrown;
    const message = `SQLite is not installed for Node ${process.versions.node}: run "npm ci" with this Node in the folder of LanLedger.`;
    throw new AppError('STORE_UNSUPPORTED', message, { cause: thrown });
  }
}
