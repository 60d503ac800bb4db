import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startFlow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overHttp, overMqtt } from './ways.ts';

const historyNode = {
  type: 'lanledger-history',
  devices: [],
  range: 'days',
  days: 7,
  group: 'day',
};

// This machine is a day ahead, and in another time zone: days are LanLedger's.
beforeEach(() => {
  vi.stubEnv('TZ', 'America/Los_Angeles');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Traffic on Thursday, 19 November, and on Friday; the phone is called Anna. */
function home(): ServedDaemon {
  const daemon = new ServedDaemon('2026-11-19T09:00:00Z');
  daemon.use(phone, 1_000, 100).use(tablet, 50).midnight();
  daemon.use(phone, 7);
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  return daemon;
}

/** Day, device and bytes. */
const short = ({ payload }: Received) =>
  (payload as { date: string; device: string; total: number }[]).map(
    ({ date, device, total }) => `${date} ${device} ${total}`,
  );

test.each(eachWay)('over %s: rows of days, oldest first', async (_name, open) => {
  const flow = await startFlow(historyNode, await open(home()));
  const answer = await flow.ask({ topic: 'mine' });
  expect(answer).toMatchObject({
    topic: 'mine',
    range: { from: '2026-11-14', to: '2026-11-20', group: 'day', timeZone: 'Europe/Berlin' },
  });
  expect((answer.payload as object[])[0]).toEqual({
    t: Date.parse('2026-11-18T23:00:00Z'),
    date: '2026-11-19',
    device: phone,
    name: 'Anna',
    download: 1_000,
    upload: 100,
    total: 1_100,
  });
  expect(short(answer)).toEqual([
    `2026-11-19 ${phone} 1100`,
    `2026-11-19 ${tablet} 50`,
    `2026-11-20 ${phone} 7`,
  ]);
});

test.each([
  [{ range: 'today' }, {}, [`2026-11-20 ${phone} 7`]],
  [{ range: 'yesterday', devices: [tablet] }, {}, [`2026-11-19 ${tablet} 50`]],
  [{ range: 'month', group: 'month', devices: ['anna'] }, {}, [`2026-11-01 ${phone} 1107`]],
  [{ range: 'last-month' }, {}, []],
  [
    { range: 'dates', from: '2026-11-19', to: '2026-11-19', devices: ['network'] },
    {},
    ['2026-11-19 network 1150'],
  ],
  [{ group: 'week' }, {}, [`2026-11-16 ${phone} 1107`, `2026-11-16 ${tablet} 50`]],
  [{ group: 'device' }, {}, [`2026-11-14 ${phone} 1107`, `2026-11-14 ${tablet} 50`]],
  [
    { range: 'yesterday', group: 'hour' },
    {},
    [`2026-11-19 10:00 ${phone} 1100`, `2026-11-19 10:00 ${tablet} 50`],
  ],
  [{}, { device: 'Anna', days: '1' }, [`2026-11-20 ${phone} 7`]],
  [{}, { device: [{ id: tablet }], from: '2026-11-19' }, [`2026-11-19 ${tablet} 50`]],
  [
    {},
    { to: '2026-11-19', group: 'device' },
    [`2026-11-19 ${phone} 1100`, `2026-11-19 ${tablet} 50`],
  ],
])('with %j and a message of %j', async (node, message, expected) => {
  const flow = await startFlow({ ...historyNode, ...node }, await overMqtt(home()));
  expect(short(await flow.ask(message))).toEqual(expected);
});

test.each([
  Date.parse('2026-11-19T23:30:00Z'),
  new Date('2026-11-19T23:30:00Z'),
  '2026-11-19T23:30:00Z',
  '2026-11-20T08:30:00+09:00',
  // Without an offset it is the local time already.
  '2026-11-20 00:30',
  '2026-11-20T23:30:00',
])("from %j is from LanLedger's local day on", async (from) => {
  const flow = await startFlow(historyNode, await overMqtt(home()));
  expect(short(await flow.ask({ from, device: 'network' }))).toEqual(['2026-11-20 network 7']);
});

test('a group is its devices', async () => {
  const daemon = home();
  daemon.ask('group/set', { name: 'Kids', devices: [tablet] });
  const flow = await startFlow({ ...historyNode, devices: ['kids'] }, await overHttp(daemon));
  expect(short(await flow.ask({}))).toEqual([`2026-11-19 ${tablet} 50`]);
});

test('what the nodes send as msg.group says whose history', async () => {
  const daemon = home();
  const group = daemon.ask('group/set', { name: 'Kids', devices: [tablet] });
  const flow = await startFlow(historyNode, await overHttp(daemon));
  expect(short(await flow.ask({ group }))).toEqual([`2026-11-19 ${tablet} 50`]);
});

test.each(eachWay)('over %s: a name may have a comma', async (_name, open) => {
  const daemon = home();
  daemon.ask('device/rename', { device: tablet, name: 'Tablet, kitchen' });
  const node = { ...historyNode, devices: ['Tablet, kitchen', 'anna'], range: 'yesterday' };
  const flow = await startFlow(node, await open(daemon));
  await flow.knows(tablet);
  expect(short(await flow.ask({}))).toEqual([
    `2026-11-19 ${phone} 1100`,
    `2026-11-19 ${tablet} 50`,
  ]);
});

test('a chart has zeros where nothing was used', async () => {
  const node = { ...historyNode, days: 3, format: 'chart' };
  const flow = await startFlow(node, await overHttp(home()));
  expect(short(await flow.ask({}))).toEqual([
    `2026-11-18 ${phone} 0`,
    `2026-11-18 ${tablet} 0`,
    `2026-11-19 ${phone} 1100`,
    `2026-11-19 ${tablet} 50`,
    `2026-11-20 ${phone} 7`,
    `2026-11-20 ${tablet} 0`,
  ]);
});

test.each([
  ['no device', { device: 'nobody' }, 'DEVICE_UNKNOWN'],
  ['a device that is a number', { device: 5 }, 'DEVICE_INVALID'],
  ['a device without an id', { device: { name: 'Anna' } }, 'DEVICE_INVALID'],
  ['no day', { from: 'soon' }, 'RANGE_INVALID'],
  ['no number of days', { days: 'x' }, 'RANGE_INVALID'],
  ['no grouping', { group: 'year' }, 'GROUP_INVALID'],
  ['a property of every object', { group: 'toString' }, 'GROUP_INVALID'],
  ['an end before the beginning', { from: '2026-11-20', to: '2026-11-19' }, 'REQUEST_INVALID'],
])('a Catch node learns of %s', async (_name, message, code) => {
  const flow = await startFlow(historyNode, await overMqtt(home()));
  await flow.knows(phone);
  const caught = await flow.ask(message, 'caught');
  expect(caught['error']).toMatchObject({
    code,
    message: expect.stringMatching(/^[A-Za-z0-9"{].*\.$/) as string,
  });
});
