import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';
import {
  aedesBroker,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../support/broker.ts';
import { openCable } from '../support/cable.ts';
import { watchBroker } from '../support/watcher.ts';
import { laptop, router, sampleReport } from '../support/sample-report.ts';
import {
  allTopics,
  expectSound,
  laptopTopic,
  lastTopic,
  later,
  named,
  publisherFor,
  withName,
} from './publication.ts';

if (mosquittoMissing !== undefined) {
  console.warn(`The MQTT tests with Mosquitto are skipped: ${mosquittoMissing}.`);
}

const kinds: [name: string, protocol: string, create: () => Promise<TestBroker>][] = [
  ['a broker of MQTT 3.1.1', '3.1.1', aedesBroker],
];
if (mosquittoMissing === undefined) kinds.push(['Mosquitto', '5', () => mosquittoBroker()]);

describe.each(kinds)('with %s', (_name, protocol, create) => {
  test('every state is there for whoever comes later', async () => {
    const broker = later(await create());
    await broker.start();
    const { publisher, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    const early = later(await watchBroker(broker.port));
    await early.until(lastTopic, () => true);

    const late = later(await watchBroker(broker.port));
    await late.until(laptopTopic, named('Laptop'));
    for (const topic of allTopics) await late.until(topic, () => true);
    await late.publish('marker', 'end');
    await late.until('marker', 'end');
    const seen = late.messages.filter(({ topic }) => topic !== 'marker');
    expect(seen.map(({ topic }) => topic).toSorted()).toEqual(allTopics);
    expect(seen.every(({ retained }) => retained)).toBe(true);
    expect(seen.find(({ topic }) => topic === 'lanledger/status')?.payload).toBe('online');
    expect(lines).toEqual([
      `info: Connected to the MQTT broker at 127.0.0.1:${broker.port} (MQTT ${protocol}).`,
    ]);
    expectSound(late.messages.slice(0, -1));
  });

  test('only what has changed is sent', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    const before = watcher.messages.length;
    publisher.publish();
    show(sampleReport({ at: sampleReport().at + 1000 }));
    show(withName('Renamed'));
    await watcher.until(laptopTopic, named('Renamed'));
    expect(watcher.messages.slice(before).map(({ topic }) => topic)).toEqual([
      'lanledger/network',
      'lanledger/devices',
      laptopTopic,
    ]);
  });

  test('the topic of a device that is gone is cleared', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(laptopTopic, named('Laptop'));
    show(sampleReport({ devices: [router] }));
    await watcher.until(laptopTopic, '');
    await watcher.until(lastTopic, '');

    const late = later(await watchBroker(broker.port));
    const left = allTopics.filter((topic) => topic !== laptopTopic && topic !== lastTopic);
    for (const topic of left) await late.until(topic, () => true);
    await late.publish('marker', 'end');
    await late.until('marker', 'end');
    expect(late.messages.map(({ topic }) => topic).toSorted()).toEqual([...left, 'marker']);
  });

  test('a cut connection shows as offline, and comes back by itself', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show, lines } = publisherFor(cable.port);
    await publisher.start();
    publisher.publish();
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Laptop'));
    cable.cut();
    await watcher.until('lanledger/status', 'offline');
    show(withName('Changed meanwhile'));
    await cable.connection(5);
    cable.mend();
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Changed meanwhile'));
    cable.cut();
    await watcher.until('lanledger/status', 'offline');
    await cable.connection(8);
    const name = `127.0.0.1:${cable.port}`;
    expect(lines).toEqual([
      `info: Connected to the MQTT broker at ${name} (MQTT ${protocol}).`,
      `warn: The MQTT broker at ${name} was lost: it closed the connection. Trying again until it works.`,
      `info: Connected to the MQTT broker at ${name} (MQTT ${protocol}).`,
      `warn: The MQTT broker at ${name} was lost: it closed the connection. Trying again until it works.`,
    ]);
  });

  test('a broker that is not there yet is waited for, with one line in the log', async () => {
    const broker = later(await create());
    const { publisher, show, log, lines } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    show(withName('Newest'));
    await log.until('nothing listens there');
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    await watcher.until('lanledger/status', 'online');
    await watcher.until(laptopTopic, named('Newest'));
    const name = `127.0.0.1:${broker.port}`;
    expect(lines).toEqual([
      `warn: The MQTT broker at ${name} cannot be reached: nothing listens there. Trying again until it works.`,
      `info: Connected to the MQTT broker at ${name} (MQTT ${protocol}).`,
    ]);
  });

  test('a broker that forgot everything gets everything again', async () => {
    const broker = later(await create());
    await broker.start();
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    const before = later(await watchBroker(broker.port));
    await before.until(lastTopic, () => true);
    await before.close();
    await broker.stop();
    show(withName('While it was down'));
    await broker.start();
    const after = later(await watchBroker(broker.port));
    await after.until(laptopTopic, named('While it was down'));
    await after.until(lastTopic, () => true);
    expect([...new Set(after.messages.map(({ topic }) => topic))].toSorted()).toEqual(allTopics);
  });

  test('a clean stop delivers the last states, says offline once and ends', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until('lanledger/status', 'online');
    const many = Array.from({ length: 60 }, (_, i) => ({ ...laptop, id: `device${i}` }));
    show(sampleReport({ devices: [...many, { ...laptop, name: 'Last words' }] }));
    await publisher.stop();
    await publisher.stop();
    publisher.publish();
    await watcher.until(laptopTopic, named('Last words'));
    await watcher.until('lanledger/status', 'offline');
    await watcher.publish('marker', 'end');
    await watcher.until('marker', 'end');
    expect(watcher.messages.slice(-2).map(({ topic }) => topic)).toEqual([
      'lanledger/status',
      'marker',
    ]);
    expect(watcher.messages.filter(({ payload }) => payload === 'offline')).toHaveLength(1);
  });

  test('a stop tells what happened since the last publication', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, prepare } = publisherFor(broker.port, {
      homeAssistant: { minimumChangeBytes: 1e9 },
    });
    await publisher.start();
    publisher.publish();
    await watcher.until(laptopTopic, named('Laptop'));
    const today = { ...laptop.today, download: laptop.today.download + 1 };
    prepare(sampleReport({ devices: [{ ...laptop, today }] }));
    await publisher.stop();
    await watcher.until(laptopTopic, (payload) => payload.includes('"download":2501'));
  });

  test('leaves another daemon alone, whose machine has the same name and whose topics another base', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher, lines } = publisherFor(broker.port);
    await publisher.start();
    await watcher.until('lanledger/status', 'online');
    const other = publisherFor(broker.port, { config: { baseTopic: 'other' } });
    await other.publisher.start();
    await watcher.until('other/status', 'online');
    await watcher.publish('lanledger/request/health', '');
    await watcher.until('lanledger/response/health', () => true);
    expect(lines.filter((line) => line.includes('was lost'))).toEqual([]);
  });

  test('the will of a connection left over does not override the new online', async () => {
    const broker = later(await create());
    await broker.start();
    const leftOver = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      clientId: 'lanledger-test',
      reconnectPeriod: 0,
      will: { topic: 'lanledger/status', payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    const watcher = later(await watchBroker(broker.port));
    const closed = new Promise((resolve) => leftOver.once('close', () => resolve(undefined)));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    await closed;
    await watcher.until('lanledger/status', 'online');
    await publisher.stop();
    await watcher.until('lanledger/status', 'offline');
    expect(watcher.messages.map(({ payload }) => payload)).toEqual([
      'offline',
      'online',
      'offline',
    ]);
  });
});
