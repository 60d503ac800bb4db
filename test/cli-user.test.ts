import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { newPath } from './store/ledger.ts';
import { findingsOf } from './support/cli.ts';
import { runProgram, type Ending } from './support/program.ts';

/** Ports that nobody else has, and a place for the ledger. */
function anywhere(data: string): Record<string, string> {
  return {
    LANLEDGER_DATA_DIRECTORY: data,
    LANLEDGER_HTTP_PORT: '0',
    LANLEDGER_MQTT_EMBEDDED_PORT: '0',
    LANLEDGER_CAPTURE_INTERFACES: 'lo',
  };
}

/** The last line of standard error: before it, the log tells what worked. */
function lastLine({ stderr }: Ending): string {
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

describe('an ordinary user', () => {
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { userId: NOBODY } : {};
  const userId = isRoot ? NOBODY : process.getuid?.();

  /** A directory of that user's own. */
  function ownDirectory(): string {
    const path = newPath('home');
    chmodSync(dirname(path), 0o755);
    mkdirSync(path);
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    return path;
  }

  /** Skips the test where that user cannot even start the program, as in a checkout under /root. */
  async function needsStart(context: TestContext): Promise<void> {
    const problem = await runProgram(['--version'], user).then(
      ({ exitCode, stderr }) => (exitCode === 0 ? undefined : stderr.split('\n')[0]),
      (error: Error) => error.message,
    );
    if (problem !== undefined) skip(context, `user ${userId} cannot start the program: ${problem}`);
  }

  const permission =
    'Capturing needs the right to open packet sockets (CAP_NET_RAW): start LanLedger as root, or give it just that right ' +
    'with "sudo setcap cap_net_raw+ep $(readlink -f $(which node))", in a systemd service with ' +
    '"AmbientCapabilities=CAP_NET_RAW", in a container with "--cap-add NET_RAW" and without "no-new-privileges".';

  test('may not capture, and learns how to get the right', async (context) => {
    await needsStart(context);
    const environment = anywhere(join(ownDirectory(), 'data'));
    const ending = await runProgram(['run'], { ...user, environment });
    expect([ending.exitCode, ending.stdout, lastLine(ending)]).toEqual([
      2,
      '',
      `lanledger: ${permission}`,
    ]);
    const check = await runProgram(['check', '--json'], { ...user, environment });
    expect([check.exitCode, check.stderr]).toEqual([1, '']);
    expect(JSON.parse(check.stdout)).toMatchObject({ ready: false });
    expect(findingsOf(check)).toMatchObject({ Capture: `fail: ${permission}` });
  });

  test('may not open a low port, and learns which it may', async (context) => {
    await needsStart(context);
    const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
    if (lowest < 1024) skip(context, `here all ports from ${lowest} on are open to everybody`);
    const data = join(ownDirectory(), 'data');
    const environment = { ...anywhere(data), LANLEDGER_HTTP_PORT: '777' };
    const advice = 'set http.port to 1024 or more';
    const ending = await runProgram(['run'], { ...user, environment });
    expect(ending.exitCode).toBe(2);
    expect(lastLine(ending)).toMatch(/^lanledger: The web server cannot listen on port 777 \(/);
    expect(lastLine(ending)).toContain(`: ${advice}, or start LanLedger with the right`);
    const check = await runProgram(['check', '--json'], { ...user, environment });
    const found = findingsOf(check)['HTTP port'];
    expect(found).toMatch(/^fail: port 777 cannot be listened on \(/);
    expect(found).toContain(`: ${advice}, or give LanLedger the right`);
  });

  test('learns whose directory it must be where the ledger cannot be written', async (context) => {
    await needsStart(context);
    const data = join(ownDirectory(), 'data');
    mkdirSync(data, { mode: 0o555 });
    const ending = await runProgram(['run'], { ...user, environment: anywhere(data) });
    expect([ending.exitCode, ending.stdout]).toEqual([2, '']);
    expect(ending.stderr).toBe(
      `lanledger: The ledger ${data}/lanledger.db cannot be written by the user with id ${userId}: ` +
        `let that user write to the folder ${data} and all files in it, or choose another folder as dataDirectory. ` +
        `(EACCES: permission denied, open '${data}/lanledger.db')\n`,
    );
  });

  test('learns that the demo needs a folder to write to', async (context) => {
    await needsStart(context);
    const data = join(ownDirectory(), 'demo');
    mkdirSync(data, { mode: 0o555 });
    const ending = await runProgram(['demo', '--data', data], user);
    expect([ending.exitCode, ending.stderr]).toEqual([
      2,
      `lanledger: ${data} cannot be used (EACCES: permission denied, open '${data}/lanledger.yaml'): choose another folder with --data.\n`,
    ]);
  });
});

function skip(context: TestContext, reason: string): void {
  process.stderr.write(`skipped: ${context.task.name} (${reason})\n`);
  context.skip(reason);
}
