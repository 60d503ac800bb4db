import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../src/store/store.ts';
import { runProgram, startProgram } from './support/program.ts';

interface Shown {
  name: string;
  online: boolean;
  today: { download: number };
  rate: { download: number };
}

/** The program as somebody tries it, as soon as it can be opened. */
async function startDemo(environment: Record<string, string>, ...args: string[]) {
  const { child, ended } = startProgram(['demo', '--port', '0', ...args], {
    environment: { TMPDIR: temporaryDirectory(), ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  for await (const line of createInterface({ input: child.stderr })) {
    log += `${line}\n`;
    const url = /Open (http:\S+)\/ in /.exec(line)?.[1];
    const directory = /ledger in (\S+)\.$/m.exec(log)?.[1];
    if (url !== undefined && directory !== undefined) {
      child.stderr.resume();
      return { child, ended, url, directory };
    }
  }
  throw new Error(`It ended:\n${log}`);
}

async function devicesAt(url: string): Promise<Shown[]> {
  const answer = await fetch(`${url}/api/v1/devices`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { devices: Shown[] }).devices;
}

/** Reads the live stream until rates came that differ from those before, so many times. */
async function watchRates(url: string, changes: number): Promise<void> {
  const answer = await fetch(`${url}/api/v1/live`);
  const seen = new Set<string>();
  let text = '';
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (const [, network = ''] of text.matchAll(/"network":(\{[^}]*\})/g)) seen.add(network);
    if (seen.size > changes) return;
  }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('the demo shows its household without a token, it is busy, and nothing is left of it', async () => {
  const { child, ended, url, directory } = await startDemo({ TZ: 'Europe/Berlin' });
  expect(existsSync(join(directory, 'lanledger.db'))).toBe(true);
  const before = await devicesAt(url);
  const names = before.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['Living room TV', 'NAS', 'Pixel-9', 'router']));
  await watchRates(url, 2);
  const after = await devicesAt(url);
  expect(after.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  const downloaded = (devices: Shown[]) =>
    devices.reduce((sum, { today }) => sum + today.download, 0);
  expect(downloaded(after)).toBeGreaterThan(downloaded(before));
  child.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  expect(stderr).not.toMatch(/warning|error/);
  expect(exitCode).toBe(0);
  expect(existsSync(directory)).toBe(false);
}, 15_000);

test('with --data the folder stays, other commands read it, and it is filled once', async () => {
  const data = join(temporaryDirectory(), 'demo');
  const { child, ended } = await startDemo({}, '--data', data, '--days', '3', '--devices', '5');
  const config = join(data, 'lanledger.yaml');
  const listing = await runProgram(['devices', '--json', '--config', config]);
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
  expect(listing.exitCode).toBe(0);
  expect(listing.stdout).toContain('Living room TV');
  const again = await runProgram(['demo', '--data', data]);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toBe(
    `lanledger: ${data} is not empty, and the demo would spoil what is there: choose an empty folder.\n`,
  );
});

test('it runs on when nobody reads its log any more, and writes its last checkpoint', async () => {
  const options = ['--days', '1', '--devices', '2'];
  const data = join(temporaryDirectory(), 'demo');
  const { child, ended, directory } = await startDemo({}, '--data', data, ...options);
  child.stderr.destroy();
  await once(child.stderr, 'close');
  const stoppedAt = Date.now();
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
  const store = openStore(join(directory, 'lanledger.db'));
  onTestFinished(() => store.close());
  expect(store.lastCheckpointAt()).toBeGreaterThanOrEqual(stoppedAt);
});

test('the demo does not take up the settings of a real daemon', async () => {
  const data = temporaryDirectory();
  const { child, ended, directory } = await startDemo(
    { LANLEDGER_DATA_DIRECTORY: data, LANLEDGER_HTTP_PORT: 'nonsense' },
    '--devices',
    '2',
    '--days',
    '1',
  );
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
  expect(directory).not.toBe(data);
  expect(readdirSync(data)).toEqual([]);
});

test('other commands find it on any port that was free', async () => {
  const { child, ended, url, directory } = await startDemo({}, '--days', '1', '--devices', '2');
  const config = join(directory, 'lanledger.yaml');
  const health = await runProgram(['health', '--probe', '--config', config]);
  expect([health.exitCode, health.stdout, health.stderr]).toEqual([0, 'ok\n', '']);
  const shown = await runProgram(['config', '--json', '--config', config]);
  const { settings } = JSON.parse(shown.stdout) as { settings: { key: string; value: unknown }[] };
  expect(settings.find(({ key }) => key === 'http.port')?.value).toBe(Number(new URL(url).port));
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
});

test('a port that is taken is told in the words of the demo', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = ['--port', String(port), '--days', '1', '--devices', '2'];
  const { exitCode, stderr } = await runProgram(['demo', ...options], {
    environment: { TMPDIR: temporaryDirectory() },
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `lanledger: Port ${port} is taken by another program: choose another with --port, or any that is free with --port 0.\n`,
  );
});

test('a temporary folder that is missing is told', async () => {
  const missing = join(temporaryDirectory(), 'missing');
  const { exitCode, stderr } = await runProgram(['demo'], { environment: { TMPDIR: missing } });
  expect(exitCode).toBe(2);
  expect(stderr).toBe(
    `lanledger: ${missing} cannot be used (ENOENT: no such file or directory, mkdtemp '${missing}/lanledger-demo-XXXXXX'): choose another folder with --data.\n`,
  );
});

test.each([
  [['--days', '0'], '--days'],
  [['--devices', '1'], '--devices'],
  [['--port', '70000'], '--port'],
  [['--seed', 'x'], '--seed'],
])('%j is refused', async (options, name) => {
  const { exitCode, stderr } = await runProgram(['demo', ...options]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(new RegExp(`^error: option '${name} <number>' .* whole number from `));
});
