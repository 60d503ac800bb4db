import { expect, test } from 'vitest';
import { startFlow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overHttp, overMqtt } from './ways.ts';

const limitNode = {
  type: 'lanledger-limit',
  devices: ['network'],
  limit: '10',
  limitType: 'num',
  unit: 'MB',
  period: 'day',
  startDay: 1,
  direction: 'both',
  warningPercent: 80,
};

const million = 1_000_000;
const [exceeded, warning, normal] = ['out', 'out2', 'out3'];

const watch = async (daemon: ServedDaemon, node: object = {}) =>
  startFlow({ ...limitNode, ...node }, await overMqtt(daemon));

const shares = (messages: readonly Received[]) =>
  messages.map(({ topic, payload }) => [topic, (payload as { percent: number }).percent]);

test.each(eachWay)('over %s: what is exceeded already is told once', async (_name, open) => {
  const daemon = new ServedDaemon().use(phone, 9 * million, 2 * million);
  const flow = await startFlow(limitNode, await open(daemon));
  const message = await flow.until(exceeded, () => true);
  expect(message).toMatchObject({
    topic: 'network',
    payload: {
      target: 'network',
      name: 'Network',
      used: 11 * million,
      limit: 10 * million,
      percent: 110,
      period: 'day',
      from: '2026-11-20',
      level: 'exceeded',
    },
  });
  expect(flow.received(warning)).toEqual([]);
  expect(await flow.badge(({ fill }) => fill === 'red')).toMatchObject({ text: '110 % Network' });
});

test('warning, exceeded and back to normal: each once', async () => {
  const daemon = new ServedDaemon().use(phone, million);
  const flow = await watch(daemon);
  await flow.knows('network');
  daemon.use(phone, 7 * million).use(phone, million);
  expect(shares(await flow.count(warning, 1))).toEqual([['network', 80]]);
  daemon.use(phone, million).use(phone, million).midnight();
  const [back] = await flow.count(normal, 1);
  expect(back?.payload).toMatchObject({ from: '2026-11-21', level: 'ok', used: 0, percent: 0 });
  daemon.use(phone, 12 * million);
  expect(shares(await flow.count(exceeded, 2))).toEqual([
    ['network', 100],
    ['network', 120],
  ]);
  expect(flow.received(warning)).toHaveLength(1);
});

test('no deploy tells anything twice; another limit is judged anew', async () => {
  const daemon = new ServedDaemon().use(phone, 11 * million);
  const flow = await watch(daemon);
  await flow.count(exceeded, 1);
  await flow.deploy({ node: { name: 'renamed' } });
  await flow.deploy({}, 'full');
  await flow.deploy({ node: { limit: '12' } });
  expect(shares(await flow.count(warning, 1))).toEqual([['network', 91.7]]);
  await flow.deploy({ node: { limit: '1', unit: 'GB' } });
  expect(await flow.count(normal, 1)).toMatchObject([{ payload: { limit: 1_000 * million } }]);
  expect(flow.received(exceeded)).toHaveLength(1);
});

test('each device by itself; a group as its sum; by direction; without warning', async () => {
  const daemon = new ServedDaemon();
  daemon.use(phone, 6 * million, 90 * million).use(tablet, 5 * million);
  daemon.ask('group/set', { name: 'Kids', devices: [phone, tablet] });
  const flow = await watch(daemon, { devices: [], direction: 'download', warningPercent: 0 });
  await flow.knows('g1');
  await flow.deploy({ node: { devices: ['kids', phone], direction: 'download' } });
  expect(await flow.count(exceeded, 1)).toMatchObject([
    { topic: 'g1', group: { id: 'g1', name: 'Kids' }, payload: { used: 11 * million } },
  ]);
  daemon.use(phone, 4 * million);
  const told = await flow.until(exceeded, ({ topic }) => topic === phone);
  expect(told).toMatchObject({ device: { id: phone }, payload: { used: 10 * million } });
  expect(flow.received(warning)).toEqual([]);
});

test.each([
  ['week', 1, '2026-11-16', 9],
  ['billing', 18, '2026-11-18', 7],
  ['billing', 19, '2026-11-19', 3],
  ['billing', 20, '2026-11-20', 1],
  ['billing', 21, '2026-10-21', 15],
  ['month', 1, '2026-11-01', 15],
])('a %s from day %i on begins on %s', async (period, startDay, from, megabytes) => {
  const daemon = new ServedDaemon('2026-11-15T09:00:00Z').use(phone, 6 * million).midnight();
  daemon
    .use(phone, 2 * million)
    .midnight()
    .midnight();
  daemon
    .use(tablet, 4 * million)
    .midnight()
    .use(phone, 2 * million)
    .midnight();
  daemon.use(phone, million);
  const flow = await watch(daemon, { period, startDay, limit: '1' });
  expect(await flow.count(exceeded, 1)).toMatchObject([
    { payload: { from, used: megabytes * million, period } },
  ]);
});

test('days that are over are read again when devices are merged', async () => {
  const daemon = new ServedDaemon('2026-11-18T09:00:00Z').use(phone, 6 * million).midnight();
  daemon.use(tablet, 5 * million);
  const flow = await watch(daemon, { period: 'week', devices: [tablet] });
  await flow.badge(({ text }) => text?.startsWith('50 %') === true);
  daemon.ask('device/merge', { device: phone, into: tablet });
  daemon.tell();
  expect(await flow.count(exceeded, 1)).toMatchObject([{ payload: { used: 11 * million } }]);
});

test('check tells how each stands, reset tells again', async () => {
  const daemon = new ServedDaemon().use(phone, 9 * million).use(tablet, million);
  const flow = await watch(daemon, { devices: [] });
  await flow.count(warning, 1);
  await flow.knows(tablet);
  flow.send({ action: 'check', mine: 1 });
  expect(await flow.count(normal, 1)).toMatchObject([{ topic: tablet, mine: 1 }]);
  expect(await flow.count(warning, 2)).toMatchObject([{}, { topic: phone, mine: 1 }]);
  flow.send({ action: 'reset', device: tablet });
  flow.send({ action: 'reset', device: { id: phone } });
  expect(await flow.count(warning, 3)).toMatchObject([{}, {}, { topic: phone }]);
});

test('a msg.device that is empty means all that the node watches', async () => {
  const flow = await watch(new ServedDaemon().use(phone, 9 * million));
  await flow.count(warning, 1);
  flow.send({ action: 'check', device: '' });
  flow.send({ action: 'check', device: null });
  expect(await flow.count(warning, 3)).toMatchObject([{}, { device: '' }, { device: null }]);
});

test('msg.limit changes the limit until the next deploy', async () => {
  const daemon = new ServedDaemon().use(phone, 9 * million);
  const flow = await watch(daemon, { warningPercent: 0 });
  await flow.knows('network');
  flow.send({ limit: 5 });
  expect(shares(await flow.count(exceeded, 1))).toEqual([['network', 180]]);
  flow.send({ action: 'check' });
  expect(shares(await flow.count(exceeded, 2))).toHaveLength(2);
  await flow.deploy({ node: { name: 'x' } });
  expect(await flow.count(normal, 1)).toMatchObject([{ payload: { limit: 10 * million } }]);
});

test('the limit may come from a message or an environment variable', async () => {
  const daemon = new ServedDaemon().use(phone, 9 * million);
  process.env['LIMIT_OF_THIS_TEST'] = '9';
  const flow = await watch(daemon, { limit: 'payload.max', limitType: 'msg' });
  await flow.badge(({ fill }) => fill === 'grey');
  await flow.knows('network');
  flow.send({ payload: { max: '4.5' } });
  expect(shares(await flow.count(exceeded, 1))).toEqual([['network', 200]]);
  await flow.deploy({ node: { limit: 'LIMIT_OF_THIS_TEST', limitType: 'env' } });
  expect(shares(await flow.count(exceeded, 2))).toMatchObject([{}, ['network', 100]]);
});

test.each(['', 'much', '0', '-3'])('a limit of "%s" is told to Catch nodes', async (limit) => {
  const daemon = new ServedDaemon().use(phone, million);
  const flow = await watch(daemon, { limit });
  await flow.knows('network');
  expect(await flow.count('caught', 1)).toMatchObject([{ error: { code: 'LIMIT_INVALID' } }]);
  flow.send({ limit: 'x' });
  expect(await flow.count('caught', 2)).toMatchObject([
    {},
    { limit: 'x', error: { message: '"x" is no limit: use a number of MB above 0.' } },
  ]);
});

test('over HTTP a token to read does for weeks, too', async () => {
  const daemon = new ServedDaemon('2026-11-19T09:00:00Z').use(phone, 6 * million).midnight();
  daemon.use(phone, 5 * million);
  const way = { ...(await overHttp(daemon)), token: daemon.tokens['reader'] ?? '' };
  const flow = await startFlow({ ...limitNode, period: 'week' }, way);
  expect(await flow.count(exceeded, 1)).toMatchObject([{ payload: { used: 11 * million } }]);
});
