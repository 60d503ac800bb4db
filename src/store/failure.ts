import { dirname } from 'node:path';
import { AppError, messageOf, systemCodeOf, type ErrorCode } from '../base/errors.ts';

interface Failure {
  /** Result codes of SQLite (sqlite.org/rescode.html) and of the system. */
  causes: RegExp;
  code: ErrorCode;
  sentence: (path: string) => string;
}

const failures: readonly Failure[] = [
  {
    // On a full disk SQLite cannot enlarge its shared-memory file either.
    causes: /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/,
    code: 'STORE_FULL',
    sentence: (path) =>
      `The disk that holds the ledger ${path} is full: free some space and LanLedger goes on by itself.`,
  },
  {
    causes: /^SQLITE_(NOTADB|CORRUPT)/,
    code: 'STORE_FORMAT',
    sentence: (path) =>
      `The ledger ${path} is damaged or not a ledger: move it away together with ${path}-wal and ${path}-shm to start a new one, or put a backup in its place.`,
  },
  {
    causes: /^SQLITE_(BUSY|LOCKED)/,
    code: 'STORE_BUSY',
    sentence: (path) =>
      `Another program is writing to the ledger ${path}: close that program, or wait until it has finished.`,
  },
  {
    causes: /^SQLITE_IOERR/,
    code: 'STORE_UNWRITABLE',
    sentence: (path) =>
      `The disk reported an error while reading or writing the ledger ${path}: check the disk or memory card and its cable.`,
  },
  {
    causes:
      /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|(EACCES|EPERM|EROFS|EISDIR|ENOTDIR|EEXIST|ENOENT|ELOOP)$)/,
    code: 'STORE_UNWRITABLE',
    sentence: (path) =>
      `The ledger ${path} cannot be written by the user with id ${userId()}: let that user write to the folder ${dirname(path)} and all files in it, or choose another folder as dataDirectory.`,
  },
];

/** What went wrong with the ledger at `path`, as an `AppError` where the user can mend it, else as it was thrown. */
function storeFailure(thrown: unknown, path: string): unknown {
  if (thrown instanceof AppError) return thrown;
  const cause = systemCodeOf(thrown);
  const failure = failures.find(({ causes }) => cause !== undefined && causes.test(cause));
  if (failure === undefined) return thrown;
  const message = `${failure.sentence(path)} (${messageOf(thrown)})`;
  return new AppError(failure.code, message, { cause: thrown });
}

/** Runs `work` and throws its failures as `storeFailure` tells them. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw storeFailure(thrown, path);
  }
}

function userId(): string {
  return String(process.getuid?.() ?? 'unknown');
}
