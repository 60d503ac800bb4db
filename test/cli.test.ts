import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newPath } from './store/ledger.ts';
import { configFile, refused } from './support/cli.ts';
import { runProgram } from './support/program.ts';

export const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

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

describe('a wrong command line ends with 2', () => {
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
    const hint = 'Add --help to see how it is used.\n';
    expect(await runProgram(args)).toEqual({ exitCode: 2, stdout: '', stderr: stderr + hint });
  });

  test('without a command, help is on standard error', async () => {
    const { exitCode, stdout, stderr } = await runProgram([]);
    expect([exitCode, stdout]).toEqual([2, '']);
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

test('output that cannot be written is told', async () => {
  const launcher = ['sh', '-c', 'exec "$@" >/dev/full', 'sh'];
  const { exitCode, stderr } = await runProgram(['config'], { launcher });
  expect([exitCode, stderr]).toEqual([
    1,
    'lanledger: Standard output cannot be written (ENOSPC: no space left on device, write): see whether the disk it goes to is full.\n',
  ]);
});
