import { expect, test } from 'vitest';
import { startFlow } from './flow.ts';
import { phone, ServedDaemon, tablet } from './served-daemon.ts';
import { eachWay, overHttp, overMqtt } from './ways.ts';

const renameNode = { type: 'lanledger-rename', device: '', newName: '' };

function home(): ServedDaemon {
  return new ServedDaemon().use(phone, 1_000).use(tablet, 1);
}

const nameOf = (daemon: ServedDaemon, device: string) =>
  (daemon.ask('device', { device }) as { name: string }).name;

test.each(eachWay)('over %s: a device gets a name', async (_name, open) => {
  const daemon = home();
  const flow = await startFlow(renameNode, await open(daemon));
  const answer = await flow.ask({ device: phone, name: 'Anna', payload: 'kept nowhere' });
  expect(answer.payload).toMatchObject({ id: phone, name: 'Anna', today: { total: 1_000 } });
  expect(nameOf(daemon, phone)).toBe('Anna');
});

test.each([
  ['msg.mac and a payload of text', { mac: '02:00:00:00:77:01', payload: 'Anna' }],
  ['a row of a table', { payload: { id: phone, name: 'Anna', today: {} } }],
  ['a row with a MAC address', { payload: { mac: '02:00:00:00:77:01', name: 'Anna' } }],
  ['an edited cell', { payload: { device: phone, name: 'Anna' } }],
  ['an event of a device', { device: { id: phone, name: 'old' }, name: 'Anna', payload: {} }],
])('who and how come from %s', async (_name, message) => {
  const daemon = home();
  const flow = await startFlow(renameNode, await overMqtt(daemon));
  await flow.ask(message);
  expect(nameOf(daemon, phone)).toBe('Anna');
});

test('the message wins over what is set; an empty name takes the name away', async () => {
  const daemon = home();
  const node = { ...renameNode, device: phone, newName: 'Set' };
  const flow = await startFlow(node, await overMqtt(daemon));
  await flow.ask({ payload: 1 });
  expect(nameOf(daemon, phone)).toBe('Set');
  await flow.ask({ name: 'Said' });
  expect(nameOf(daemon, phone)).toBe('Said');
  await flow.ask({ name: '' });
  expect(nameOf(daemon, phone)).toBe('Private 00:77:01');
});

test.each([
  ['nobody is named', { name: 'Anna' }, 'DEVICE_MISSING', /msg\.device/],
  ['no name is said', { device: phone, payload: 7 }, 'NAME_MISSING', /msg\.name/],
  ['the payload is a list of rows', { payload: [{ id: phone }], name: 'X' }, 'DEVICE_MISSING', /./],
  ['the device is a number', { device: 5, name: 'X' }, 'DEVICE_INVALID', /^5 is no device/],
  ['there is no such device', { device: 'nobody', name: 'X' }, 'DEVICE_UNKNOWN', /"nobody"/],
  ['the name is taken', { device: phone, name: 'Taken' }, 'NAME_TAKEN', /Taken/],
  ['the name is too long', { device: phone, name: 'x'.repeat(65) }, 'REQUEST_INVALID', /64/],
])('a Catch node learns it when %s', async (_name, message, code, sentence) => {
  const daemon = home();
  daemon.ask('device/rename', { device: tablet, name: 'Taken' });
  const flow = await startFlow(renameNode, await overMqtt(daemon));
  await flow.knows(phone);
  const caught = await flow.ask(message, 'caught');
  const { message: told, code: given } = caught['error'] as { message: string; code: string };
  expect({ given, told }).toEqual({ given: code, told: expect.stringMatching(sentence) as string });
  expect(told).toMatch(/\.$/);
  expect(await flow.badge(({ fill }) => fill === 'red')).toMatchObject({ shape: 'ring' });
});

test('a token that may only read is refused in the words of the daemon', async () => {
  const daemon = home();
  const way = { ...(await overHttp(daemon)), token: daemon.tokens['reader'] ?? '' };
  const flow = await startFlow(renameNode, way);
  const caught = await flow.ask({ device: phone, name: 'Anna' }, 'caught');
  expect(caught['error']).toMatchObject({ message: expect.stringContaining('read') as string });
  expect(nameOf(daemon, phone)).toBe('Private 00:77:01');
});
