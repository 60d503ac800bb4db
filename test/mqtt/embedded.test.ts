import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { IClientOptions } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { watchBroker } from '../support/watcher.ts';
import { later } from './publication.ts';

import { broker, client, ended, portOf, socketTo } from './embedded-broker.ts';

test('it listens where it is told to, or says why it cannot', async () => {
  const { port, url } = await broker({ host: '::1' });
  expect(url).toBe(`mqtt://[::1]:${port}`);
  await expect(broker({ host: '192.0.2.1', username: 'a', password: 'b' })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
  });
});

describe('what others may not do', () => {
  test.each([
    'lanledger/status',
    'lanledger/device/020000000101',
    'lanledger',
    '$SYS/x',
    'a\u0001b',
  ])('publish to %j', async (topic) => {
    const { port, url, account } = await broker();
    const own = later(await watchBroker(portOf(url), { ...account, clientId: 'lanledger-test' }));
    const intruder = await client(port);
    const end = ended(intruder);
    intruder.publish(topic, 'fake', { qos: 1, retain: true });
    await end;
    await own.publish('lanledger/marker', 'end');
    await own.until('lanledger/marker', 'end');
    expect(own.messages.map((message) => message.topic)).toEqual(['lanledger/marker']);
  });

  test('fake a state by a will', async () => {
    const { port, account } = await broker();
    const own = later(await watchBroker(port, { ...account, clientId: 'lanledger-test' }));
    const will = {
      topic: 'lanledger/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: true,
    };
    const other = { ...will, topic: 'elsewhere/status' };
    (await client(port, { will })).stream.destroy();
    (await client(port, { will: other })).stream.destroy();
    await own.until('elsewhere/status', 'offline');
    expect(own.messages.map(({ topic }) => topic)).toEqual(['elsewhere/status']);
  });

  test('take the client id of the daemon', async () => {
    const { port, account } = await broker();
    const own = await client(port, { ...account, clientId: 'lanledger-test' });
    await expect(client(port, { clientId: 'lanledger-test' })).rejects.toMatchObject({ code: 2 });
    expect(own.connected).toBe(true);
  });

  test('listen to $-topics, or to more than 200 filters at once', async () => {
    const { port } = await broker();
    const listener = await client(port);
    await expect(listener.subscribeAsync('$SYS/#')).rejects.toThrow();
    await expect(listener.subscribeAsync('$share/g/lanledger/#')).rejects.toThrow();
    for (let i = 0; i < 200; i++) await listener.subscribeAsync(`t/${i}`);
    await expect(listener.subscribeAsync('t/200')).rejects.toThrow();
    await listener.unsubscribeAsync('t/0');
    await listener.subscribeAsync('t/200');
  });

  test.each([
    ['a topic of 17 levels', Array.from({ length: 17 }, () => 'x').join('/')],
    ['a topic of 513 characters', 'x'.repeat(513)],
  ])('use %s', async (_what, topic) => {
    const { port } = await broker();
    const publisher = await client(port);
    const end = ended(publisher);
    publisher.publish(topic, 'x', { qos: 1 });
    await end;
  });

  test('send a packet of more than 256 KiB, however slowly', async () => {
    const { port } = await broker();
    const large = await client(port);
    await large.publishAsync('t', Buffer.alloc(262_100), { qos: 1 });
    const end = ended(large);
    large.publish('t', Buffer.alloc(262_144), { qos: 1 });
    await end;

    const raw = await socketTo(port);
    const closed = once(raw, 'close');
    // A CONNECT that says it has 256 MB.
    raw.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await closed;
  });

  test('leave a session behind that collects messages', async () => {
    const { port } = await broker();
    const options: IClientOptions = { clientId: 'sleeper', clean: false };
    const sleeper = await client(port, options);
    await sleeper.subscribeAsync('t', { qos: 1 });
    await sleeper.endAsync();
    const publisher = await client(port);
    await publisher.publishAsync('t', 'while away', { qos: 1 });
    const again = await client(port, options);
    const { connackPacket } = again as unknown as { connackPacket: { sessionPresent: boolean } };
    expect(connackPacket.sessionPresent).toBe(false);
  });

  test('fill the memory with retained messages', async () => {
    const { port, account } = await broker();
    const payload = Buffer.alloc(200_000);
    const hoarder = await client(port);
    let kept = 0;
    const end = ended(hoarder).then(() => 'ended');
    for (; kept < 100; kept++) {
      const sent = hoarder.publishAsync(`t/${kept}`, payload, { qos: 1, retain: true });
      if ((await Promise.race([sent.catch(() => 'ended'), end])) === 'ended') break;
    }
    // PUBACK comes before the next packet is judged.
    expect(kept).toBe(41);
    const own = await client(port, { ...account, clientId: 'lanledger-test' });
    await own.publishAsync('lanledger/devices', payload, { qos: 1, retain: true });

    const tidy = await client(port);
    for (let i = 0; i < 41; i++) await tidy.publishAsync(`t/${i}`, '', { qos: 1, retain: true });
    for (let i = 0; i < 1999; i++) tidy.publish(`u/${i}`, 'x', { retain: true });
    await tidy.publishAsync('marker', 'x', { qos: 1 });
    const full = ended(tidy);
    tidy.publish('u/1999', 'x', { retain: true });
    await full;
  });

  test('more than 200 of them', async () => {
    const { port } = await broker();
    const sockets: Socket[] = [];
    for (let i = 0; i < 200; i++) sockets.push(await socketTo(port));
    const surplus = await socketTo(port);
    await once(surplus, 'close');
    expect(sockets.every(({ destroyed }) => !destroyed)).toBe(true);
  });
});

test('retained requests of others are kept from nobody, but no other topic of the base', async () => {
  const { port } = await broker();
  const asking = await client(port);
  await asking.publishAsync('lanledger/request/health', '{}', { qos: 1, retain: true });
  expect(asking.connected).toBe(true);
});

test('a message of the daemon itself may be larger than those of others', async () => {
  const { port, account } = await broker();
  const watcher = later(await watchBroker(port));
  const own = await client(port, { ...account, clientId: 'lanledger-test' });
  const text = 'x'.repeat(1_000_000);
  await own.publishAsync('lanledger/response/usage', text, { qos: 1 });
  await watcher.until('lanledger/response/usage', (payload) => payload === text);
});

test('hostile bytes end their connection and nothing else', async () => {
  const { port, log } = await broker();
  let state = 1;
  const random = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  const hello = Buffer.from('100c00044d5154540402003c0000', 'hex');
  for (let round = 0; round < 300; round++) {
    const socket = await socketTo(port);
    const noise = Buffer.from(Array.from({ length: 1 + random(60) }, () => random(256)));
    if (round % 3 === 0)
      noise.writeUInt8(Math.min(noise.length - 1, 127), Math.min(1, noise.length - 1));
    socket.end(round % 2 === 0 ? Buffer.concat([hello, noise]) : noise);
    socket.resume();
    await once(socket, 'close');
  }
  const sane = await client(port);
  await sane.publishAsync('t', 'x', { qos: 1 });
  expect(log.lines).toEqual([]);
});
