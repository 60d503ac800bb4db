import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAnswerQueue } from '../../src/mqtt/answer-queue.ts';
import { createRequests } from '../../src/mqtt/requests.ts';
import { createTopics } from '../../src/mqtt/topics.ts';
import {
  aedesBroker,
  mosquittoBroker,
  mosquittoMissing,
  type TestBroker,
} from '../support/broker.ts';
import { watchBroker, type Watcher } from '../support/watcher.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  expectSound,
  lastTopic,
  later,
  publisherFor,
  recordLog,
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

/** The requests of a publisher without a broker. */
function requestsWith(packetLimit = Number.POSITIVE_INFINITY) {
  const answers = createAnswerQueue();
  const inputs: unknown[] = [];
  const log = recordLog();
  const clock = new ManualClock('2026-11-20T10:00:00Z');
  const requests = createRequests({
    topics: createTopics('lanledger'),
    execute(_command, input) {
      inputs.push(input);
      return { status: 'ok', data: null };
    },
    answers,
    packetLimit: () => packetLimit,
    log,
    clock,
  });
  const ask = (payload: string | Buffer, topic = 'lanledger/request/x'): unknown => {
    requests.handle(topic, Buffer.from(payload as string), { retain: false });
    const answer = answers.next();
    answer?.done();
    return answer === undefined ? undefined : (JSON.parse(answer.payload) as unknown);
  };
  return { ask, inputs, answers, requests, lines: log.lines, clock };
}

const invalid = (message: string, field?: string) => ({
  status: 'error',
  error: { code: 'REQUEST_INVALID', message, ...(field === undefined ? {} : { field }) },
});

const notJson = invalid('The request is not JSON in UTF-8.');
const notObject = invalid('The request must be a JSON object such as {"device": "Laptop"}.');

const tooDeep = invalid('The request may be nested 16 levels deep at most.');
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test.each<[string, string | Buffer, object]>([
  ['text', 'hello', notJson],
  ['half an object', '{"a":', notJson],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), notJson],
  ['a number', '17', notObject],
  ['null', 'null', notObject],
  ['a list', '[{}]', notObject],
  ['lists in lists', nested(30_000), notObject],
  [
    'more than 64 KiB',
    `{"a":"${'x'.repeat(65_536)}"}`,
    invalid('The request may have at most 65536 bytes.'),
  ],
  [
    'a long transaction',
    `{"transaction":"${'x'.repeat(255)}"}`,
    invalid('transaction may have at most 256 characters.', 'transaction'),
  ],
  ['a deep transaction', `{"transaction":${nested(30_000)}}`, tooDeep],
  ['a deep value', `{"a":{"b":${nested(15)}}}`, tooDeep],
])('%s is answered with an error and not run', (_what, payload, answer) => {
  const { ask, inputs } = requestsWith();
  expect(ask(payload)).toEqual(answer);
  expect(inputs).toEqual([]);
});

test('__proto__ stays a plain key of the input', () => {
  const { ask, inputs } = requestsWith();
  ask('{"__proto__":{"polluted":1},"constructor":2}');
  expect(Object.getPrototypeOf(inputs[0])).toBe(Object.prototype);
  expect(Object.keys(inputs[0] as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a value of 16 levels is taken', () => {
  const { ask, inputs } = requestsWith();
  ask(`{"a":{"b":${nested(14)}}}`);
  expect(inputs).toHaveLength(1);
});

test('a transaction of 256 characters is taken', () => {
  const transaction = 'x'.repeat(254);
  expect(requestsWith().ask(JSON.stringify({ transaction }))).toEqual({
    status: 'ok',
    data: null,
    transaction,
  });
});

test('topics without a command are counted', () => {
  const { ask, inputs, requests, lines } = requestsWith();
  for (const topic of ['request', 'request/', `request/${'x'.repeat(101)}`, 'request/a\nb']) {
    expect(ask('', `lanledger/${topic}`)).toBeUndefined();
  }
  requests.report();
  expect(inputs).toEqual([]);
  expect(lines).toEqual(['warn: MQTT requests were ignored (4): their topics name no command.']);
});

test('while 64 answers wait nothing more is done; a lost connection makes room', () => {
  const { requests, inputs, answers, lines, clock } = requestsWith();
  const burst = () => {
    for (let i = 0; i < 100; i++) {
      requests.handle('lanledger/request/x', Buffer.from('{}'), { retain: false });
    }
  };
  burst();
  expect(inputs).toHaveLength(64);
  answers.next()?.done();
  burst();
  expect(inputs).toHaveLength(65);
  answers.lost();
  burst();
  expect(inputs).toHaveLength(129);
  requests.report();
  requests.report();
  const sentence = (number: number) =>
    `warn: MQTT requests were ignored (${number}): they came faster than they can be answered.`;
  expect(lines).toEqual([sentence(171)]);
  burst();
  requests.report();
  expect(lines).toHaveLength(1);
  clock.pass(60_000);
  requests.report();
  expect(lines[1]).toBe(sentence(100));
});

test('large answers fill the queue, too', () => {
  const answers = createAnswerQueue();
  for (let i = 0; i < 4; i++) {
    expect(answers.isFull()).toBe(false);
    answers.add({ topic: 'a', payload: 'x'.repeat(1_048_576) });
  }
  expect(answers.isFull()).toBe(true);
  answers.next()?.done();
  expect(answers.isFull()).toBe(false);
});
