import { AppError, systemCodeOf } from '../base/errors.ts';
import { openSqlite } from './sqlite.ts';

/** Long enough for the previous daemon to finish when a service is restarted. */
const PATIENCE_MS = 250;

/**
 * Makes this process the only writer of the ledger at `path` and returns the function that ends that.
 * The lock is an exclusive transaction on the empty database `<path>.lock`: the system drops it when the process
 * dies, however it dies, and the file left behind means nothing. A lock on the ledger itself would shut out readers.
 */
export function lockStore(path: string): () => void {
  const lock = openSqlite(`${path}.lock`, { timeout: PATIENCE_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    lock.close();
    if (systemCodeOf(thrown) !== 'SQLITE_BUSY') throw thrown;
    const message = `Another LanLedger already writes the ledger ${path}: stop it first, or give this one another dataDirectory.`;
    throw new AppError('STORE_BUSY', message, { cause: thrown });
  }
  return () => void lock.close();
}
