import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Database, Options } from 'better-sqlite3';
import { AppError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { openSqlite } from '../sqlite.ts';

/** A row of usage as it stands in the file, whatever it holds; of a wrong type: null. */
export type RawRow = readonly [
  date: string | null,
  ip: string | null,
  mac: string | null,
  seen: string | null,
  kilobytesIn: number | null,
  kilobytesOut: number | null,
  local: number | null,
];

/** A MAC or IP address and its name. */
export type RawName = readonly [key: string | null, name: string | null];

/** An open WhiteStat.db, as it was at one moment. Everything throws `AppError` where the file fails. */
export interface WhitestatFile {
  /** All days; a row of today's table wins over one of the history with the same key. */
  rows(): Iterable<RawRow>;
  /** Those of what WhiteStat took for remote addresses, from that day (`2026-11-20`) on. */
  remoteRows(from: string): Iterable<RawRow>;
  /** What the user called devices, by MAC. */
  deviceNames(): Iterable<RawName>;
  /** Names of addresses: from reverse DNS, or the user's. */
  addressNames(): Iterable<RawName>;
  close(): void;
}

/** WhiteStat may be writing what it has gathered: with very many addresses that takes a while. */
const BUSY_MS = 10_000;

const usageTables = ['DailyUsage', 'UsageHistory'];
const usageColumns = ['DATE', 'IP', 'MAC', 'SEEN', 'IN', 'OUT', 'LOCAL'];

/** Opens the database of WhiteStat at `path` for reading: nothing of it is changed. `busyMs`: how long to wait for its writer. */
export function openWhitestatFile(path: string, busyMs = BUSY_MS): WhitestatFile {
  requireReadable(path);
  return explained(path, () => {
    try {
      return reader(path, open(path, { readonly: true, timeout: busyMs }), () => {});
    } catch (thrown) {
      // Its writer was killed in the middle of a change, which has to be undone first: in a copy.
      if (!/^SQLITE_(READONLY|CANTOPEN)/.test(systemCodeOf(thrown) ?? '')) throw thrown;
      return openCopy(path);
    }
  });
}

function requireReadable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new AppError(
      'FILE_UNREADABLE',
      `There is no file ${path}: give the path of WhiteStat.db, which lies in WhiteStat's DATA_STORE.`,
    );
  }
  if (!found.isFile()) {
    throw new AppError(
      'FILE_UNREADABLE',
      `${path} is no file: give the path of WhiteStat.db in it.`,
    );
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    const message = `${path} cannot be read (${messageOf(error)}): run this as a user that may read it.`;
    throw new AppError('FILE_UNREADABLE', message, { cause: error });
  }
}

function openCopy(path: string): WhitestatFile {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-import-'));
  const removeCopy = () => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, basename(path));
    for (const suffix of ['', '-journal', '-wal']) {
      if (!existsSync(path + suffix)) continue;
      copyFileSync(path + suffix, copy + suffix);
      // The copy of a file that may not be written may be.
      chmodSync(copy + suffix, 0o600);
    }
    return reader(path, open(copy, {}), removeCopy);
  } catch (thrown) {
    removeCopy();
    throw thrown;
  }
}

/** Open, known to be WhiteStat's, and held at this moment. */
function open(path: string, options: Options): Database {
  const database = openSqlite(path, { ...options, fileMustExist: true });
  try {
    database.exec('BEGIN');
    for (const table of usageTables) {
      const columns = new Set(columnsOf(database, table));
      if (!usageColumns.every((column) => columns.has(column))) throw notWhitestat(path);
    }
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function columnsOf(database: Database, table: string): string[] {
  return database
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
    .pluck()
    .all(table);
}

function notWhitestat(path: string): AppError {
  return new AppError(
    'FILE_FORMAT',
    `${path} is no database of WhiteStat: give the path of WhiteStat.db, which lies in WhiteStat's DATA_STORE.`,
  );
}

function reader(path: string, database: Database, after: () => void): WhitestatFile {
  function* read<Row>(sql: string, values: { from?: string } = {}): Generator<Row> {
    try {
      yield* database.prepare<[{ from?: string }], Row>(sql).raw().iterate(values);
    } catch (thrown) {
      throw failure(thrown, path);
    }
  }
  const names = (table: string, key: string) => {
    const isThere = columnsOf(database, table).includes(key);
    return isThere ? read<RawName>(`SELECT ${text(key)}, ${text('NAME')} FROM ${table}`) : [];
  };
  return {
    rows: () => read<RawRow>(usageRows('true')),
    remoteRows: (from) => read<RawRow>(usageRows('LOCAL = 0 AND DATE >= :from'), { from }),
    deviceNames: () => names('MName', 'MAC'),
    addressNames: () => names('DName', 'IP'),
    close() {
      database.close();
      after();
    },
  };
}

/** Only dates that stand in both tables can have a key twice. */
function usageRows(condition: string): string {
  const values = [
    ...['DATE', 'IP', 'MAC'].map(text),
    `CASE LOCAL WHEN 1 THEN ${text('SEEN')} END`,
    ...['IN', 'OUT'].map(number),
    'CASE WHEN LOCAL IN (0, 1) THEN LOCAL END',
  ].join(', ');
  return `SELECT ${values} FROM UsageHistory AS old WHERE ${condition} AND NOT (
      old.DATE IN (SELECT DATE FROM DailyUsage) AND EXISTS (
        SELECT 1 FROM DailyUsage AS now
        WHERE now.IP = old.IP AND now.MAC = old.MAC AND now.DATE = old.DATE))
    UNION ALL SELECT ${values} FROM DailyUsage WHERE ${condition}`;
}

/** Whole numbers that JavaScript cannot hold would throw, so they come as doubles. */
function number(column: string): string {
  return `CASE WHEN typeof("${column}") IN ('real', 'integer') THEN CAST("${column}" AS REAL) END`;
}

function text(column: string): string {
  return `CASE typeof("${column}") WHEN 'text' THEN "${column}" END`;
}

function explained<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw failure(thrown, path);
  }
}

const failures = [
  {
    causes: /^SQLITE_NOTADB/,
    sentence: (path: string) => notWhitestat(path).message,
  },
  {
    causes: /^SQLITE_CORRUPT/,
    sentence: (path: string) =>
      `${path} is damaged: import a backup of it, or what "sqlite3 ${path} .recover" saves of it.`,
  },
  {
    causes: /^SQLITE_(BUSY|LOCKED)/,
    sentence: (path: string) =>
      `Another program is writing to ${path}: stop WhiteStat, or try again in a minute.`,
  },
  {
    causes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    sentence: (path: string) =>
      `There is no room for a copy of ${path} in ${tmpdir()}: free some space, or set TMPDIR to another folder.`,
  },
  {
    causes: /^(SQLITE_|E[A-Z]+$)/,
    sentence: (path: string) =>
      `${path} cannot be read: check the disk and the file's permissions.`,
  },
];

function failure(thrown: unknown, path: string): unknown {
  if (thrown instanceof AppError) return thrown;
  const cause = systemCodeOf(thrown) ?? '';
  const found = failures.find(({ causes }) => causes.test(cause));
  if (found === undefined) return thrown;
  const isFormat = /^SQLITE_(NOTADB|CORRUPT)/.test(cause);
  const message = `${found.sentence(path)} (${messageOf(thrown)})`;
  return new AppError(isFormat ? 'FILE_FORMAT' : 'FILE_UNREADABLE', message, { cause: thrown });
}
