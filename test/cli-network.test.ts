import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { currentVersion } from '../src/store/migration.ts';
import { newPath } from './store/ledger.ts';
import { startDaemon, type Daemon } from './lab/daemon.ts';
import { createLab, labProblem, runIn, type Lab } from './lab/lab.ts';
import { configFile, findingsOf, refused } from './support/cli.ts';
import { runProgram, type Ending, type ProgramOptions } from './support/program.ts';

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

  test('a default route that leads nowhere chooses no interface', async () => {
    runIn(namespace, 'ip', 'route', 'add', 'unreachable', 'default', 'metric', '4278198272');
    onTestFinished(() => void runIn(namespace, 'ip', 'route', 'del', 'unreachable', 'default'));
    expect(await inside(['run', '--data-directory', newPath('data')])).toEqual(
      refused(
        'There is no default route to choose an interface by: set capture.interfaces to one of lan0.',
      ),
    );
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

    test('a restart waits for interfaces that it metered before, and are gone', async () => {
      const restart = () => inside(['restart', '--config', daemon.configFile]);
      const starts = () => daemon.log().split('LanLedger is running').length - 1;
      const rename = (from: string, to: string) => {
        runIn(namespace, 'ip', 'link', 'set', from, 'down');
        runIn(namespace, 'ip', 'link', 'set', from, 'name', to);
      };
      rename('lan0', 'away0');
      onTestFinished(() => {
        rename('away0', 'lan0');
        runIn(namespace, 'ip', 'link', 'set', 'lan0', 'up');
      });
      const before = starts();
      expect((await restart()).stdout).toBe('Done.\n');
      await expect.poll(starts, { timeout: 20_000 }).toBe(before + 1);
      expect(daemon.log()).toContain('Interface lan0 is down or gone: waiting for it.');
    });

    test('its ledger can be read meanwhile, and it ends on SIGTERM with 0', async () => {
      const devices = ['devices', '--json', '--config', daemon.configFile];
      expect(await inside(devices)).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await daemon.stop()).exitCode).toBe(0);
      expect(daemon.log()).toMatch(/ info: Stopped\.\n$/);
    });
  });
});
