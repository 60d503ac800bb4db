import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../lab/daemon.ts';
import { REMOTES, TCP_PORT, type Host } from '../lab/home.ts';
import { describeLab } from '../lab/metering.ts';
import { lanGateway } from '../lab/topologies.ts';
import { transfer } from '../lab/traffic.ts';
import { change, dashboard, merge, readFlows } from './example-flows.ts';
import { install, installInto, lockedVersion, packNodes } from './node-red-install.ts';
import { createUserDirectory, startNodeRed, textOf, type NodeRed } from './node-red.ts';

const LIMIT_MS = 120_000;
const MEGABYTE = 1_000_000;

const flows = readFlows();
const used = ['usage', 'limit', 'guest-watch', 'dashboard/limits-and-alerts'];
const installation = await lockedVersion('node-red').then((version) =>
  install([`node-red@${version}`, dashboard]).catch((error: Error) => error),
);

function idOf(flow: string, name: string): string {
  return flows.get(flow)?.find((node) => node['name'] === name)?.id ?? '';
}

/** What a debug node has shown of a device. */
function shown(red: NodeRed, node: string, device: Host): string[] {
  const lines = red.log.filter(({ id }) => id === node).map(({ msg }) => textOf(msg));
  return lines.filter((text) => text.includes(device.id));
}

/** Waits until the flow has heard that a device has used so many bytes. */
async function untilUsed(red: NodeRed, { id }: Host, bytes: number): Promise<void> {
  const node = idOf('usage', 'usage of one device');
  await red.until((line) => {
    const text = textOf(line.msg);
    if (line.id !== node || !text.includes(id)) return false;
    return Number(/total: (\d+)/.exec(text)?.[1]) >= bytes;
  });
}

if (installation instanceof Error) {
  process.stderr.write(`\n*** SKIPPED "Node-RED at real traffic": ${installation.message} ***\n`);
} else {
  describeLab('Node-RED at real traffic', lanGateway, (home) => {
    test(
      'a device that exceeds its limit raises one alert, also after a restart',
      { timeout: LIMIT_MS },
      async () => {
        const { namespace } = home().gateway;
        const userDirectory = await createUserDirectory();
        onTestFinished(() => rm(userDirectory, { recursive: true, maxRetries: 3 }));
        await installInto(userDirectory, await packNodes(userDirectory));
        const log = join(userDirectory, 'alerts.jsonl');
        const deployed = change(merge(used.map((name) => flows.get(name) ?? [])), {
          'lanledger-limit': { limit: '2', unit: 'MB' },
          'lanledger-usage': { bytes: 1 },
          debug: { console: true },
          file: { filename: log, filenameType: 'str' },
          'file in': { filename: log, filenameType: 'str' },
        });
        await writeFile(join(userDirectory, 'flows.json'), JSON.stringify(deployed));
        const daemon = await startDaemon(namespace, {
          interfaces: home().capture,
          more: { mqtt: { intervalSeconds: 1 } },
        });
        onTestFinished(() => daemon.remove());
        const start = async () => {
          const launcher = ['ip', 'netns', 'exec', namespace];
          const red = await startNodeRed(installation, { launcher, userDirectory });
          onTestFinished(() => red.stop());
          await red.until(({ msg }) => msg === 'Connected to LanLedger.');
          return red;
        };
        const [heavy, light] = home().hosts as [Host, Host];
        const load = ({ agent, ipv4: from }: Host, download: number) =>
          transfer({ agent }, { from, to: REMOTES[0], port: TCP_PORT, upload: 1000, download });
        const exceeded = idOf('limit', 'exceeded');

        const first = await start();
        await load(light, MEGABYTE);
        await load(heavy, 2.5 * MEGABYTE);
        await first.until(({ id, msg }) => id === exceeded && textOf(msg).includes(heavy.id));
        const guest = idOf('guest-watch', 'tell me');
        await first.until(({ id, msg }) => id === guest && textOf(msg).includes(heavy.ipv4));
        await load(heavy, 2 * MEGABYTE);
        await untilUsed(first, heavy, 4.5 * MEGABYTE);
        await first.stop();
        const second = await start();
        await load(heavy, 2 * MEGABYTE);
        await untilUsed(second, heavy, 6.5 * MEGABYTE);

        const alerts = [first, second].flatMap((red) => shown(red, exceeded, heavy));
        expect(alerts).toHaveLength(1);
        expect(alerts[0]).toMatch(/limit: 2000000,.*level: 'exceeded'/s);
        expect([first, second].flatMap((red) => shown(red, exceeded, light))).toEqual([]);
        const logged = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
        const levels = logged.map((line) => (JSON.parse(line) as { level: string }).level);
        expect(levels.filter((level) => level === 'alert')).toEqual(['alert']);
        expect([...first.troubles(), ...second.troubles()]).toEqual([]);
      },
    );
  });
}
