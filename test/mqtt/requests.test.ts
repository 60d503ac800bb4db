import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  aedesBroker,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../support/broker.ts';
import { watchBroker, type Watcher } from '../support/watcher.ts';
import {
  expectSound,
  lastTopic,
  later,
  publisherFor,
  type PublicationOptions,
} from './publication.ts';

const kinds: [name: string, create: () => Promise<TestBroker>][] = [
  ['a broker of MQTT 3.1.1', aedesBroker],
];
if (mosquittoMissing === undefined) kinds.push(['Mosquitto', () => mosquittoBroker()]);

/** A connected publisher, and a watcher at the same broker. */
async function connected(broker: TestBroker, options: PublicationOptions = {}, version: 4 | 5 = 4) {
  await later(broker).start();
  const watcher = later(await watchBroker(broker.port, { protocolVersion: version }));
  const publication = publisherFor(broker.port, options);
  await publication.publisher.start();
  publication.publisher.publish();
  await watcher.until(lastTopic, () => true);
  return { ...publication, watcher };
}

const answerTo = async (watcher: Watcher, command: string): Promise<unknown> =>
  JSON.parse(await watcher.until(`lanledger/response/${command}`, () => true));

describe.each(kinds)('with %s', (_name, create) => {
  test('a request is run and answered; its transaction comes back as it was', async () => {
    const { watcher, commands } = await connected(await create());
    await watcher.publish(
      'lanledger/request/device/rename',
      '{"device":"Laptop","transaction":{"id":[1,"x",null]},"name":"Kitchen"}',
    );
    expect(await answerTo(watcher, 'device/rename')).toEqual({
      status: 'ok',
      data: { command: 'device/rename' },
      transaction: { id: [1, 'x', null] },
    });
    await watcher.publish('lanledger/request/health', '');
    expect(await answerTo(watcher, 'health')).toEqual({
      status: 'ok',
      data: { command: 'health' },
    });
    await watcher.publish('lanledger/request/health/again', '{"transaction":false}');
    expect(await answerTo(watcher, 'health/again')).toMatchObject({ transaction: false });
    expect(commands).toEqual([
      ['device/rename', { device: 'Laptop', name: 'Kitchen' }],
      ['health', {}],
      ['health/again', {}],
    ]);
    expectSound(watcher.messages);
  });

  test('an error is answered with its code, sentence and field', async () => {
    const error = { code: 'NAME_TAKEN', message: 'Another device has that name.', field: 'name' };
    const { watcher } = await connected(await create(), {
      execute: () => ({ status: 'error', error: error as { code: 'NAME_TAKEN'; message: string } }),
    });
    await watcher.publish('lanledger/request/device/rename', '{"transaction":"t"}');
    expect(await answerTo(watcher, 'device/rename')).toEqual({
      status: 'error',
      error,
      transaction: 't',
    });
    expectSound(watcher.messages);
  });

  test('a retained request is ignored, with one line in the log', async () => {
    const broker = await create();
    await later(broker).start();
    const watcher = later(await watchBroker(broker.port));
    const request = 'lanledger/request/device/forget';
    await watcher.publish(request, '{"device":"Laptop"}', { retain: true });
    const { publisher, lines, commands } = publisherFor(broker.port);
    await publisher.start();
    await watcher.until('lanledger/status', 'online');
    await watcher.publish('lanledger/request/health', '');
    await watcher.until('lanledger/response/health', () => true);
    publisher.publish();
    publisher.publish();
    expect(commands.map(([command]) => command)).toEqual(['health']);
    expect(lines.slice(1)).toEqual([
      'warn: Retained MQTT requests were ignored (1): publish requests without retain, and clear those below lanledger/request/#.',
    ]);
    expect(watcher.messages.map(({ topic }) => topic)).not.toContain(
      'lanledger/response/device/forget',
    );
  });

  test('a burst of 10,000 requests is answered in part and counted, and the daemon goes on', async () => {
    const { watcher, commands, publisher, lines } = await connected(await create());
    for (let i = 0; i < 10_000; i++) {
      watcher.client.publish('lanledger/request/burst', `{"transaction":${i}}`, { qos: 0 });
    }
    await watcher.publish('lanledger/request/burst', '{"transaction":"end"}');
    // The last of the burst may have been refused: asks until there is room.
    const asking = setInterval(() => void watcher.publish('lanledger/request/after', ''), 20);
    onTestFinished(() => clearInterval(asking));
    await watcher.until('lanledger/response/after', () => true);
    clearInterval(asking);
    publisher.publish();
    const answered = watcher.messages.filter(({ topic }) => topic === 'lanledger/response/burst');
    const ran = commands.filter(([command]) => command === 'burst');
    expect(answered).toHaveLength(ran.length);
    expect(ran.length).toBeGreaterThan(0);
    const refused = Number(
      /warn: MQTT requests were ignored \((\d+)\)/.exec(lines.join('\n'))?.[1] ?? 0,
    );
    expect(refused + ran.length).toBeGreaterThanOrEqual(10_001);
    expect(publisher.state().connected).toBe(true);
  });
});

describe.skipIf(mosquittoMissing !== undefined)('with MQTT 5', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await mosquittoBroker();
  });

  test('the answer goes to the response topic, with the correlation data', async () => {
    const { watcher } = await connected(broker, {}, 5);
    const correlationData = Buffer.from([0, 255, 7]);
    await watcher.publish('lanledger/request/health', '{"transaction":1}', {
      properties: { responseTopic: 'somewhere/else', correlationData },
    });
    const [answer] = await watcher.count('somewhere/else', 1);
    expect(JSON.parse(answer!.payload)).toEqual({
      status: 'ok',
      data: { command: 'health' },
      transaction: 1,
    });
    expect(answer!.properties).toMatchObject({
      correlationData,
      contentType: 'application/json',
      messageExpiryInterval: 60,
      userProperties: { application: 'lanledger' },
    });
    expect(watcher.messages.map(({ topic }) => topic)).not.toContain('lanledger/response/health');
  });

  test.each([
    'lanledger/status',
    'lanledger/device/020000000101',
    'lanledger/request/health',
    'lanledger',
  ])('the response topic %s is refused, and nothing is done', async (responseTopic) => {
    const { watcher, commands } = await connected(broker, {}, 5);
    await watcher.publish('lanledger/request/health', '{}', { properties: { responseTopic } });
    expect(await answerTo(watcher, 'health')).toEqual({
      status: 'error',
      error: {
        code: 'REQUEST_INVALID',
        message: 'responseTopic is no topic that answers may be sent to.',
        field: 'responseTopic',
      },
    });
    expect(commands).toEqual([]);
  });

  test('an answer that the broker does not take becomes an error', async () => {
    const small = await mosquittoBroker({ lines: ['max_packet_size 3000'] });
    const { watcher } = await connected(small, {
      execute: () => ({ status: 'ok', data: 'x'.repeat(3000) }),
    });
    await watcher.publish('lanledger/request/usage', '{"transaction":1}');
    expect(await answerTo(watcher, 'usage')).toEqual({
      status: 'error',
      error: {
        code: 'REQUEST_INVALID',
        message: expect.stringMatching(
          /^The answer has 3\d\d\d bytes, but the MQTT broker takes 3000 at most: /,
        ) as string,
      },
      transaction: 1,
    });
  });
});
