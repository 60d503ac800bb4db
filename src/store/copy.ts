import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, systemCodeOf } from '../base/errors.ts';
import { explained } from './failure.ts';
import { openSqlite } from './sqlite.ts';

/** Copies the ledger at `path`, as of its last checkpoint, also beside a running daemon; nothing where there is none. */
export function copyStore(path: string, target: string): void {
  if (!existsSync(path)) return;
  explained(path, () => {
    const database = openSqlite(path, { readonly: true });
    try {
      database.prepare('VACUUM INTO ?').run(target);
    } catch (thrown) {
      if (systemCodeOf(thrown) !== 'SQLITE_FULL') throw thrown;
      const message = `There is no room for a copy of the ledger in ${dirname(target)}: free some space, or set TMPDIR to another folder.`;
      throw new AppError('STORE_FULL', message, { cause: thrown });
    } finally {
      database.close();
    }
  });
}
