import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openSqlite } from '../src/store/sqlite.ts';
import prettyBytes from 'pretty-bytes';
import { expect, onTestFinished, test, vi, type TestContext } from 'vitest';
import { downloadSums, temporaryDirectory } from './store/ledger.ts';
import type { Ending } from './support/program.ts';
import { openStore } from '../src/store/store.ts';

/** Each run starts a process of its own, and the machine may be busy. */
vi.setConfig({ testTimeout: 30_000 });
import { dataDirectory, backup } from './backup-ledger.ts';

function refused(sentence: string): Ending {
  return { exitCode: 2, stdout: '', stderr: `lanledger: ${sentence}\n` };
}

/** The download of all days and what the file is made of. */
function look(file: string) {
  const store = openStore(file, { readonly: true });
  const { days } = downloadSums(store);
  store.close();
  return { days, mode: statSync(file).mode & 0o777 };
}

test('the copy is one file that only its owner may read', async () => {
  const data = dataDirectory();
  const folder = temporaryDirectory();
  const file = join(folder, 'copy.db');
  expect(await backup(data, file)).toEqual({
    exitCode: 0,
    stdout: `The ledger ${data}/lanledger.db as of 2026-11-20T09:00:00.000Z is in ${file} (${prettyBytes(statSync(file).size)}).\n`,
    stderr: '',
  });
  expect(readdirSync(folder)).toEqual(['copy.db']);
  expect(look(file)).toEqual({ days: 700, mode: 0o600 });
  expect(readdirSync(folder)).toEqual(['copy.db']);
});

test('a file that is there stays, unless --force says otherwise', async () => {
  const data = dataDirectory();
  const file = join(temporaryDirectory(), 'copy.db');
  writeFileSync(file, 'precious', { mode: 0o644 });
  expect(await backup(data, file)).toEqual(
    refused(`${file} is there already: choose another name, or replace it with --force.`),
  );
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect((await backup(data, file, '--force')).exitCode).toBe(0);
  expect(look(file)).toEqual({ days: 700, mode: 0o600 });
});

test.each<[string, (data: string) => string, (target: string) => string]>([
  [
    'the ledger',
    (data) => join(data, 'lanledger.db'),
    (target) => `${target} is the ledger itself or belongs to it: give the backup another name.`,
  ],
  [
    'its log, by another way',
    (data) => {
      symlinkSync(data, `${data}-link`);
      return `${data}-link/lanledger.db-wal`;
    },
    (target) => `${target} is the ledger itself or belongs to it: give the backup another name.`,
  ],
  [
    'a folder',
    (data) => data,
    (target) => `${target} is a folder: name a file in it, such as ${target}/lanledger-backup.db.`,
  ],
  ['a device', () => '/dev/null', () => '/dev/null is no ordinary file: choose another name.'],
  [
    'standard output',
    () => '-',
    () => 'A backup cannot be written to standard output: name a file.',
  ],
])('%s is no place for a backup, whatever --force says', async (_, targetIn, sentence) => {
  const data = dataDirectory();
  const target = targetIn(data);
  expect(await backup(data, target, '--force')).toEqual(refused(sentence(target)));
  expect(look(join(data, 'lanledger.db')).days).toBe(700);
});

test('a folder that is not there is named', async () => {
  const target = join(temporaryDirectory(), 'nowhere/copy.db');
  const { exitCode, stderr } = await backup(dataDirectory(), target);
  expect(exitCode).toBe(2);
  expect(stderr.replaceAll(/\.\d+\.part/g, '.PART')).toBe(
    `lanledger: There is no backup at ${target}, because it cannot be written (ENOENT: no such file or directory, open '${target}.PART'): check that the folder is there and that you may write to it.\n`,
  );
});

test('without a ledger there is nothing to copy', async () => {
  const folder = temporaryDirectory();
  expect(await backup(folder, join(folder, 'copy.db'))).toEqual(
    refused(
      `There is no ledger at ${folder}/lanledger.db yet: start the daemon first, or check dataDirectory.`,
    ),
  );
  writeFileSync(join(folder, 'lanledger.db'), '');
  expect(await backup(folder, join(folder, 'copy.db'))).toEqual(
    refused(
      `There is nothing in the ledger ${folder}/lanledger.db yet: start the daemon first, or check dataDirectory.`,
    ),
  );
});

test('the ledger of an older version can be copied before the update', async () => {
  const data = dataDirectory();
  const database = openSqlite(join(data, 'lanledger.db'));
  database.pragma('user_version = 3');
  database.close();
  const file = join(temporaryDirectory(), 'copy.db');
  expect((await backup(data, file)).exitCode).toBe(0);
  const copy = openSqlite(file, { readonly: true });
  expect(copy.pragma('user_version', { simple: true })).toBe(3);
  copy.close();
});

test('a damaged ledger makes no backup', async () => {
  const data = dataDirectory();
  const path = join(data, 'lanledger.db');
  const bytes = readFileSync(path);
  bytes.fill(0x55, 4096, 8 * 4096);
  writeFileSync(path, bytes);
  const folder = temporaryDirectory();
  const { exitCode, stderr } = await backup(data, join(folder, 'copy.db'));
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/damaged/);
  expect(readdirSync(folder)).toEqual([]);
});

test('a full disk is named, and the half copy goes', async (context) => {
  const folder = mountTemporary(context);
  const data = dataDirectory();
  const database = openSqlite(join(data, 'lanledger.db'));
  enlarge(database);
  database.close();
  const target = join(folder, 'copy.db');
  expect(await backup(data, target)).toEqual(
    refused(
      `There is no backup at ${target}, because its disk is full: free some space, or choose another disk.`,
    ),
  );
  expect(readdirSync(folder)).toEqual([]);
});

/** 2 MB more. */
function enlarge(database: Database): void {
  database.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
     INSERT INTO peer_day SELECT 1, 20261119, 'address ' || hex(randomblob(32)), 0, 0 FROM n`,
  );
}

/** A small file system of its own; skips the test where that is not allowed. */
function mountTemporary(context: TestContext): string {
  const directory = join(temporaryDirectory(), 'mounted');
  mkdirSync(directory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  if (mounted.status !== 0) {
    const [answer] = String(mounted.stderr ?? mounted.error).split('\n');
    const reason = `needs root to mount a file system: ${answer}`;
    process.stderr.write(`skipped: ${context.task.name} (${reason})\n`);
    context.skip(reason);
  }
  onTestFinished(() => void spawnSync('umount', [directory]));
  return directory;
}
