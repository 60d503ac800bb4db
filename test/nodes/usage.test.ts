import { expect, test } from 'vitest';
import { startFlow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overMqtt } from './ways.ts';

async function watchUsage(daemon: ServedDaemon, node: object) {
  return startFlow({ type: 'lanledger-usage', ...node }, await overMqtt(daemon));
}

const totals = (messages: readonly Received[]) =>
  messages.map(({ topic, payload }) => [topic, (payload as { total: number }).total]);

test.each(eachWay)('over %s: what is known is told at start', async (_name, open) => {
  const daemon = new ServedDaemon();
  daemon.use(phone, 1_000, 100).use(tablet, 5);
  const flow = await startFlow({ type: 'lanledger-usage' }, await open(daemon));
  const [first, second] = await flow.count('out', 2);
  expect(first).toMatchObject({
    topic: phone,
    payload: { date: '2026-11-20', period: 'today', download: 1_000, upload: 100, total: 1_100 },
    device: { id: phone, name: 'Private 00:77:01', mac: '02:00:00:00:77:01', vendor: null },
  });
  expect(second).toMatchObject({ topic: tablet, payload: { download: 5, upload: 0, total: 5 } });
  expect(await flow.badge(({ text }) => text === '5 B')).toMatchObject({ fill: 'green' });
});

test.each(eachWay)('over %s: a group and the network are told as sums', async (_name, open) => {
  const daemon = new ServedDaemon();
  daemon.use(phone, 1_000).use(tablet, 200).use('020000007703', 30);
  daemon.ask('group/set', { name: 'Children', devices: [phone, tablet] });
  const devices = ['Network', 'children'];
  const flow = await startFlow({ type: 'lanledger-usage', devices }, await open(daemon));
  const messages = await flow.count('out', 2);
  expect(Object.fromEntries(totals(messages))).toEqual({ network: 1_230, g1: 1_200 });
  const group = messages.find(({ topic }) => topic === 'g1');
  expect(group).toMatchObject({ group: { id: 'g1', name: 'Children' } });
  expect(messages.some((message) => 'device' in message)).toBe(false);
});

test('every update that is more is told, and nothing else', async () => {
  const daemon = new ServedDaemon();
  const flow = await watchUsage(daemon.use(phone, 1), { devices: ['Private 00:77:01'] });
  await flow.count('out', 1);
  daemon.ask('device/rename', { device: phone, name: 'Phone' });
  daemon.tell().use(tablet, 7).use(phone, 2);
  const { connection } = flow.node('server');
  await expect.poll(() => connection?.targets.get(phone)).toMatchObject({ total: { download: 3 } });
  // By its id the node would go on; by its old name it does not.
  expect(totals(await flow.count('out', 1))).toEqual([[phone, 1]]);
  await flow.deploy({ node: { devices: [phone] } });
  expect(totals(await flow.count('out', 2))).toEqual([
    [phone, 1],
    [phone, 3],
  ]);
});

test('changes are told once they are large enough', async () => {
  const daemon = new ServedDaemon();
  const flow = await watchUsage(daemon.use(phone, 1), { when: 'change', bytes: '1000' });
  await flow.count('out', 1);
  daemon.use(phone, 999).use(phone, 1).use(phone, 500).use(phone, 500);
  expect(totals(await flow.count('out', 3))).toEqual([
    [phone, 1],
    [phone, 1_001],
    [phone, 2_001],
  ]);
});

test('a change is counted from the begin of its day or month, which alone is none', async () => {
  const daemon = new ServedDaemon();
  const node = { when: 'change', bytes: '1000', devices: [phone] };
  const flow = await watchUsage(daemon.use(phone, 5_000), node);
  await flow.count('out', 1);
  daemon.midnight().use(phone, 999).use(phone, 1);
  expect(totals(await flow.count('out', 2))).toEqual([
    [phone, 5_000],
    [phone, 1_000],
  ]);
  await flow.deploy({ node: { period: 'month' } });
  await flow.count('out', 3);
  daemon.midnight().use(phone, 999).use(phone, 1);
  expect(totals(await flow.count('out', 4)).slice(2)).toEqual([
    [phone, 6_000],
    [phone, 7_000],
  ]);
});

test('without output at start, only what comes after is told', async () => {
  const daemon = new ServedDaemon();
  const flow = await watchUsage(daemon.use(phone, 1), { atStart: false, period: 'total' });
  await flow.knows(phone);
  daemon.use(phone, 2);
  expect(await flow.count('out', 1)).toMatchObject([{ payload: { period: 'total', total: 3 } }]);
});

test('each day is told when it is over, with its last amounts', async () => {
  const daemon = new ServedDaemon();
  const flow = await watchUsage(daemon.use(phone, 1_000), { when: 'day-end', devices: [phone] });
  await flow.knows(phone);
  daemon.add({ device: phone, at: daemon.clock.now(), download: 50 }).midnight();
  daemon.use(phone, 7).midnight();
  expect(await flow.count('out', 2)).toMatchObject([
    { payload: { date: '2026-11-20', total: 1_050 } },
    { payload: { date: '2026-11-21', total: 7 } },
  ]);
});

test('at the end of a day the month is told as it was then', async () => {
  const daemon = new ServedDaemon('2026-11-29T09:00:00Z');
  const node = { when: 'day-end', period: 'month', devices: ['network'] };
  const flow = await watchUsage(daemon.use(phone, 1_000), node);
  await flow.knows('network');
  daemon.midnight().use(phone, 7).midnight().use(phone, 1).midnight();
  const payloads = (await flow.count('out', 3)).map(({ payload }) => payload);
  expect(payloads).toMatchObject([
    { date: '2026-11-29', period: 'month', total: 1_000 },
    { date: '2026-11-30', period: 'month', total: 1_007 },
    { date: '2026-12-01', period: 'month', total: 1 },
  ]);
});

test('hidden devices are told only where they are chosen', async () => {
  const daemon = new ServedDaemon();
  daemon.use(phone, 1).use(tablet, 2);
  daemon.ask('device/hide', { device: phone });
  const flow = await watchUsage(daemon, {});
  expect(totals(await flow.count('out', 1))).toEqual([[tablet, 2]]);
  await flow.deploy({ node: { devices: ['02:00:00:00:77:01'] } });
  expect(totals(await flow.count('out', 2))).toEqual([
    [tablet, 2],
    [phone, 1],
  ]);
});
