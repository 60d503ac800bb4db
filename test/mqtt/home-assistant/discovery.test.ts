import { describe, expect, test } from 'vitest';
import type { DeviceReport } from '../../../src/model/report.ts';
import { watchBroker } from '../../support/watcher.ts';
import { sampleReport } from '../../support/sample-report.ts';
import { eventOf, later, publisherFor } from '../publication.ts';

import {
  kinds,
  tabletDocument,
  daemonDocument,
  home,
  homeDocuments,
  documentTopic,
  manyDevices,
  describing,
  settle,
  countByTopic,
  documentsIn,
  called,
  isDocument,
  expectAccepted,
} from './describing.ts';

const readsFrom = (baseTopic: string) => (payload: string) =>
  payload.includes(`"avty_t":"${baseTopic}/status"`);

describe.each(kinds)('with %s', (_name, create) => {
  async function start() {
    const broker = later(await create());
    await broker.start();
    return { broker, watcher: later(await watchBroker(broker.port)) };
  }

  test('200 devices with all their entities, in one burst', async () => {
    const { broker, watcher } = await start();
    const devices = manyDevices(200);
    const { publisher } = await describing(broker.port, sampleReport({ devices }));
    publisher.tell(eventOf(1));
    const topics = ['daemon', 'network', ...devices.map(({ id }) => id)].map(documentTopic);
    for (const topic of topics) await watcher.until(topic, isDocument);
    await settle(watcher);
    const states = devices.map(({ id }) => `lanledger/device/${id}`);
    const others = ['devices', 'event', 'health', 'info', 'limits', 'network', 'status'];
    const expected = [...topics, ...states, ...others.map((name) => `lanledger/${name}`)];
    expect(countByTopic(watcher)).toEqual(Object.fromEntries(expected.map((topic) => [topic, 1])));
    expectAccepted(watcher);

    const before = watcher.messages.length;
    await watcher.publish('homeassistant/status', 'online');
    await watcher.publish('homeassistant/status', 'online');
    for (const topic of topics) await watcher.count(topic, 2);
    await settle(watcher);
    expect(documentsIn(countByTopic(watcher, before))).toEqual(
      Object.fromEntries(topics.map((topic) => [topic, 1])),
    );
  });

  test('a broker that forgot everything gets everything once more', async () => {
    const { broker, watcher } = await start();
    await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    await watcher.close();
    await broker.stop();
    await broker.start();
    const after = later(await watchBroker(broker.port));
    for (const topic of homeDocuments) await after.until(topic, isDocument);
    await after.until('lanledger/device/3c22fb000001', () => true);
    await settle(after);
    expect(documentsIn(countByTopic(after))).toEqual(
      Object.fromEntries(homeDocuments.map((topic) => [topic, 1])),
    );
    expectAccepted(after);
  });

  test('after a restart nothing is described again that the broker still has', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    await first.publisher.stop();
    const before = watcher.messages.length;
    await describing(broker.port, home({ name: 'Renamed meanwhile' }));
    await watcher.until(tabletDocument, called('Renamed meanwhile'));
    await settle(watcher);
    expect(documentsIn(countByTopic(watcher, before))).toEqual({ [tabletDocument]: 1 });
  });

  test('a rename is one more document, however often it changes meanwhile', async () => {
    const { broker, watcher } = await start();
    const { show } = await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
    for (let number = 1; number <= 20; number++) show(home({ name: `Name ${number}` }));
    await watcher.until(tabletDocument, called('Name 20'));
    await settle(watcher);
    const names = watcher.messages
      .filter(({ topic }) => topic === tabletDocument)
      .map(({ payload }) => (JSON.parse(payload) as { dev: { name: string } }).dev.name);
    expect(names.filter((name) => !['Tablet', 'Name 1', 'Name 20'].includes(name))).toEqual([]);
    expect(names.at(-1)).toBe('Name 20');
  });

  test('a device that is forgotten goes, with its state', async () => {
    const { broker, watcher } = await start();
    const { show } = await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
    show(sampleReport({ devices: [] }));
    await watcher.until(tabletDocument, '');
    await watcher.until('lanledger/device/3c22fb000001', '');
  });

  test('a device that was forgotten while nobody was there goes, others stay', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
    await first.publisher.stop();
    const foreign: [topic: string, payload: string][] = [
      [documentTopic('deadbeef0000'), '{"avty_t":"another/status","cmps":{}}'],
      [documentTopic('deadbeef0001'), 'no JSON'],
      ['homeassistant/device/other/config', '{"avty_t":"lanledger/status","cmps":{}}'],
    ];
    for (const [topic, payload] of foreign) await watcher.publish(topic, payload, { retain: true });
    const { publisher } = await describing(broker.port, sampleReport({ devices: [] }));
    await watcher.until(tabletDocument, '');
    publisher.publish();
    await watcher.until('lanledger/device/3c22fb000001', '');
    await settle(watcher);
    const cleared = watcher.messages.filter(({ payload }) => payload === '');
    expect(cleared.map(({ topic }) => topic).toSorted()).toEqual(
      [tabletDocument, 'lanledger/device/3c22fb000001'].toSorted(),
    );
  });

  test('entities of an older version are reduced first, and then left out', async () => {
    const { broker, watcher } = await start();
    const old = {
      avty_t: 'lanledger/status',
      cmps: { speed: { p: 'sensor', uniq_id: 'x' }, online: { p: 'switch', uniq_id: 'y' } },
    };
    await watcher.publish(tabletDocument, JSON.stringify(old), { retain: true });
    await describing(broker.port, home());
    const documents = await watcher.count(tabletDocument, 3);
    const [, reduced, final] = documents.map(
      ({ payload }) => (JSON.parse(payload) as { cmps: Record<string, object> }).cmps,
    );
    expect(reduced?.['speed']).toEqual({ p: 'sensor' });
    expect(reduced?.['online']).toEqual({ p: 'switch' });
    expect(Object.keys(final ?? {})).not.toContain('speed');
    expect(final?.['online']).toMatchObject({ p: 'binary_sensor', name: 'Online' });
    await settle(watcher);
    expect(countByTopic(watcher)[tabletDocument]).toBe(3);
  });

  test('what the user removes in Home Assistant stays removed until it gets a new name', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
    await watcher.publish(tabletDocument, '', { retain: true });
    await watcher.until('lanledger/dismissed', '{"lanledger_3c22fb000001":"Tablet"}');
    const before = watcher.messages.length;
    first.show(home({ online: false }));
    const more = await watcher.count(daemonDocument, 1);
    await watcher.publish('homeassistant/status', 'online');
    await watcher.count(daemonDocument, more.length + 1);
    await first.publisher.stop();
    await watcher.until('lanledger/status', 'offline');

    const second = await describing(broker.port, home({ nameSource: 'dhcp', name: 'tablet-7' }));
    await watcher.until('lanledger/status', 'online');
    await watcher.publish('homeassistant/status', 'online');
    await watcher.count(daemonDocument, more.length + 2);
    await settle(watcher);
    const documents = watcher.messages
      .slice(before)
      .filter(({ topic }) => topic === tabletDocument);
    expect(documents.filter(({ payload }) => payload !== '')).toEqual([]);

    second.show(home({ name: 'Kitchen tablet' }));
    await watcher.until(tabletDocument, called('Kitchen tablet'));
    await watcher.until('lanledger/dismissed', '');
    expect(first.lines).toContain(
      'info: Tablet was removed in Home Assistant: it is not described there any more, until it is renamed or discovery is switched off and on.',
    );
    expectAccepted(watcher);
  });

  test('switched off, everything goes; switched on, everything is back, the removed too', async () => {
    const { broker, watcher } = await start();
    const { publisher, homeAssistant } = await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    await watcher.publish(tabletDocument, '', { retain: true });
    await watcher.until('lanledger/dismissed', (payload) => payload !== '');
    homeAssistant.discovery = false;
    publisher.publish();
    for (const topic of homeDocuments) await watcher.until(topic, '');
    await watcher.until('lanledger/dismissed', '');
    homeAssistant.discovery = true;
    publisher.publish();
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
  });

  test('switched off by one run and on by the next, the removed is back', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
    await watcher.publish(tabletDocument, '', { retain: true });
    await watcher.until('lanledger/dismissed', (payload) => payload !== '');
    await first.publisher.stop();
    const second = await describing(broker.port, home(), { discovery: false });
    await watcher.until('lanledger/dismissed', '');
    await second.publisher.stop();
    await describing(broker.port, home());
    await watcher.until(tabletDocument, isDocument);
  });

  test('what another LanLedger described, too, and describes no more, is described once more', async () => {
    const { broker, watcher } = await start();
    await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    const other = await describing(broker.port, home(), { baseTopic: 'other' });
    for (const topic of homeDocuments) await watcher.until(topic, readsFrom('other'));
    await other.publisher.stop();
    await describing(broker.port, home(), { baseTopic: 'other', discovery: false });
    for (const topic of homeDocuments) await watcher.until(topic, (payload) => payload === '');
    for (const topic of homeDocuments) await watcher.until(topic, readsFrom('lanledger'));
    expect(watcher.messages.filter(({ topic }) => topic === 'lanledger/dismissed')).toEqual([]);
  });

  test('switched off, it takes away no document that another LanLedger wrote since', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    const other = await describing(broker.port, home(), { baseTopic: 'other' });
    for (const topic of homeDocuments) await watcher.until(topic, readsFrom('other'));
    // By its answer, the first has seen them, too.
    await watcher.publish('lanledger/request/health', '');
    await watcher.until('lanledger/response/health', () => true);
    first.homeAssistant.discovery = false;
    first.publisher.publish();
    first.publisher.tell(eventOf(1));
    await watcher.until('lanledger/event', () => true);
    other.publisher.tell(eventOf(1));
    await watcher.until('other/event', () => true);
    await settle(watcher);
    expect(documentsIn(countByTopic(watcher))).toEqual(
      Object.fromEntries(homeDocuments.map((topic) => [topic, 2])),
    );
  });

  test('what is removed in Home Assistant takes no place of another device', async () => {
    const { broker, watcher } = await start();
    const devices = manyDevices(2);
    const topics = devices.map(({ id }) => documentTopic(id));
    await describing(broker.port, sampleReport({ devices }), { maximumDevices: 1 });
    await watcher.until(daemonDocument, isDocument);
    await settle(watcher);
    const [only = ''] = watcher.messages
      .filter(({ topic, payload }) => topics.includes(topic) && payload !== '')
      .map(({ topic }) => topic);
    const other = topics.find((topic) => topic !== only) ?? '';
    await watcher.publish(only, '', { retain: true });
    await watcher.until(other, isDocument);
  });

  test('switched off from the start, what an earlier run described goes', async () => {
    const { broker, watcher } = await start();
    const first = await describing(broker.port, home());
    for (const topic of homeDocuments) await watcher.until(topic, isDocument);
    await first.publisher.stop();
    const { publisher } = publisherFor(broker.port);
    await publisher.start();
    publisher.publish();
    for (const topic of homeDocuments) await watcher.until(topic, '');
  });

  test('whoever was described stays so after a restart, though others use more', async () => {
    const { broker, watcher } = await start();
    const [small, large] = manyDevices(2) as [DeviceReport, DeviceReport];
    const used = (device: DeviceReport, download: number) => ({
      ...device,
      month: { ...device.month, download },
    });
    const options = { homeAssistant: { discovery: true, maximumDevices: 1 } };
    const first = publisherFor(broker.port, options);
    await first.publisher.start();
    first.show(sampleReport({ devices: [used(small, 2e6), used(large, 1e6)] }));
    await watcher.until(documentTopic(small.id), isDocument);
    await first.publisher.stop();
    await watcher.until('lanledger/status', 'offline');
    const second = publisherFor(broker.port, options);
    await second.publisher.start();
    second.show(sampleReport({ devices: [used(small, 2e6), used(large, 9e8)] }));
    await watcher.until('lanledger/status', 'online');
    await watcher.publish('homeassistant/status', 'online');
    await watcher.count(documentTopic(small.id), 2);
    expect(countByTopic(watcher)[documentTopic(large.id)]).toBeUndefined();
    second.show(sampleReport({ devices: [used(small, 2e6), used(large, 2e9)] }));
    await watcher.until(documentTopic(large.id), isDocument);
    await watcher.until(documentTopic(small.id), '');
  });
});
