import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi, type TestContext } from 'vitest';
import { currentVersion } from '../src/store/migration.ts';
import { startDaemon, type Daemon } from './lab/daemon.ts';
import { createLab, labProblem, type Lab } from './lab/lab.ts';
import { runProgram, type Ending, type ProgramOptions } from './support/program.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Each run starts a process of its own, and the machine may be busy. */
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let directory: string;
let number = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lanledger-cli-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A new path for each call. */
function newPath(name: string): string {
  return join(directory, `${++number}-${name}`);
}

function configFile(yaml: string): string {
  const file = newPath('lanledger.yaml');
  writeFileSync(file, yaml);
  return file;
}

/** A refusal: one sentence on standard error, nothing on standard output. */
function refused(sentence: string): Ending {
  return { exitCode: 2, stdout: '', stderr: `lanledger: ${sentence}\n` };
}

/** The last line of standard error: before it, the log tells what worked. */
function lastLine({ stderr }: Ending): string {
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

describe('help', () => {
  test('names every command, with examples', async () => {
    const { exitCode, stdout, stderr } = await runProgram(['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) .*\[options\]/gm)].map(([, name]) => name);
    expect(commands.join(' ')).toBe(
      'run demo replay check devices history backup config ' +
        'rename hide merge split forget acknowledge checkpoint restart log-level peers events health groups limits',
    );
    for (const name of ['import', 'group', 'limit', 'token']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(stdout).toContain('lanledger run --interface eth1 ');
    expect(stdout).toContain('http.port is LANLEDGER_HTTP_PORT');
  });

  test.each([
    ['run', ['--config', '--data-directory', '--time-zone', '--interface', '--driver', '--help']],
    ['replay', ['--config', '--data-directory', '--time-zone', '--json', '--local', '--help']],
    ['check', ['--config', '--data-directory', '--time-zone', '--interface', '--driver', '--json', '--help']], // prettier-ignore
    ['backup', ['--config', '--data-directory', '--time-zone', '--force', '--help']],
    ['config', ['--config', '--data-directory', '--time-zone', '--json', '--help']],
    ['rename', ['--config', '--data-directory', '--time-zone', '--help']],
    ['events', ['--config', '--data-directory', '--time-zone', '--device', '--type', '--unacknowledged', '--limit', '--json', '--help']], // prettier-ignore
    ['devices', ['--config', '--data-directory', '--time-zone', '--all', '--json', '--help']],
    ['history', ['--config', '--data-directory', '--time-zone', '--from', '--to', '--step', '--json', '--help']], // prettier-ignore
  ])('of %s names its options', async (command, options) => {
    const { exitCode, stdout } = await runProgram([command, '--help']);
    expect(exitCode).toBe(0);
    expect([...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name)).toEqual(
      options,
    );
  });

  test('of import whitestat names its options', async () => {
    const { exitCode, stdout } = await runProgram(['import', 'whitestat', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: lanledger import whitestat \[options\] <file>$/m);
    expect([...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name)).toEqual([
      '--config',
      '--data-directory',
      '--time-zone',
      '--dry-run',
      '--with-routers',
      '--with-metered-days',
      '--json',
      '--help',
    ]);
  });

  test('the version is that of the package', async () => {
    expect(await runProgram(['--version'])).toEqual({
      exitCode: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });
});

describe('a wrong command line ends with 1', () => {
  test.each([
    [['frobnicate'], "error: unknown command 'frobnicate'\n"],
    [['check', '--verbose'], "error: unknown option '--verbose'\n"],
    [['replay'], "error: missing required argument 'file'\n"],
    [
      ['history', '--step', 'week'],
      "error: option '--step <step>' argument 'week' is invalid. Allowed choices are hour, day, month.\n",
    ],
    [
      ['run', '--driver', 'pcap'],
      "error: option '--driver <driver>' argument 'pcap' is invalid. Allowed choices are af-packet, libpcap.\n",
    ],
  ])('%j', async (args, stderr) => {
    expect(await runProgram(args)).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  test('without a command, help is on standard error', async () => {
    const { exitCode, stdout, stderr } = await runProgram([]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Usage: lanledger /);
  });
});

describe('a wrong configuration is named by key, value and fix, and ends with 2', () => {
  test.each([
    ['http: { prot: 80 }', 'Unknown key http.prot: did you mean http.port?'],
    ['http: { port: 70000 }', 'http.port is 70000: use a whole number from 0 to 65535.'],
    ['http: { port: eighty }', 'http.port is "eighty": use a whole number from 0 to 65535.'],
    ['capture: { driver: pcap }', 'capture.driver is "pcap": use af-packet or libpcap.'],
  ])('%s', async (yaml, sentence) => {
    expect(await runProgram(['run', '--config', configFile(yaml)])).toEqual(refused(sentence));
  });

  test('YAML that is none', async () => {
    const file = configFile('http: { port: 80\n');
    const { exitCode, stdout, stderr } = await runProgram(['run', '--config', file]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^lanledger: \/.*lanledger.yaml is not valid YAML: [^\n]+\.\n$/);
  });

  test('a file that is not there', async () => {
    const file = newPath('lanledger.yaml');
    expect(await runProgram(['check', '--config', file])).toEqual(
      refused(
        `The configuration ${file} cannot be read (ENOENT: no such file or directory, open '${file}'): check the path and its permissions.`,
      ),
    );
  });

  test('the environment', async () => {
    const environment = { LANLEDGER_HTTP_PORT: 'http' };
    expect(await runProgram(['check'], { environment })).toEqual(
      refused('LANLEDGER_HTTP_PORT is "http": use a whole number from 0 to 65535.'),
    );
  });

  test('a day that is none', async () => {
    expect(await runProgram(['history', '--from', '2026-02-30'])).toEqual(
      refused('"2026-02-30" is no day: use the form YYYY-MM-DD, such as 2026-11-20.'),
    );
  });
});

test.each(['devices', 'history'])('%s without a ledger says how to get one', async (command) => {
  const data = newPath('data');
  expect(await runProgram([command, '--data-directory', data])).toEqual(
    refused(
      `There is no ledger at ${data}/lanledger.db yet: start the daemon first, or check dataDirectory.`,
    ),
  );
});

/** Ports that nobody else has, and a place for the ledger. */
function anywhere(data: string): Record<string, string> {
  return {
    LANLEDGER_DATA_DIRECTORY: data,
    LANLEDGER_HTTP_PORT: '0',
    LANLEDGER_MQTT_EMBEDDED_PORT: '0',
    LANLEDGER_CAPTURE_INTERFACES: 'lo',
  };
}

/** What `check --json` found, by subject. */
function findingsOf({ stdout }: Ending): Record<string, string> {
  const { findings } = JSON.parse(stdout) as {
    findings: { subject: string; level: string; sentence: string }[];
  };
  return Object.fromEntries(
    findings.map(({ subject, level, sentence }) => [subject, `${level}: ${sentence}`]),
  );
}

describe('an ordinary user', () => {
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { userId: NOBODY } : {};
  const userId = isRoot ? NOBODY : process.getuid?.();

  /** A directory of that user's own. */
  function ownDirectory(): string {
    const path = newPath('home');
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
});

function skip(context: TestContext, reason: string): void {
  process.stderr.write(`skipped: ${context.task.name} (${reason})\n`);
  context.skip(reason);
}

const noLab = labProblem();
if (noLab !== undefined)
  process.stderr.write(`skipped: the command line in a network (${noLab})\n`);

describe.skipIf(noLab !== undefined)('in a network of its own', () => {
  let lab: Lab;
  let namespace: string;
  beforeAll(() => {
    lab = createLab();
    namespace = lab.namespace('gateway');
    const neighbour = lab.namespace('neighbour');
    lab.cable(
      { namespace, interface: 'lan0', addresses: ['192.168.1.1/24'] },
      { namespace: neighbour, interface: 'eth0' },
    );
  });
  afterAll(() => lab.close());

  function inside(args: readonly string[], options: ProgramOptions = {}): Promise<Ending> {
    return runProgram(args, { ...options, launcher: ['ip', 'netns', 'exec', namespace] });
  }

  test.each([
    [
      'an unknown interface',
      ['--interface', 'eth7'],
      'There is no network interface "eth7" here: set capture.interfaces to one of lan0.',
    ],
    [
      'no interface and no default route',
      [],
      'There is no default route to choose an interface by: set capture.interfaces to one of lan0.',
    ],
    [
      'an interface named twice',
      ['--interface', 'lan0,lan0'],
      'Interfaces lan0 and lan0 show the same frames (it is named twice), so everything would be counted twice: remove one of them from capture.interfaces.',
    ],
  ])('%s is refused with the ones that exist', async (_, args, sentence) => {
    const data = newPath('data');
    expect(await inside(['run', ...args, '--data-directory', data])).toEqual(refused(sentence));
  });

  test('check says what will work, and takes command line before environment before file', async () => {
    const [fromFile, fromLine] = [newPath('file'), newPath('line')];
    const file = configFile(
      `{ dataDirectory: ${fromFile}, http: { host: 127.0.0.2, port: 8001 }, mqtt: { embedded: { port: 1001 } } }`,
    );
    const environment = {
      LANLEDGER_HTTP_PORT: '8002',
      LANLEDGER_DATA_DIRECTORY: newPath('environment'),
    };
    const args = ['check', '--config', file, '--interface', 'lan0', '--data-directory', fromLine];
    const ending = await inside([...args, '--json'], { environment });
    expect([ending.exitCode, ending.stderr]).toEqual([0, '']);
    expect(findingsOf(ending)).toMatchObject({
      Node: `ok: ${process.versions.node} will do.`,
      Capture: 'ok: af-packet works on lan0.',
      'Data directory': `ok: ${fromLine}/lanledger.db will be made at the first start.`,
      'HTTP port': 'ok: 127.0.0.2 port 8002 is free.',
      'Access tokens': `ok: ${fromLine}/tokens.json is made at the first start.`,
      'MQTT port': 'ok: 127.0.0.1 port 1001 is free.',
    });
    const { stdout } = await inside(args, { environment });
    expect(stdout).toMatch(/│ ok {3}│ Capture +│ af-packet works on lan0\. +│\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('LanLedger can run here.');
    // Where nobody tells how wide the window is.
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  describe('where the daemon runs', () => {
    let daemon: Daemon;
    beforeAll(async () => {
      daemon = await startDaemon(namespace, { interfaces: ['lan0'] });
    });
    afterAll(() => daemon.remove());

    test('a second one on its ledger is refused', async () => {
      const { dataDirectory } = daemon;
      const args = ['run', '--interface', 'lan0', '--data-directory', dataDirectory];
      expect(await inside(args)).toEqual(
        refused(
          `Another LanLedger already writes the ledger ${dataDirectory}/lanledger.db: stop it first, or give this one another dataDirectory.`,
        ),
      );
    });

    test.each([
      [
        'HTTP',
        {},
        'Port 8777 is taken by another program: set http.port to a free port, or stop that program.',
      ],
      [
        'MQTT',
        { LANLEDGER_HTTP_PORT: '8778' },
        'Port 1883 on 127.0.0.1 is taken, probably by another MQTT broker: set mqtt.url to that broker (mqtt://127.0.0.1:1883), or mqtt.embedded.port to a free port.',
      ],
    ])('its %s port is refused', async (_, environment, sentence) => {
      const args = ['run', '--interface', 'lan0', '--data-directory', newPath('data')];
      expect(await inside(args, { environment })).toEqual(refused(sentence));
    });

    test('check knows it by its ports', async () => {
      const { configFile: config, dataDirectory } = daemon;
      const ending = await inside(['check', '--config', config, '--json']);
      expect([ending.exitCode, ending.stderr]).toEqual([0, '']);
      expect(findingsOf(ending)).toMatchObject({
        'Data directory': `ok: ${dataDirectory}/lanledger.db is in use by a running LanLedger.`,
        Ledger: `ok: The file is whole, its tables have version ${currentVersion()}.`,
        'HTTP port': expect.stringMatching(
          /^ok: port 8777 is used by the LanLedger that runs \(process \d+\)\.$/,
        ) as string,
        'MQTT port': expect.stringMatching(/^ok: 127\.0\.0\.1 port 1883 is used by the /) as string,
      });
    });

    test('check says that its ports are taken, to another one', async () => {
      const data = newPath('data');
      const args = ['check', '--interface', 'lan0', '--data-directory', data, '--json'];
      const ending = await inside(args);
      expect(ending.exitCode).toBe(1);
      expect(findingsOf(ending)['HTTP port']).toMatch(
        /^fail: port 8777 is taken by .+ \(process \d+\): set http\.port to a free port\.$/,
      );
    });

    test('a restart begins anew in the same process, unless the configuration would not do', async () => {
      const { configFile: config } = daemon;
      const restart = () => inside(['restart', '--config', config]);
      const starts = () => daemon.log().split('LanLedger is running').length - 1;
      const before = readFileSync(config, 'utf8');
      expect(await restart()).toEqual({ exitCode: 0, stdout: 'Done.\n', stderr: '' });
      await expect.poll(starts, { timeout: 20_000 }).toBe(2);
      const request = await inside(['health', '--config', config, '--json']);
      expect(JSON.parse(request.stdout)).toMatchObject({ problems: [] });

      const copy = newPath('config.yaml');
      writeFileSync(copy, before);
      writeFileSync(config, before.replace('"UTC"', '"Mars/Base"'));
      expect((await inside(['restart', '--config', copy])).stdout).toBe('Done.\n');
      const refusal = 'LanLedger goes on with the configuration before.';
      await expect.poll(() => daemon.log().includes(refusal), { timeout: 20_000 }).toBe(true);
      await expect.poll(starts, { timeout: 20_000 }).toBe(3);
      writeFileSync(config, before);
    });

    test('its ledger can be read meanwhile, and it ends on SIGTERM with 0', async () => {
      const devices = ['devices', '--json', '--config', daemon.configFile];
      expect(await inside(devices)).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await daemon.stop()).exitCode).toBe(0);
      expect(daemon.log()).toMatch(/ info: Stopped\.\n$/);
    });
  });
});
