import { expect, test } from 'vitest';
import { createAnswerQueue } from '../../src/mqtt/answer-queue.ts';
import { createRequests } from '../../src/mqtt/requests.ts';
import { createTopics } from '../../src/mqtt/topics.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordLog } from './publication.ts';

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
