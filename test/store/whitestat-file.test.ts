import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWhitestatFile } from '../../src/store/whitestat/file.ts';
import { whitestatSchema, writeWhitestat } from '../support/whitestat-database.ts';
import { newStore, temporaryDirectory } from './ledger.ts';

const mac = '02:00:00:00:01:01';
const rows = Array.from({ length: 400 }, (_, index) => ({
  day: '2026-11-01',
  ip: `192.168.${index >> 8}.${index & 255}`,
  mac,
  kb: [1, 2] as [number, number],
}));

function newFile(name = 'WhiteStat.db'): string {
  const path = join(temporaryDirectory(), name);
  writeWhitestat(path, { rows, deviceNames: { [mac]: 'Laptop' } });
  return path;
}

/** All that stands in the file. */
function contentOf(path: string) {
  const file = openWhitestatFile(path, 20);
  try {
    return { rows: [...file.rows()], names: [...file.deviceNames()] };
  } finally {
    file.close();
  }
}

function refusal(path: string): { code: unknown; message: string } {
  try {
    contentOf(path);
  } catch (error) {
    const { code, message } = error as { code: unknown; message: string };
    return { code, message };
  }
  throw new Error('it was read');
}

test('is read as it stands', () => {
  const content = contentOf(newFile());
  expect(content.rows).toHaveLength(400);
  expect(content.rows[0]).toEqual([
    '2026-11-01T00:00:00.000',
    '192.168.0.0',
    mac,
    '2026-11-01T10:07:01.000',
    1,
    2,
    1,
  ]);
  expect(content.names).toEqual([[mac, 'Laptop']]);
});

test('is left as it was, and so is its folder', () => {
  const path = newFile();
  const before = readFileSync(path);
  contentOf(path);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(join(path, '..'))).toEqual(['WhiteStat.db']);
});

test('does without the tables of names', () => {
  const path = newFile();
  const file = openSqlite(path);
  file.exec('DROP TABLE DName; DROP TABLE MName');
  file.close();
  expect(contentOf(path).names).toEqual([]);
});

describe('is refused with a sentence', () => {
  const give = "give the path of WhiteStat.db, which lies in WhiteStat's DATA_STORE.";

  test('where it is missing', () => {
    expect(refusal('/nowhere/WhiteStat.db')).toEqual({
      code: 'FILE_UNREADABLE',
      message: `There is no file /nowhere/WhiteStat.db: ${give}`,
    });
  });

  test('where it is a folder', () => {
    const path = temporaryDirectory();
    expect(refusal(path).message).toBe(`${path} is no file: give the path of WhiteStat.db in it.`);
  });

  test.each([
    ['text', 'name,usage\nlaptop,1\n'.repeat(300)],
    ['nothing', ''],
  ])('where it holds %s', (_, content) => {
    const path = join(temporaryDirectory(), 'x.db');
    writeFileSync(path, content);
    const { code, message } = refusal(path);
    expect(code).toBe('FILE_FORMAT');
    expect(message).toContain(`${path} is no database of WhiteStat: ${give}`);
  });

  test('where it is another database, such as our own', () => {
    const path = join(temporaryDirectory(), 'lanledger.db');
    newStore(path).close();
    expect(refusal(path).message).toBe(`${path} is no database of WhiteStat: ${give}`);
  });

  test('where a column is missing', () => {
    const path = join(temporaryDirectory(), 'x.db');
    const file = openSqlite(path);
    file.exec(whitestatSchema.replaceAll('"OUT" REAL DEFAULT 0.0,', ''));
    file.close();
    expect(refusal(path).message).toContain('is no database of WhiteStat');
  });

  test('where it is damaged, wherever that shows', () => {
    const path = newFile();
    const bytes = readFileSync(path);
    const pageSize = bytes.readUInt16BE(16);
    for (let page = 1; page < bytes.length / pageSize; page++) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xa5, page * pageSize, (page + 1) * pageSize);
      writeFileSync(path, damaged);
      try {
        contentOf(path);
      } catch (error) {
        expect(error).toMatchObject({ name: 'AppError', code: 'FILE_FORMAT' });
        expect(String(error)).toContain(`${path} is damaged: import a backup of it`);
      }
    }
    writeFileSync(path, bytes.subarray(0, pageSize * 2));
    expect(refusal(path).message).toContain(`${path} is damaged`);
  });

  test('where its writer does not let go of it', () => {
    const path = newFile();
    const writer = openSqlite(path);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN EXCLUSIVE');
    expect(refusal(path)).toEqual({
      code: 'FILE_UNREADABLE',
      message: `Another program is writing to ${path}: stop WhiteStat, or try again in a minute. (database is locked)`,
    });
  });
});

test('is read while WhiteStat has begun to write, as it was before', () => {
  const path = newFile();
  const writer = openSqlite(path);
  onTestFinished(() => void writer.close());
  writer.exec('BEGIN IMMEDIATE; DELETE FROM UsageHistory');
  expect(contentOf(path).rows).toHaveLength(400);
});

/** Killed in the middle of a change, of which a part is in the file already. */
function killedWriter(path: string): void {
  const script = `
    import { openSqlite } from ${JSON.stringify(resolve('dist/store/sqlite.js'))};
    const file = openSqlite(${JSON.stringify(path)});
    file.pragma('cache_size = 2');
    file.exec('BEGIN; UPDATE UsageHistory SET "IN" = 99');
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  expect(child.signal).toBe('SIGKILL');
  expect(existsSync(`${path}-journal`)).toBe(true);
}

test('is read as it was before a change that its writer did not end, and not mended', () => {
  const path = newFile();
  killedWriter(path);
  const [file, journal] = [readFileSync(path), readFileSync(`${path}-journal`)];
  const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('lanledger-import-'));
  const before = copies();
  const content = contentOf(path);
  expect(content.rows.map((row) => row[4])).toEqual(rows.map(() => 1));
  expect(readFileSync(path).equals(file)).toBe(true);
  expect(readFileSync(`${path}-journal`).equals(journal)).toBe(true);
  expect(copies()).toEqual(before);
});

test.runIf(process.getuid?.() === 0)('is read from a folder where nothing may be written', () => {
  const folder = join(temporaryDirectory(), 'data');
  mkdirSync(folder);
  const path = join(folder, 'WhiteStat.db');
  writeWhitestat(path, { rows });
  killedWriter(path);
  chmodSync(join(folder, '..'), 0o755);
  chmodSync(folder, 0o555);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  asNobody(() => expect(contentOf(path).rows).toHaveLength(400));
});

/** Runs `work` without the rights of root. */
function asNobody(work: () => void): void {
  process.seteuid?.(65_534);
  try {
    work();
  } finally {
    process.seteuid?.(0);
  }
}
