import { expect, test } from 'vitest';
import { startFlow, type Flow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overBoth, overHttp, overMqtt } from './ways.ts';

const rateNode = { type: 'lanledger-rate', devices: [], seconds: 0, unit: 'bytes' };

function home(): ServedDaemon {
  const daemon = new ServedDaemon().use(phone, 1).use(tablet, 1);
  daemon.rates.set(phone, { download: 1_000, upload: 10 });
  return daemon;
}

const rates = (messages: readonly Received[]) =>
  messages.map(({ topic, payload }) => [topic, ...Object.values(payload as object)] as unknown[]);

/** The node hears of whatever is told from here on. */
async function ready(flow: Flow, daemon: ServedDaemon): Promise<void> {
  await flow.knows(phone);
  if (daemon.port > 0) await expect.poll(() => daemon.isWatched()).toBe(true);
}

test.each(eachWay)('over %s: rates come as they are', async (_name, open) => {
  const daemon = home();
  const flow = await startFlow(rateNode, await open(daemon));
  await ready(flow, daemon);
  daemon.tell();
  const message = await flow.until('out', ({ topic }) => topic === phone);
  expect(message).toMatchObject({
    payload: { download: 1_000, upload: 10 },
    device: { id: phone, mac: '02:00:00:00:77:01' },
  });
  daemon.rates.set(phone, { download: 7, upload: 0 });
  daemon.tell();
  await flow.until('out', ({ payload }) => (payload as { download: number }).download === 7);
  expect(await flow.badge(({ text }) => text === '7 B/s')).toMatchObject({ fill: 'green' });
});

test('of the network in bits, of a group as its sum', async () => {
  const daemon = home();
  daemon.ask('group/set', { name: 'Kids', devices: [phone, tablet] });
  daemon.rates.set(tablet, { download: 1, upload: 1 });
  const node = { ...rateNode, devices: ['network', 'Kids'], unit: 'bits' };
  const flow = await startFlow(node, await overHttp(daemon));
  await flow.knows('g1');
  await ready(flow, daemon);
  daemon.tell();
  expect(rates([await flow.until('out', ({ topic }) => topic === 'network')])).toEqual([
    ['network', 8_008, 88],
  ]);
  expect(rates([await flow.until('out', ({ topic }) => topic === 'g1')])).toEqual([
    ['g1', 8_008, 88],
  ]);
});

test('silence is told once', async () => {
  const daemon = home();
  const node = { ...rateNode, devices: [phone] };
  const flow = await startFlow(node, await overHttp(daemon));
  await ready(flow, daemon);
  daemon.rates.set(phone, { download: 9, upload: 9 });
  daemon.tell();
  await flow.until('out', ({ payload }) => (payload as { download: number }).download === 9);
  const count = flow.received('out').length;
  daemon.rates.clear();
  daemon.tell().tell().tell();
  daemon.rates.set(phone, { download: 5, upload: 5 });
  daemon.tell();
  const messages = await flow.count('out', count + 2);
  expect(rates(messages.slice(count))).toEqual([
    [phone, 0, 0],
    [phone, 5, 5],
  ]);
});

test('with a pause, the newest rate comes at its end', async () => {
  const daemon = home();
  const node = { ...rateNode, devices: [phone], seconds: 0.2 };
  const flow = await startFlow(node, await overMqtt(daemon));
  await flow.count('out', 1);
  for (const download of [1, 2, 3]) {
    daemon.rates.set(phone, { download, upload: 0 });
    daemon.tell();
  }
  expect(rates(await flow.count('out', 2)).at(-1)).toEqual([phone, 3, 0]);
});

test('with both ways, the live stream is open only while somebody listens', async () => {
  const daemon = home();
  const way = await overBoth(daemon);
  const flow = await startFlow(rateNode, way);
  await ready(flow, daemon);
  expect(daemon.isWatched()).toBe(true);
  await flow.deploy({ node: { type: 'lanledger-devices' } });
  await expect.poll(() => daemon.isWatched()).toBe(false);
});
