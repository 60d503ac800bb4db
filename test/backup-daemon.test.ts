import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startDaemon } from './lab/daemon.ts';
import { createLab, labProblem } from './lab/lab.ts';
import { compileStore } from './store/compiled.ts';
import { downloadSums, newStore, temporaryDirectory } from './store/ledger.ts';
import { runProgram, startProgram } from './support/program.ts';

/** Each run starts a process of its own, and the machine may be busy. */
vi.setConfig({ testTimeout: 30_000 });
import { dataDirectory, fill, backup } from './backup-ledger.ts';

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
