import { describe, expect, test } from 'vitest';
import {
  aedesBroker,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../support/broker.ts';
import { openCable } from '../support/cable.ts';
import { watchBroker } from '../support/watcher.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { laptop, sampleReport } from '../support/sample-report.ts';
import {
  eventOf,
  expectSound,
  laptopTopic,
  lastTopic,
  later,
  named,
  publisherFor,
  withName,
} from './publication.ts';

const kinds: [name: string, create: () => Promise<TestBroker>][] = [
  ['a broker of MQTT 3.1.1', aedesBroker],
];
if (mosquittoMissing === undefined) kinds.push(['Mosquitto', () => mosquittoBroker()]);

const idOf = (payload: string): number => (JSON.parse(payload) as { id: number }).id;

describe.each(kinds)('with %s', (_name, create) => {
  test('events are told in order, not retained', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    for (let id = 1; id <= 50; id++) publisher.tell(eventOf(id));
    const events = await watcher.count('lanledger/event', 50);
    expect(events.map(({ payload }) => idOf(payload))).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    const late = later(await watchBroker(broker.port));
    await late.until(lastTopic, () => true);
    await late.publish('marker', 'end');
    await late.until('marker', 'end');
    expect(late.messages.map(({ topic }) => topic)).not.toContain('lanledger/event');
    expectSound(watcher.messages);
  });

  test('after a long outage the newest states and the last 100 events are sent', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show, log, lines } = publisherFor(cable.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    cable.cut();
    await log.until('was lost');
    for (let i = 1; i <= 1000; i++) {
      show(withName(`Name ${i}`));
      publisher.tell(eventOf(i));
    }
    const before = watcher.messages.length;
    cable.mend();
    await watcher.until(laptopTopic, named('Name 1000'));
    const events = await watcher.count('lanledger/event', 100);
    await watcher.publish('marker', 'end');
    await watcher.until('marker', 'end');
    expect(events.map(({ payload }) => idOf(payload))).toEqual(
      Array.from({ length: 100 }, (_, i) => 901 + i),
    );
    const after = watcher.messages.slice(before).map(({ topic }) => topic);
    expect(after.filter((topic) => topic === laptopTopic)).toHaveLength(1);
    expect(lines).toContain(
      'warn: Events were not published (900): the MQTT broker was away, and only the last 100 are kept.',
    );
  });

  test('an event that was not acknowledged is sent again', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, log } = publisherFor(cable.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    cable.swallow();
    publisher.tell(eventOf(7));
    cable.cut();
    await log.until('was lost');
    cable.mend();
    const [event] = await watcher.count('lanledger/event', 1);
    expect(idOf(event!.payload)).toBe(7);
  });

  test('events older than an hour are not sent late', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    cable.cut();
    const clock = new ManualClock('2026-11-20T10:00:00Z');
    const { publisher } = publisherFor(cable.port, { clock });
    await publisher.start();
    publisher.tell(eventOf(1));
    clock.pass(1_800_000);
    publisher.tell(eventOf(2));
    clock.pass(1_800_000);
    const watcher = later(await watchBroker(broker.port));
    cable.mend();
    const [event] = await watcher.count('lanledger/event', 1);
    expect(idOf(event!.payload)).toBe(2);
  });

  test('topics of devices and groups that went while nobody was there are cleared', async () => {
    const broker = later(await create());
    await broker.start();
    const watcher = later(await watchBroker(broker.port));
    const orphans = ['lanledger/device/deadbeef0000', 'lanledger/group/g9'];
    const others = ['lanledger/device/deep/er', 'elsewhere/device/deadbeef0000', 'lanledger/own'];
    for (const topic of [...orphans, ...others])
      await watcher.publish(topic, '{}', { retain: true });
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    const publishing = setInterval(() => publisher.publish(), 5);
    for (const orphan of orphans) await watcher.until(orphan, '');
    clearInterval(publishing);
    await watcher.until(lastTopic, () => true);
    await watcher.publish('marker', 'end');
    await watcher.until('marker', 'end');
    const cleared = watcher.messages.filter(({ payload }) => payload === '');
    expect(cleared.map(({ topic }) => topic)).toEqual(orphans);
  });

  test('a device that went during an outage is cleared after it', async () => {
    const broker = later(await create());
    await broker.start();
    const cable = later(await openCable(broker.port));
    const watcher = later(await watchBroker(broker.port));
    const { publisher, show, log } = publisherFor(cable.port);
    await publisher.start();
    publisher.publish();
    await watcher.until(lastTopic, () => true);
    cable.cut();
    await log.until('was lost');
    show(sampleReport({ devices: [laptop] }));
    cable.mend();
    await watcher.until(lastTopic, '');
    await watcher.until(laptopTopic, named('Laptop'));
  });
});

test.skipIf(mosquittoMissing !== undefined)(
  'with MQTT 5 an event expires an hour after it happened',
  async () => {
    const broker = later(await mosquittoBroker());
    await broker.start();
    const watcher = later(await watchBroker(broker.port, { protocolVersion: 5 }));
    const clock = new ManualClock('2026-11-20T10:00:00Z');
    const { publisher } = publisherFor(broker.port, { clock });
    publisher.tell(eventOf(1));
    clock.pass(600_000);
    await publisher.start();
    const [event] = await watcher.count('lanledger/event', 1);
    expect(event!.properties.messageExpiryInterval).toBe(3000);
  },
);
