import { expect, test } from 'vitest';
import { startFlow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overMqtt } from './ways.ts';

const eventNode = { type: 'lanledger-event', kinds: [], devices: [], debounce: 0 };

const topics = (messages: readonly Received[]) => messages.map(({ topic }) => topic);

const watch = async (daemon: ServedDaemon, node: object = {}) => {
  const flow = await startFlow({ ...eventNode, ...node }, await overMqtt(daemon));
  await flow.knows(phone);
  return flow;
};

test.each(eachWay)(
  'over %s: what happens is told, with the device as it is then',
  async (_, open) => {
    const daemon = new ServedDaemon().use(phone, 1);
    const flow = await startFlow(eventNode, await open(daemon));
    await flow.knows(phone);
    if (!flow.hasBroker) await expect.poll(() => daemon.isWatched()).toBe(true);
    daemon.ask('device/rename', { device: phone, name: 'Anna' });
    daemon.use(tablet, 1).bookkeeper.events.add('device-new', 'There is one.', { device: tablet });
    const [renamed, found] = await flow.count('out', 2);
    expect(renamed).toMatchObject({
      topic: 'device-changed',
      payload: {
        type: 'device-changed',
        device: phone,
        group: null,
        limit: null,
        message: 'Private 00:77:01 is called Anna from now on.',
      },
      device: { id: phone, name: 'Anna', mac: '02:00:00:00:77:01' },
    });
    expect(found).toMatchObject({ topic: 'device-new', device: { id: tablet } });
    expect(await flow.badge(({ text }) => text === 'device-new')).toMatchObject({ fill: 'green' });
  },
);

test('only the kinds that are wanted', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const flow = await watch(daemon, { kinds: ['group-changed', 'limit-changed'] });
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  daemon.ask('group/set', { name: 'Kids', devices: [phone] });
  daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 5 });
  const messages = await flow.count('out', 2);
  expect(topics(messages)).toEqual(['group-changed', 'limit-changed']);
  expect(messages[1]).not.toHaveProperty('device');
});

test('only the devices that are wanted, and what is about none', async () => {
  const daemon = new ServedDaemon().use(phone, 1).use(tablet, 1);
  daemon.ask('group/set', { name: 'Kids', devices: [phone] });
  const flow = await watch(daemon, { devices: ['Anna', 'Kids'] });
  await flow.knows('g1');
  daemon.ask('device/rename', { device: tablet, name: 'Other' });
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 5 });
  daemon.ask('limit/set', { target: 'Kids', period: 'day', bytes: 5 });
  const messages = await flow.count('out', 3);
  const about = messages.map(({ topic, payload }) => [
    topic,
    (payload as { device: string }).device,
  ]);
  expect(about).toEqual([
    ['device-changed', phone],
    ['limit-changed', null],
    ['limit-changed', null],
  ]);
});

test('of several changes of a device the last is told, when it is quiet', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const flow = await watch(daemon, { debounce: 0.1 });
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  daemon.ask('device/rename', { device: phone, name: 'Berta' });
  const [message] = await flow.count('out', 1);
  expect(message?.payload).toMatchObject({ message: 'Anna is called Berta from now on.' });
  daemon.ask('device/rename', { device: phone, name: 'Cleo' });
  expect(await flow.count('out', 2)).toMatchObject([{}, { device: { name: 'Cleo' } }]);
});

test('what comes twice, or is no event, is not told', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const flow = await watch(daemon);
  const event = { id: 900, type: 'clock-set', device: null, group: null, message: 'x' };
  const twice = JSON.stringify(event);
  const last = JSON.stringify({ ...event, id: 901 });
  const payloads = ['{}', '[]', 'no JSON', twice, twice, last];
  await daemon.disturb(payloads.map((payload) => ['lanledger/event', payload]));
  expect(await flow.count('out', 2)).toMatchObject([
    { payload: { id: 900 } },
    { payload: { id: 901 } },
  ]);
});

test('that the daemon goes and comes is told by the connection', async () => {
  const daemon = new ServedDaemon().use(phone, 1);
  const broker = await daemon.publish();
  const node = { ...eventNode, kinds: ['daemon-offline', 'daemon-online'] };
  const flow = await startFlow(node, { brokerPort: broker.port });
  await flow.knows(phone);
  await daemon.leaveBroker();
  expect(await flow.count('out', 1)).toMatchObject([
    { topic: 'daemon-offline', payload: { type: 'daemon-offline', device: null, group: null } },
  ]);
  expect(await flow.badge(({ fill }) => fill === 'red')).toMatchObject({ shape: 'ring' });
  await daemon.publish(broker);
  expect(topics(await flow.count('out', 2))).toEqual(['daemon-offline', 'daemon-online']);
});
