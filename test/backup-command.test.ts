import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Database } from 'better-sqlite3';
import { openSqlite } from '../src/store/sqlite.ts';
import prettyBytes from 'pretty-bytes';
import { describe, expect, onTestFinished, test, vi, type TestContext } from 'vitest';
import { startDaemon } from './lab/daemon.ts';
import { createLab, labProblem } from './lab/lab.ts';
import { compileStore } from './store/compiled.ts';
import { checkpoint, downloadSums, newStore, temporaryDirectory, usage } from './store/ledger.ts';
import { runProgram, startProgram, type Ending } from './support/program.ts';
import { openStore } from '../src/store/store.ts';

/** Each run starts a process of its own, and the machine may be busy. */
vi.setConfig({ testTimeout: 30_000 });

const day = 20261120;
const at = Date.parse('2026-11-20T09:00:00Z');

/** A data directory with a ledger of some days, whose last checkpoint was at `at`. */
function dataDirectory(): string {
  const directory = join(temporaryDirectory(), 'data');
  fill(directory, 7);
  return directory;
}

function fill(directory: string, scale: number): void {
  const store = openStore(join(directory, 'lanledger.db'));
  const days = [{ device: '020000000001', day, usage: usage(scale) }];
  const hours = [{ device: '020000000001', hour: at, usage: usage(scale) }];
  store.checkpoint(checkpoint({ at, days, hours }));
  store.close();
}

function backup(directory: string, ...args: string[]): Promise<Ending> {
  return runProgram(['backup', '--data-directory', directory, ...args]);
}

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

describe('ended in the middle', () => {
  /** Ends the program while it copies. `ready` has what was in the folder at that moment. */
  async function endedBy(signal: NodeJS.Signals, folder: string) {
    const hook = resolve('test/store/endless-backup.js');
    const data = dataDirectory();
    const args = ['backup', '--data-directory', data, join(folder, 'copy.db'), '--force'];
    const { child, ended } = startProgram(args, {
      environment: { NODE_OPTIONS: `--import ${hook}` },
    });
    await once(createInterface(child.stdout), 'line');
    const meanwhile = readdirSync(folder).map((name) => name.replace(String(child.pid), 'PID'));
    child.kill(signal);
    return { meanwhile, ...(await ended) };
  }

  test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'by %s it leaves nothing behind',
    async (signal) => {
      const folder = temporaryDirectory();
      const { meanwhile, exitCode, stderr } = await endedBy(signal, folder);
      expect(meanwhile).toContain('copy.db.PID.part');
      expect([exitCode, stderr]).toEqual([
        2,
        'lanledger: Stopped: there is no backup, and nothing was left behind.\n',
      ]);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('by kill -9 nothing has the name of the backup but what was there before', async () => {
    const folder = temporaryDirectory();
    expect((await endedBy('SIGKILL', folder)).exitCode).toBe(null);
    expect(readdirSync(folder)).not.toContain('copy.db');

    writeFileSync(join(folder, 'copy.db'), 'precious');
    await endedBy('SIGKILL', folder);
    expect(readFileSync(join(folder, 'copy.db'), 'utf8')).toBe('precious');
  });
});

test('beside a writer that never rests, each copy is one moment of the ledger', async () => {
  const directory = temporaryDirectory();
  const data = join(directory, 'data');
  mkdirSync(data);
  const module = compileStore(directory);
  const script = resolve('test/store/endless-writer.js');
  const writer = spawn(process.execPath, [script, module, join(data, 'lanledger.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void writer.kill('SIGKILL'));
  let told = 0;
  const lines = createInterface(writer.stdout).on('line', (line) => (told = Number(line)));
  await once(lines, 'line');

  for (const name of ['one.db', 'two.db']) {
    const toldBefore = told;
    const file = join(directory, name);
    expect((await backup(data, file)).stderr).toBe('');
    expect(told).toBeGreaterThan(toldBefore);
    const store = newStore(file);
    const committed = store.lastCheckpointAt() ?? 0;
    expect(committed).toBeGreaterThanOrEqual(toldBefore);
    const bytes = 40 * committed;
    expect(downloadSums(store)).toEqual({
      hours: bytes,
      days: bytes,
      months: bytes,
      totals: bytes,
    });
  }
});

const noLab = labProblem();
if (noLab !== undefined) process.stderr.write(`skipped: backup and restore (${noLab})\n`);

test.skipIf(noLab !== undefined)('a backup of a running daemon is restored', async () => {
  const lab = createLab();
  onTestFinished(() => lab.close());
  const namespace = lab.namespace('gateway');
  const neighbour = lab.namespace('neighbour');
  lab.cable(
    { namespace, interface: 'lan0', addresses: ['192.168.1.1/24'] },
    { namespace: neighbour, interface: 'eth0' },
  );
  const data = dataDirectory();
  const more = { dataDirectory: data };
  const history = async () =>
    (await runProgram(['history', '--data-directory', data, '--from', '2026-11-20', '--json']))
      .stdout;
  const before = await history();

  const daemon = await startDaemon(namespace, { interfaces: ['lan0'], more });
  const file = join(temporaryDirectory(), 'copy.db');
  expect((await backup(data, file)).exitCode).toBe(0);
  expect((await daemon.stop()).exitCode).toBe(0);
  await daemon.remove();

  // What happened after the backup; the log of it is still there.
  fill(data, 1000);
  expect(await history()).not.toBe(before);
  const path = join(data, 'lanledger.db');
  copyFileSync(file, path);
  for (const companion of ['-wal', '-shm']) rmSync(`${path}${companion}`, { force: true });
  const again = await startDaemon(namespace, { interfaces: ['lan0'], more });
  onTestFinished(() => again.remove());
  expect(rowsOfDay(await history())).toEqual(rowsOfDay(before));
  const health = await runProgram(['health', '--config', again.configFile, '--json'], {
    launcher: ['ip', 'netns', 'exec', namespace],
  });
  expect(JSON.parse(health.stdout)).toMatchObject({ problems: [] });
  expect((await again.stop()).exitCode).toBe(0);
});

/** Without what the daemon itself has metered meanwhile. */
function rowsOfDay(output: string): unknown[] {
  const { usage: rows } = JSON.parse(output) as { usage: { device: string }[] };
  return rows.filter(({ device }) => device === '020000000001');
}
