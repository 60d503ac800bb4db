/**
 * Loaded into the program (`node --import`): its backup copies some pages, says so on standard output, and goes on without
 * copying more until somebody ends it.
 */
import { writeSync } from 'node:fs';
import { openSqlite } from '../../dist/store/sqlite.js';

const Database = openSqlite(':memory:').constructor;
const original = Object.getOwnPropertyDescriptor(Database.prototype, 'backup').value;
Database.prototype.backup = function endlessBackup(path, { progress }) {
  let steps = 0;
  return original.call(this, path, {
    progress(state) {
      progress(state);
      if (++steps === 3) writeSync(1, 'copying\n');
      return steps < 3 ? 1 : 0;
    },
  });
};
