import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listen } from './service/listener.ts';
import { temporaryDirectory } from './store/ledger.ts';
import { MAIN, startProgram } from './support/program.ts';

vi.setConfig({ testTimeout: 30_000 });

/** The demo is the whole daemon on frames of its own, so that this needs no root. */
test('the daemon tells its service manager how it fares', async () => {
  const name = join(temporaryDirectory(), 'notify');
  const listener = listen(name);
  const data = join(temporaryDirectory(), 'demo');
  const { child, ended } = startProgram(
    ['demo', '--data', data, '--port', '0', '--days', '1', '--devices', '2'],
    { environment: { NOTIFY_SOCKET: name, WATCHDOG_USEC: '4000000' } },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await listener.until(/^READY/)).toEqual(['READY=1']);
  expect(await listener.until(/^WATCHDOG/)).toEqual(['WATCHDOG=1']);

  child.kill('SIGHUP');
  const reload = [expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/), 'READY=1'];
  expect(withoutWatchdog(await listener.until(/^READY/))).toEqual(reload);
  // A configuration that is wrong ends nothing, and the service manager waits for no answer.
  const file = join(data, 'lanledger.yaml');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace('"networks"', '"network"'));
  child.kill('SIGHUP');
  expect(withoutWatchdog(await listener.until(/^READY/))).toEqual(reload);
  writeFileSync(file, before);

  child.kill('SIGTERM');
  expect(withoutWatchdog(await listener.until(/^STOPPING/)).at(-1)).toBe('STOPPING=1');
  expect((await ended).exitCode).toBe(0);
});

test('it ends with its terminal', async (context) => {
  const directory = temporaryDirectory();
  const [socket, output] = [join(directory, 'notify'), join(directory, 'output')];
  const listener = listen(socket);
  const command = `exec '${process.execPath}' '${MAIN}' demo --port 0 --days 1 --devices 2 2> '${output}'`;
  const environment = { ...process.env, NOTIFY_SOCKET: socket };
  const recorder: [string, string[]] = ['script', ['-qec', command, '/dev/null']];
  const terminal = spawn(...recorder, { env: environment });
  try {
    await once(terminal, 'spawn');
  } catch {
    process.stderr.write(`skipped: ${context.task.name} (needs script(1) of util-linux)\n`);
    context.skip('needs script(1) of util-linux');
  }
  await listener.until(/^READY/);
  terminal.kill('SIGKILL');
  await listener.until(/^STOPPING/);
  await vi.waitFor(() => expect(readFileSync(output, 'utf8')).toContain('Stopped.'), 5000);
  expect(readFileSync(output, 'utf8')).toContain('Stopping after the end of its terminal');
});

function withoutWatchdog(texts: readonly string[]): string[] {
  return texts.filter((text) => text !== 'WATCHDOG=1');
}
