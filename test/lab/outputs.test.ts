import { expect, onTestFinished, test } from 'vitest';
import { addUsage, noUsage, type Usage } from '../../src/model/usage.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { REMOTES, type Home, type Host } from './home.ts';
import { describeLab, settledTruth } from './metering.ts';
import { listenToMqtt, type Listener } from './mqtt-listener.ts';
import { getHealth, getJson, nextCheckpoint, type ServedDevices } from './observation.ts';
import { lanGateway } from './topologies.ts';
import { everydayTraffic } from './traffic.ts';
import { noonZone } from '../support/zones.ts';

const PATIENCE = { timeout: 20_000, interval: 100 };

async function runDaemon(home: Home): Promise<Daemon> {
  for (const host of home.hosts) host.truth.reset();
  const more = {
    store: { checkpointSeconds: 1 },
    mqtt: { intervalSeconds: 1 },
    // So that a page of a day before and after midnight in Greenwich is one day here.
    timeZone: noonZone,
  };
  const daemon = await startDaemon(home.gateway.namespace, { interfaces: home.capture, more });
  onTestFinished(() => daemon.remove());
  return daemon;
}

async function subscribe(home: Home): Promise<Listener> {
  const listener = await listenToMqtt(home.gateway.namespace, 'lanledger/#');
  onTestFinished(() => listener.close());
  return listener;
}

function jsonOf({ messages }: Listener, topic: string): unknown {
  const message = messages.get(topic);
  return message === undefined ? undefined : JSON.parse(message.text);
}

/** Traffic of all devices, and the truth of it. */
async function traffic(home: Home): Promise<Record<string, Usage>> {
  await Promise.all(home.hosts.map((host) => everydayTraffic(host)));
  return Object.fromEntries(await settledTruth(home));
}

interface DeviceState {
  id: string;
  mac: string;
  online: boolean;
  today: Usage;
  month: Usage;
  total: Usage;
}

describeLab('outputs while traffic flows', lanGateway, (home) => {
  test('MQTT: status, devices, network and each device, retained, with the right numbers', async () => {
    const daemon = await runDaemon(home());
    const early = await subscribe(home());
    const firstTruth = await traffic(home());
    const stateOf = (listener: Listener, id: string) =>
      jsonOf(listener, `lanledger/device/${id}`) as DeviceState | undefined;
    const totals = (listener: Listener) => () =>
      Object.fromEntries(home().hosts.map(({ id }) => [id, stateOf(listener, id)?.total]));
    await expect.poll(totals(early), PATIENCE).toEqual(firstTruth);

    // A second round: the states move on.
    const truth = await traffic(home());
    await expect.poll(totals(early), PATIENCE).toEqual(truth);
    const late = await subscribe(home());
    await expect.poll(totals(late), PATIENCE).toEqual(truth);
    const topics = [
      'lanledger/status',
      'lanledger/devices',
      'lanledger/network',
      ...home().hosts.map(({ id }) => `lanledger/device/${id}`),
    ];
    expect(topics.filter((topic) => late.messages.get(topic)?.retain !== true)).toEqual([]);
    expect(late.messages.get('lanledger/status')?.text).toBe('online');
    for (const { id, mac } of home().hosts) {
      const of = truth[id];
      expect(stateOf(late, id)).toMatchObject({ id, mac, online: true, today: of, month: of });
    }
    const listed = (jsonOf(late, 'lanledger/devices') ?? []) as DeviceState[];
    for (const { id, mac, ipv4 } of home().hosts) {
      const addresses = expect.arrayContaining([ipv4]) as unknown;
      expect(listed).toContainEqual(expect.objectContaining({ id, mac, online: true, addresses }));
    }
    const network = jsonOf(late, 'lanledger/network') as ServedDevices['network'] | undefined;
    const { download, upload } = sumOf(Object.values(truth));
    expect(network?.total).toMatchObject({ download, upload });
    expect(network?.devices).toBe(listed.length);

    const { exitCode } = await daemon.stop();
    expect(exitCode).toBe(0);
    const status = () => early.messages.get('lanledger/status')?.text;
    await expect.poll(status, PATIENCE).toBe('offline');
  });

  test('HTTP: devices, usage, history and health tell the same, and the truth', async () => {
    await runDaemon(home());
    const { agent } = home().gateway;
    const truth = await traffic(home());
    const ids = Object.keys(truth);
    const page = () => getJson<ServedDevices>(agent, '/api/v1/devices');
    const totals = async () => pick((await page()).devices, ids, ({ total }) => total);
    await expect.poll(totals, PATIENCE).toEqual(truth);
    const { day, devices, network } = await page();
    expect(pick(devices, ids, ({ today }) => today)).toEqual(truth);
    expect(network.total).toEqual(sumOf(devices.map(({ total }) => total)));

    // Before and after a checkpoint: what is pending and what is stored add up to the same.
    for (const when of ['before', 'after']) {
      if (when === 'after') await nextCheckpoint(agent);
      for (const step of ['hour', 'day', 'month']) {
        const rows = await getJson<UsagePage>(agent, `/api/v1/usage?step=${step}`);
        const of = (id: string) => rows.usage.filter(({ device }) => device === id);
        expect(Object.fromEntries(ids.map((id) => [id, sumOf(of(id))]))).toEqual(truth);
        const whole = await getJson<UsagePage>(agent, `/api/v1/usage?step=${step}&by=network`);
        expect(sumOf(whole.usage)).toEqual(network.total);
      }
      // Peers come every ten seconds: what is not itemised yet is "other", and never missing.
      for (const path of ['/json', `/json/history?start=${day}&end=${day}&includePublicIP=yes`]) {
        const { columns, data } = await getJson<Table>(agent, path);
        const rows = data.map((row) =>
          Object.fromEntries(columns.map((name, at) => [name, row[at]])),
        );
        const local = rows.filter((row) => row['LOCAL'] === 1);
        const remote = rows.filter((row) => row['LOCAL'] === 0);
        for (const { mac, id, ipv4 } of home().hosts) {
          const { download = -1, upload = -1 } = truth[id] ?? {};
          const row = local.find((each) => each['MAC'] === mac);
          const [KBIn, KBOut] = [kilobytes(download), kilobytes(upload)];
          expect(row).toMatchObject({ IP: ipv4, DATE: `${day}T00:00:00.000`, KBIn, KBOut });
        }
        const sent = Math.round(remote.reduce((sum, row) => sum + Number(row['KBIn']), 0));
        expect(Math.abs(sent - network.total.upload / 1024)).toBeLessThan(1);
      }
    }
    const health = await getHealth(agent);
    expect(health).toMatchObject({ status: 'ok', problems: [] });
    const [monitor] = health.monitors;
    const packets = sumOf(Object.values(truth)).packets;
    expect(monitor?.counters.accounted).toBeGreaterThanOrEqual(packets);
    expect(monitor?.interfaces).toMatchObject([{ name: 'eth-lan', up: true, dropped: 0 }]);
  });

  test('HTTP: remote addresses of a device, each with its bytes', async () => {
    await runDaemon(home());
    const { agent } = home().gateway;
    const [host] = home().hosts as [Host];
    await Promise.all(home().hosts.map((each) => everydayTraffic(each)));
    const truth = sumOf([...(await settledTruth(home())).values()]);
    const remotes = async () => {
      const { data } = await getJson<Table>(agent, '/json');
      return data.filter((row) => row[9] === 0).map((row) => String(row[0]));
    };
    const sorted = async () => (await remotes()).toSorted();
    const patience = { timeout: 15_000, interval: 500 };
    await expect.poll(sorted, patience).toEqual([...REMOTES].toSorted());
    const { data } = await getJson<Table>(agent, '/json');
    const sumRemote = data
      .filter((row) => row[9] === 0)
      .reduce((sum, row) => sum + Number(row[5]), 0);
    expect(Math.abs(sumRemote - truth.download / 1024)).toBeLessThan(0.1);
    const one = await getJson<DeviceState>(agent, `/api/v1/devices/${host.id}`);
    expect(one).toMatchObject({ id: host.id, mac: host.mac, online: true });
  });
});

interface Table {
  columns: string[];
  data: (string | number)[][];
}

interface UsagePage {
  usage: (Usage & { device?: string })[];
}

function pick<Row extends { id: string }, Value>(
  rows: readonly Row[],
  ids: readonly string[],
  value: (row: Row) => Value,
): Record<string, Value | undefined> {
  const find = (id: string) => rows.find((row) => row.id === id);
  return Object.fromEntries(
    ids.map((id) => {
      const row = find(id);
      return [id, row === undefined ? undefined : value(row)];
    }),
  );
}

function sumOf(rows: readonly Usage[]): Usage {
  const total = noUsage();
  for (const row of rows) addUsage(total, row);
  return total;
}

function kilobytes(bytes: number): number {
  return Math.round((bytes * 100) / 1024) / 100;
}
