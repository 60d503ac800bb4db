import { statSync } from 'node:fs';
import { AppError } from '../base/errors.ts';

/**
 * Returns a function that throws `STORE_UNWRITABLE` while another file than now is at `path`, or none: SQLite would go on
 * writing to the one it opened, which ends with the process.
 */
export function createFileGuard(path: string): () => void {
  const opened = statSync(path);
  return () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.ino === opened.ino && found.dev === opened.dev) return;
    const happened = found === undefined ? 'was deleted or moved' : 'was replaced';
    throw new AppError(
      'STORE_UNWRITABLE',
      `The ledger ${path} ${happened} while LanLedger is running: put it back, or restart LanLedger to begin with what is there.`,
    );
  };
}
