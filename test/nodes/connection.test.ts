import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  aedesBroker,
  freePort,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../support/broker.ts';
import { startFlow, type Flow } from './flow.ts';
import { phone, ServedDaemon } from './served-daemon.ts';
import { overBoth, overHttp, overMqtt } from './ways.ts';

const devicesNode = { type: 'lanledger-devices' };
const kinds = ['usage', 'devices', 'history', 'rename', 'limit', 'rate', 'event'];

const brokers: [name: string, create: () => Promise<TestBroker>][] = [
  ['the built-in broker', aedesBroker],
];
if (mosquittoMissing === undefined) brokers.push(['Mosquitto', () => mosquittoBroker()]);

const errorOf = async (flow: Flow) =>
  (await flow.ask({ payload: 'x' }, 'caught'))['error'] as { code: string; message: string };

const isRed = ({ fill, shape }: { fill?: string; shape?: string }) =>
  fill === 'red' && shape === 'ring';

test.each(kinds)('%s without a server says so', async (kind) => {
  const flow = await startFlow({ type: `lanledger-${kind}`, server: '', limit: 1 });
  expect(await flow.badge(isRed)).toMatchObject({ text: 'node-red:common.status.error' });
  expect(flow.node().warn.args).toContainEqual(['Choose a LanLedger server in this node.']);
  if (['usage', 'rate', 'event', 'limit'].includes(kind)) return;
  expect(await errorOf(flow)).toMatchObject({
    code: kind === 'rename' ? 'DEVICE_MISSING' : 'NOT_CONFIGURED',
  });
});

test.each([
  [{}, 'NOT_CONFIGURED', 'Choose an MQTT broker or a URL in the LanLedger server.'],
  [{ url: 'gateway:8777' }, 'NOT_CONFIGURED', '"gateway:8777" is no address of LanLedger: '],
  [{ url: 'http://[' }, 'NOT_CONFIGURED', '"http://[" is no address of LanLedger: '],
])('a server of %j says what is wrong', async (options, code, message) => {
  const flow = await startFlow(devicesNode, options);
  await flow.badge(isRed);
  const sentence = expect.stringContaining(message) as string;
  // Nodes without an input have nobody to send an error to.
  expect(flow.node('server').warn.args).toContainEqual([sentence]);
  expect(await errorOf(flow)).toEqual(expect.objectContaining({ code, message: sentence }));
});

test('a wrong token is told, and how to get a right one', async () => {
  const way = { ...(await overHttp(new ServedDaemon())), token: 'wrong' };
  const flow = await startFlow(devicesNode, way);
  await flow.badge(isRed);
  const { code, message } = await errorOf(flow);
  expect({ code, message }).toEqual({
    code: 'UNAUTHORIZED',
    message: `LanLedger at ${way.url} refuses the token: make one with "lanledger token add node-red --scope write".`,
  });
});

test('nobody there', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const flow = await startFlow(devicesNode, { url });
  await flow.badge(isRed);
  const { code, message } = await errorOf(flow);
  expect({ code, message }).toEqual({
    code: 'UNREACHABLE',
    message: `LanLedger cannot be reached at ${url} (ECONNREFUSED): check the URL, and that it is running.`,
  });
});

test.each([
  ['a page', 200, '<html>hello</html>'],
  ['a page that is not found', 404, '<html>no</html>'],
  ['a JSON error', 500, '{"error":"x"}'],
])('somebody else there: %s', async (_name, status, body) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flow = await startFlow(devicesNode, { url });
  expect((await errorOf(flow)).message).toBe(
    `What answers at ${url} is not LanLedger (status ${status}): check the URL.`,
  );
});

test('a daemon that never answers', async () => {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flow = await startFlow(devicesNode, { url, timeoutSeconds: 0.1 });
  expect(await errorOf(flow)).toMatchObject({ code: 'TIMEOUT' });
});

test('a broker that is not there', async () => {
  const brokerPort = await freePort();
  const flow = await startFlow(devicesNode, { brokerPort, timeoutSeconds: 0.1 });
  expect(await flow.badge(() => true)).toMatchObject({ fill: 'yellow', shape: 'ring' });
  expect(await errorOf(flow)).toMatchObject({
    code: 'UNREACHABLE',
    message: 'The MQTT broker is not connected: check the broker node.',
  });
});

test('a broker without LanLedger', async () => {
  const daemon = new ServedDaemon();
  const { port: brokerPort } = await daemon.publish();
  const flow = await startFlow(
    devicesNode,
    { brokerPort, timeoutSeconds: 0.2 },
    { baseTopic: 'elsewhere' },
  );
  expect(await flow.badge(isRed)).toMatchObject({
    text: expect.stringContaining('offline') as string,
  });
  expect(await errorOf(flow)).toMatchObject({
    code: 'OFFLINE',
    message:
      'Nothing of LanLedger is at this broker under elsewhere/: check the base topic, and that LanLedger uses this broker.',
  });
});

test('a daemon that leaves and comes back', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const broker = await daemon.publish();
  const flow = await startFlow(devicesNode, { brokerPort: broker.port });
  await flow.knows(phone);
  await daemon.leaveBroker();
  await flow.badge(isRed);
  expect(await errorOf(flow)).toMatchObject({ code: 'OFFLINE' });
  await daemon.publish(broker);
  await flow.badge(({ fill }) => fill === 'green');
  expect(await flow.ask({})).toMatchObject({ payload: [{ id: phone }] });
});

test.each(brokers)('%s goes and comes', async (_name, create) => {
  const daemon = new ServedDaemon().use(phone, 1);
  const broker = await create();
  await broker.start();
  await daemon.publish(broker);
  const flow = await startFlow({ type: 'lanledger-usage' }, { brokerPort: broker.port });
  await flow.count('out', 1);
  await broker.stop();
  await flow.badge(({ fill }) => fill === 'yellow');
  await broker.start();
  await flow.badge(({ fill }) => fill === 'green');
  daemon.use(phone, 5);
  expect(await flow.count('out', 2)).toMatchObject([{}, { payload: { total: 6 } }]);
});

test('what others publish at the broker does no harm', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const { port } = await daemon.publish();
  const flow = await startFlow(
    { type: 'lanledger-usage', devices: [phone, 'network'] },
    { brokerPort: port },
  );
  await flow.count('out', 2);
  await daemon.disturb([
    ['lanledger/device/abc', 'no JSON'],
    ['lanledger/device/abc', '7'],
    ['lanledger/network', '[]'],
    ['lanledger/response/devices', '{"transaction":"x"}'],
    ['lanledger/response/devices', 'null'],
    ['lanledger/event', '{}'],
    ['lanledger/device', ''],
  ]);
  daemon.use(phone, 1);
  const [, , ...news] = await flow.count('out', 4);
  expect(news.map(({ payload }) => payload)).toMatchObject([{ total: 2 }, { total: 2 }]);
  expect(flow.received('caught')).toEqual([]);
});

test.each([
  ['MQTT', overMqtt],
  ['HTTP', overHttp],
  ['both', overBoth],
])('over %s, deploys leave nothing behind', async (_name, open) => {
  const daemon = new ServedDaemon().use(phone, 1);
  const node = { type: 'lanledger-rate', devices: [phone], seconds: 0 };
  const flow = await startFlow(node, await open(daemon));
  await flow.knows(phone);
  const { connection } = flow.node('server');
  for (let deploys = 0; deploys < 3; deploys += 1) {
    await flow.deploy({ node: { name: `${deploys}` } });
  }
  expect(flow.node('server').connection).toBe(connection);
  expect(await ratesTold(flow, daemon, [10, 11])).toEqual([10, 11]);
  await flow.deploy({ server: { timeoutSeconds: 4 } });
  expect(flow.node('server').connection).not.toBe(connection);
  await flow.knows(phone);
  expect(await ratesTold(flow, daemon, [20, 21])).toEqual([20, 21]);
});

/** Which of these rates reach the flow, and how often. */
async function ratesTold(flow: Flow, daemon: ServedDaemon, rates: readonly number[]) {
  if (daemon.port > 0) await expect.poll(() => daemon.isWatched()).toBe(true);
  const told = () =>
    flow.received('out').map(({ payload }) => (payload as { download: number }).download);
  for (const download of rates) {
    daemon.rates.set(phone, { download, upload: 0 });
    daemon.tell();
    await expect.poll(told).toContain(download);
  }
  return told().filter((download) => rates.includes(download));
}

test('the editor gets the devices of a deployed server', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  daemon.ask('group/set', { name: 'Kids', devices: [phone] });
  const flow = await startFlow(devicesNode, await overMqtt(daemon));
  await flow.knows('g1');
  await flow.knows(phone);
  await flow.knows('network');
  const { status, body } = await flow.get('/lanledger/server/devices');
  expect(status).toBe(200);
  expect((body as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: phone, kind: 'device', name: 'Private 00:77:01' },
    { id: 'g1', kind: 'group', name: 'Kids' },
    { id: 'network', kind: 'network', name: 'Network' },
  ]);
  expect((await flow.get('/lanledger/nothing/devices')).status).toBe(404);
  expect((await flow.get('/lanledger/node/devices')).status).toBe(404);
});

test('the editor can test a deployed server, and never sees the token', async () => {
  const daemon = new ServedDaemon();
  const flow = await startFlow(devicesNode, { ...(await overHttp(daemon)), token: 'secret-token' });
  const { body } = await flow.get('/lanledger/server/test');
  expect(JSON.stringify(body)).toContain('refuses the token');
  expect(JSON.stringify(body)).not.toContain('secret-token');
  expect((await flow.get('/lanledger/nothing/test')).status).toBe(404);
  await flow.deploy({}, 'full', daemon.tokens['admin']);
  await flow.badge(({ fill }) => fill === 'green');
  expect((await flow.get('/lanledger/server/test')).body).toEqual({
    message: 'Connected to LanLedger.',
  });
});
