import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

test('a library that was not installed for this Node is named, with the way to mend it', () => {
  const script = `
    import Module from 'node:module';
    const original = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => {
      if (!name.startsWith('better-sqlite3')) return original(name, ...rest);
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    };
    const { openSqlite } = await import(${JSON.stringify(resolve('dist/store/sqlite.js'))});
    try { openSqlite(':memory:'); } catch (error) { console.log(error.code, error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stdout).toBe(
    `STORE_UNSUPPORTED SQLite is not installed for Node ${process.versions.node}: run "npm ci" with this Node in the folder of LanLedger.\n`,
  );
});
