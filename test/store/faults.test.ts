import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqlite } from '../../src/store/sqlite.ts';
import { expect, onTestFinished, test, type TestContext } from 'vitest';
import type { Checkpoint } from '../../src/model/checkpoint.ts';
import { openStore } from '../../src/store/store.ts';
import { compileStore } from './compiled.ts';
import {
  checkpoint,
  downloadSums,
  newStore,
  peersOfDay,
  temporaryDirectory,
  usage,
} from './ledger.ts';

const day = 20261120;
const writerScript = resolve('test/store/endless-writer.js');

/** Starts a process that writes checkpoints until it is killed; `toldLine` is told each number it has committed. */
function startWriter(module: string, path: string, toldLine: (at: number) => void): ChildProcess {
  const child = spawn(process.execPath, [writerScript, module, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(child.stdout).on('line', (line) => toldLine(Number(line)));
  return child;
}

/** Kills a writer after `lines` committed checkpoints, and returns the number of the last one it told. */
async function killedWriter(module: string, path: string, lines: number): Promise<number> {
  let told = 0;
  let count = 0;
  const writer = startWriter(module, path, (at) => {
    told = at;
    if (++count === lines) writer.kill('SIGKILL');
  });
  const [, signal] = (await once(writer, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return told;
}

test('kill -9 between and inside of checkpoints loses nothing that was committed, and halves nothing', async () => {
  const directory = temporaryDirectory();
  const module = compileStore(directory);
  const path = join(directory, 'ledger.sqlite');
  for (const lines of [1, 7, 23, 60, 111]) {
    const told = await killedWriter(module, path, lines);

    const file = openSqlite(path);
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
    file.close();
    const store = openStore(path);
    const committed = store.lastCheckpointAt() ?? 0;
    expect(committed).toBeGreaterThanOrEqual(told);
    expect(store.applied()).toEqual([{ monitor: 'eth0', boot: 'b', seq: committed }]);
    expect(store.events({ acknowledged: false }).map(({ id }) => id)).toEqual([committed]);
    expect(store.events({ acknowledged: true })).toHaveLength(committed - 1);
    const bytes = 40 * committed;
    expect(downloadSums(store)).toEqual({
      hours: bytes,
      days: bytes,
      months: bytes,
      totals: bytes,
    });
    const peers = store.peers({ from: 0, to: 99991231 });
    expect(peers.reduce((sum, peer) => sum + peer.usage.download, 0)).toBe(bytes);
    expect(peers.filter(({ address }) => address === 'other')).toEqual([]);
    store.close();
  }
}, 60_000);

test('a writer in another process keeps writers out and lets readers in, until it is killed', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.sqlite');
  const module = compileStore(directory);
  const writer = await new Promise<ChildProcess>((found) => {
    const child = startWriter(module, path, () => found(child));
  });
  onTestFinished(() => void writer.kill('SIGKILL'));
  expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'STORE_BUSY' }));
  const reader = openStore(path, { readonly: true });
  expect(reader.devices()).toHaveLength(40);
  const seen = reader.lastCheckpointAt() ?? 0;
  expect(seen).toBeGreaterThan(0);

  writer.kill('SIGKILL');
  await once(writer, 'close');
  expect(newStore(path).lastCheckpointAt()).toBeGreaterThanOrEqual(seen);
  reader.close();

  // A refusal inside of this process must not drop the lock that other processes see.
  expect(() => openStore(path)).toThrow(expect.objectContaining({ code: 'STORE_BUSY' }));
  const refused = spawnSync(process.execPath, [writerScript, module, path], { timeout: 20_000 });
  expect(refused.status).toBe(1);
  expect(String(refused.stderr)).toContain('STORE_BUSY');
}, 60_000);

/** Mounts a small file system of its own on a new directory; skips the test where that is not allowed. */
function mountTemporary(context: TestContext, options: string): string {
  const directory = join(temporaryDirectory(), 'mounted');
  mkdirSync(directory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  if (mounted.status !== 0) {
    const [answer] = String(mounted.stderr ?? mounted.error).split('\n');
    const reason = `needs root to mount a file system: ${answer}`;
    process.stderr.write(`skipped: ${context.task.name} (${reason})\n`);
    context.skip(reason);
  }
  onTestFinished(() => void spawnSync('umount', [directory]));
  return directory;
}

/** A checkpoint of 20,000 bytes with 200 new peers. */
function large(at: number): Checkpoint {
  return checkpoint({
    at,
    hours: [{ device: 'a', hour: at * 3_600_000, usage: usage(200) }],
    days: [{ device: 'a', day, usage: usage(200) }],
    peers: Array.from({ length: 200 }, (_, index) => ({
      device: 'a',
      day,
      address: `2001:db8:1234:5678:${at}::${index}`,
      usage: { download: 100, upload: 10 },
    })),
    applied: [{ monitor: 'eth0', boot: 'b', seq: at }],
  });
}

test('a full disk refuses checkpoints wholly, and the same one works once there is room', (context) => {
  const directory = mountTemporary(context, 'size=1m');
  const path = join(directory, 'ledger.sqlite');
  const filler = join(directory, 'filler');
  writeFileSync(filler, Buffer.alloc(500_000));
  const store = openStore(path);
  onTestFinished(() => store.close());

  let at = 0;
  const fill = () => {
    for (;;) store.checkpoint(large(++at));
  };
  const full = expect.objectContaining({
    code: 'STORE_FULL',
    message: expect.stringContaining('is full: free some space'),
  });
  expect(fill).toThrow(full);
  expect(at).toBeGreaterThan(2);

  const holds = (checkpoints: number) => {
    const bytes = 20_000 * checkpoints;
    expect(store.lastCheckpointAt()).toBe(checkpoints);
    expect(store.applied()).toEqual([{ monitor: 'eth0', boot: 'b', seq: checkpoints }]);
    expect(downloadSums(store)).toEqual({
      hours: bytes,
      days: bytes,
      months: bytes,
      totals: bytes,
    });
    expect(peersOfDay(store, 'a', day)).toHaveLength(200 * checkpoints);
  };
  holds(at - 1);
  // It stays refused, and readable, for as long as the disk is full.
  expect(() => store.checkpoint(large(at))).toThrow(full);
  holds(at - 1);

  rmSync(filler);
  store.checkpoint(large(at));
  holds(at);
  store.close();
  const again = openStore(path);
  expect(again.lastCheckpointAt()).toBe(at);
  again.close();
});

test('a disk that is full from the start is named', (context) => {
  const directory = mountTemporary(context, 'size=64k');
  expect(() => openStore(join(directory, 'ledger.sqlite'))).toThrow(
    expect.objectContaining({ code: 'STORE_FULL' }),
  );
});

test('a read-only folder is named together with the user', (context) => {
  const directory = mountTemporary(context, 'size=1m');
  const remount = (mode: string) => spawnSync('mount', ['-o', `remount,${mode}`, directory]);
  const path = join(directory, 'ledger.sqlite');
  const unwritable = expect.objectContaining({
    code: 'STORE_UNWRITABLE',
    message: expect.stringContaining(`${path} cannot be written by the user with id 0:`),
  });
  expect(remount('ro').status).toBe(0);
  expect(() => openStore(path)).toThrow(unwritable);

  remount('rw');
  openStore(path).close();
  remount('ro');
  expect(() => openStore(path)).toThrow(unwritable);
  expect(readdirSync(directory).toSorted()).toEqual(['ledger.sqlite', 'ledger.sqlite.lock']);
  expect(() => openStore(path, { readonly: true })).toThrow(
    expect.objectContaining({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('is on a disk that is read-only'),
    }),
  );
});

test('a ledger that was moved or replaced is not written to until it is back', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'ledger.sqlite');
  const away = join(directory, 'away.sqlite');
  const store = newStore(path);
  const write = () => store.checkpoint(checkpoint({ at: 2 }));
  const refusal = (happened: string) =>
    expect.objectContaining({
      code: 'STORE_UNWRITABLE',
      message: `The ledger ${path} ${happened} while LanLedger is running: put it back, or restart LanLedger to begin with what is there.`,
    });
  renameSync(path, away);
  expect(write).toThrow(refusal('was deleted or moved'));
  copyFileSync(away, path);
  expect(write).toThrow(refusal('was replaced'));
  expect(store.lastCheckpointAt()).toBeUndefined();
  renameSync(away, path);
  write();
  expect(store.lastCheckpointAt()).toBe(2);
});
