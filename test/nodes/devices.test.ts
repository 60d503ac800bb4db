import { expect, test } from 'vitest';
import { startFlow, type Received } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overHttp, overMqtt } from './ways.ts';

interface Row {
  id: string;
  name: string;
}

const idsOf = ({ payload }: Received) => (payload as Row[]).map(({ id }) => id);
const third = '020000007703';

/** The tablet used most today, the third device most ever, and only the phone is online. */
function home(): ServedDaemon {
  const daemon = new ServedDaemon('2026-11-19T09:00:00Z');
  daemon.use(third, 9_000).midnight();
  daemon.use(tablet, 700, 7).tell(3_600_000).use(phone, 20);
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  daemon.ask('device/rename', { device: third, name: 'Berta' });
  return daemon;
}

test.each(eachWay)('over %s: all devices are rows, whole at once', async (_name, open) => {
  const daemon = home();
  const flow = await startFlow({ type: 'lanledger-devices' }, await open(daemon));
  const answer = await flow.ask({ payload: 'now', topic: 'mine' });
  expect(idsOf(answer)).toEqual([tablet, phone, third]);
  expect(answer.topic).toBe('mine');
  expect((answer.payload as Row[])[0]).toEqual({
    id: tablet,
    mac: '02:00:00:00:77:02',
    name: 'Private 00:77:02',
    address: null,
    vendor: null,
    online: false,
    lastSeen: '2026-11-19T23:00:00.000Z',
    today: { download: 700, upload: 7, total: 707 },
    month: { download: 700, upload: 7, total: 707 },
    total: { download: 700, upload: 7, total: 707 },
  });
});

test.each([
  [{ sort: 'name' }, [phone, third, tablet]],
  [{ sort: 'total' }, [third, tablet, phone]],
  [{ sort: 'month' }, [third, tablet, phone]],
  [{ sort: 'lastSeen' }, [phone, tablet, third]],
  [{ include: 'online' }, [phone]],
  [{ include: 'active' }, [tablet, phone]],
])('with %j', async (node, expected) => {
  const flow = await startFlow({ type: 'lanledger-devices', ...node }, await overMqtt(home()));
  expect(idsOf(await flow.ask({}))).toEqual(expected);
});

test('hidden devices are left out unless they are wanted', async () => {
  const daemon = home();
  daemon.ask('device/hide', { device: tablet });
  const flow = await startFlow({ type: 'lanledger-devices' }, await overMqtt(daemon));
  expect(idsOf(await flow.ask({}))).toEqual([phone, third]);
  expect(idsOf(await flow.ask({ device: tablet }))).toEqual([tablet]);
  await flow.deploy({ node: { hidden: true } });
  expect(idsOf(await flow.ask({}))).toEqual([tablet, phone, third]);
});

test.each([
  ['an id', phone],
  ['a name', 'ANNA '],
  ['a MAC address', '02:00:00:00:77:01'],
  ['a row', { id: phone, name: 'x' }],
  ['a list', [{ mac: '02:00:00:00:77:01' }]],
])('msg.device narrows to one: %s', async (_name, device) => {
  const flow = await startFlow({ type: 'lanledger-devices' }, await overHttp(home()));
  expect(idsOf(await flow.ask({ device }))).toEqual([phone]);
});

test('one message for each device can be joined again', async () => {
  const node = { type: 'lanledger-devices', output: 'messages', sort: 'name' };
  const flow = await startFlow(node, await overMqtt(home()));
  flow.send({ _msgid: 'm1' });
  const messages = await flow.count('out', 3);
  expect(messages.map(({ topic }) => topic)).toEqual([phone, third, tablet]);
  expect(messages.map(({ parts }) => parts)).toEqual(
    [0, 1, 2].map((index) => ({ id: 'm1', type: 'array', index, count: 3, len: 1 })),
  );
});
