import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { mosquittoMissing } from '../support/broker.ts';
import { residentMebibytes, withstand, type Victim } from './attack.ts';
import type { Home } from './home.ts';
import { loadRules, runIn } from './lab.ts';
import { describeLab } from './metering.ts';
import {
  labBroker,
  MQTT_PORT,
  mqttThrough,
  retainedAt,
  SECOND_MQTT_PORT,
  type LabBroker,
} from './mosquitto.ts';
import { logged } from './observation.ts';
import { lanGateway } from './topologies.ts';

const ACCOUNT = { username: 'ledger', password: 'right' };
const SETTINGS = {
  mqtt: { ...ACCOUNT, url: `mqtt://127.0.0.1:${MQTT_PORT}`, intervalSeconds: 1 },
};
/** Of src/mqtt/event-queue.ts. */
const LONGEST_QUEUE = 100;
const DEVICE = '020000000101';
const SHORT_OUTAGE_SECONDS = 20;
/** What V8 lets the heap swing; states and events of an outage are some hundred kilobytes. */
const MOST_GROWTH_MEBIBYTES = 40;

const longOutage = Number(process.env['LAB_OUTAGE_SECONDS'] ?? 0);
if (longOutage === 0) {
  process.stderr.write(
    '\n*** SKIPPED the long outage of the broker: LAB_OUTAGE_SECONDS=600 runs it, for ten minutes ***\n',
  );
}
if (mosquittoMissing !== undefined) {
  process.stderr.write(`\n*** SKIPPED outages of the broker: ${mosquittoMissing} ***\n`);
}

async function startBroker(home: Home): Promise<LabBroker> {
  const broker = labBroker(home.gateway.namespace, ACCOUNT);
  onTestFinished(() => broker.close());
  await broker.start();
  return broker;
}

interface Served {
  devices: { id: string; name: string; total: object }[];
}

interface Link {
  connected: boolean;
  trouble: string | null;
}

async function linkOf({ read }: Victim): Promise<Link> {
  return (await read<{ broker: Link }>('/api/v1/health')).broker;
}

async function isConnected(victim: Victim): Promise<boolean> {
  return (await linkOf(victim)).connected;
}

async function rename({ ask, tokens }: Victim, name: string | null): Promise<void> {
  const headers = {
    authorization: `Bearer ${tokens.admin}`,
    'content-type': 'application/json',
  };
  const path = `/api/v1/devices/${DEVICE}`;
  const body = JSON.stringify({ name });
  const { status } = await ask({ method: 'PATCH', path, headers, body });
  expect(status).toBe(200);
}

/** What a new subscriber learns that is not what HTTP says: topics, with either. */
async function differences({ inside, read }: Victim): Promise<string[]> {
  const target = { host: '127.0.0.1', port: MQTT_PORT };
  const topics = await retainedAt(inside, target, { filter: 'lanledger/#', ...ACCOUNT });
  const { devices } = await read<Served>('/api/v1/devices');
  const named = [...topics]
    .filter(([topic]) => topic.startsWith('lanledger/device/'))
    .map(([, text]) => JSON.parse(text) as { id: string; name: string });
  const told = new Map(named.map(({ id, name }) => [id, name]));
  const served = new Map(devices.map(({ id, name }) => [id, name]));
  const wrong = [...new Set([...told.keys(), ...served.keys(), DEVICE])]
    .filter((id) => !served.has(id) || told.get(id) !== served.get(id))
    .map((id) => `${id}: ${told.get(id)} instead of ${served.get(id)}`);
  const missing = ['info', 'health', 'devices', 'network'].filter(
    (name) => !topics.has(`lanledger/${name}`),
  );
  const status = topics.get('lanledger/status');
  return [...wrong, ...missing, ...(status === 'online' ? [] : [`status ${status}`])];
}

/** Waits until the broker holds what the daemon says over HTTP; resolves with the milliseconds that took. */
async function broughtUpToDate(victim: Victim, patienceMs: number): Promise<number> {
  const startedAt = performance.now();
  const quickly = { timeout: patienceMs, interval: 100 };
  await expect.poll(() => isConnected(victim), quickly).toBe(true);
  await expect.poll(() => differences(victim), { timeout: 20_000, interval: 100 }).toEqual([]);
  return performance.now() - startedAt;
}

function report(what: string, milliseconds: number): void {
  process.stderr.write(`  ${what}: up to date after ${(milliseconds / 1000).toFixed(1)} s\n`);
}

/** Nothing comes through any more, and nobody is told. */
function cutOff(namespace: string): () => void {
  loadRules(
    namespace,
    `table inet outage {
      chain in {
        type filter hook input priority 0;
        tcp dport ${MQTT_PORT} drop
        tcp sport ${MQTT_PORT} drop
      }
    }`,
  );
  return () => void runIn(namespace, 'nft', 'delete', 'table', 'inet', 'outage');
}

/** Renames more often than events are kept, for so long; the broker then holds the last of it, and gets the last events. */
async function outlast(home: Home, seconds: number): Promise<void> {
  const broker = await startBroker(home);
  await withstand(
    home,
    async (victim) => {
      const { daemon, inside, pid } = victim;
      await broughtUpToDate(victim, 10_000);
      await broker.stop();
      await logged(daemon, 'was lost');
      await rename(victim, 'before');
      const before = residentMebibytes(pid);
      const changes = 2 * LONGEST_QUEUE;
      for (let change = 1; change <= changes; change++) {
        await rename(victim, `name ${change}`);
        await delay((seconds * 1000) / changes);
      }
      const growth = residentMebibytes(pid) - before;
      const reconnect = cutOff(home.gateway.namespace);
      await broker.start();
      const events: string[] = [];
      const second = { host: '127.0.0.1', port: SECOND_MQTT_PORT };
      const listener = await mqttThrough(inside, second, ACCOUNT);
      onTestFinished(() => listener.endAsync(true));
      listener.on('message', (_topic, payload) => events.push(payload.toString()));
      await listener.subscribeAsync('lanledger/event', { qos: 1 });
      reconnect();
      report(`outage of ${seconds} s`, await broughtUpToDate(victim, 75_000));
      // What happens after the return of the broker comes besides.
      expect(events.length).toBeGreaterThanOrEqual(LONGEST_QUEUE);
      const renames = events.filter((event) => /\bname \d/.test(event));
      expect(renames.length).toBeLessThanOrEqual(LONGEST_QUEUE);
      expect(renames.at(-1)).toContain(`name ${changes}`);
      await logged(daemon, 'the MQTT broker was away, and only the last');
      process.stderr.write(`  memory grew by ${growth.toFixed(0)} MiB meanwhile\n`);
      expect(growth).toBeLessThan(MOST_GROWTH_MEBIBYTES);
      await rename(victim, null);
    },
    SETTINGS,
  );
}

describeLab('outages of the broker', lanGateway, (home) => {
  const lab = test.skipIf(mosquittoMissing !== undefined);

  lab('a broker that starts anew gets everything again', { timeout: 60_000 }, async () => {
    const broker = await startBroker(home());
    await withstand(
      home(),
      async (victim) => {
        await broughtUpToDate(victim, 10_000);
        for (const name of ['first', 'second']) {
          await broker.stop();
          await rename(victim, name);
          await broker.start();
          report('restart', await broughtUpToDate(victim, 15_000));
        }
        await rename(victim, null);
      },
      SETTINGS,
    );
  });

  lab('a password that was changed, and corrected', { timeout: 90_000 }, async () => {
    const broker = await startBroker(home());
    await withstand(
      home(),
      async (victim) => {
        await broughtUpToDate(victim, 10_000);
        broker.setPassword('another');
        await broker.stop();
        await broker.start();
        const trouble = async () => (await linkOf(victim)).trouble;
        await expect
          .poll(trouble, { timeout: 20_000, interval: 100 })
          .toBe('it refuses the user name or password; check mqtt.username and mqtt.password');
        await rename(victim, 'renamed meanwhile');
        broker.setPassword(ACCOUNT.password);
        await broker.reload();
        // Brokers lock out who tries wrong passwords often, so the next attempt waits a quarter of a minute.
        report('corrected password', await broughtUpToDate(victim, 40_000));
        await rename(victim, null);
      },
      SETTINGS,
    );
  });

  lab('a connection of which only one end is left', { timeout: 120_000 }, async () => {
    await startBroker(home());
    await withstand(
      home(),
      async (victim) => {
        await broughtUpToDate(victim, 10_000);
        const reconnect = cutOff(home().gateway.namespace);
        await rename(victim, 'renamed meanwhile');
        // It acknowledges nothing for half a minute.
        await expect
          .poll(() => isConnected(victim), { timeout: 45_000, interval: 500 })
          .toBe(false);
        reconnect();
        report('half-open connection', await broughtUpToDate(victim, 20_000));
        await rename(victim, null);
      },
      SETTINGS,
    );
  });

  lab(
    `an outage of ${SHORT_OUTAGE_SECONDS} seconds with ${2 * LONGEST_QUEUE} changes`,
    { timeout: 150_000 },
    () => outlast(home(), SHORT_OUTAGE_SECONDS),
  );

  test.skipIf(longOutage === 0 || mosquittoMissing !== undefined)(
    `an outage of ${longOutage} seconds`,
    { timeout: (longOutage + 150) * 1000 },
    () => outlast(home(), longOutage),
  );
});
