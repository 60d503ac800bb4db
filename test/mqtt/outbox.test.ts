import { expect, test } from 'vitest';
import { createOutbox } from '../../src/mqtt/outbox.ts';
import { createRetained } from '../../src/mqtt/retained.ts';
import { limitsOf, type Limits, type Message, type Session } from '../../src/mqtt/session.ts';
import { recordLog } from './publication.ts';

/** A broker that answers when told to. */
function stubbornBroker(limits: Partial<Limits> = {}) {
  const sent: Message[] = [];
  const waiting: ((refusal?: Error) => void)[] = [];
  const failures: string[] = [];
  const session: Session = {
    limits: { ...limitsOf({}), ...limits },
    send(message, answered) {
      sent.push(message);
      waiting.push(answered);
    },
    subscribe() {},
    unsubscribe() {},
    fail: (trouble) => void failures.push(trouble),
  };
  return {
    sent,
    topics: () => sent.map(({ topic }) => topic),
    session,
    failures,
    answer: (refusal?: Error) => waiting.shift()?.(refusal),
    outstanding: () => waiting.length,
  };
}

function outboxWith(acknowledgeMs = 30_000) {
  const retained = createRetained();
  const log = recordLog();
  const outbox = createOutbox({ sources: [retained], acknowledgeMs, log });
  const set = (topic: string, payload = 'x'): void => {
    retained.set(topic, payload);
    outbox.pump();
  };
  return { outbox, set, lines: log.lines };
}

test('at most 16 messages are on their way; newer payloads overtake those that wait', () => {
  const { outbox, set } = outboxWith();
  const broker = stubbornBroker();
  outbox.connected(broker.session);
  for (let i = 0; i < 20; i++) set(`t${i}`, 'old');
  expect(broker.outstanding()).toBe(16);
  set('t19', 'new');
  while (broker.outstanding() > 0) broker.answer();
  expect(broker.sent).toHaveLength(20);
  expect(broker.sent.at(-1)).toMatchObject({ topic: 't19', payload: 'new' });
  outbox.disconnected();
});

test('a broker that takes fewer at once gets fewer', () => {
  const { outbox, set } = outboxWith();
  const broker = stubbornBroker(limitsOf({ properties: { receiveMaximum: 3 } }));
  outbox.connected(broker.session);
  for (let i = 0; i < 5; i++) set(`t${i}`);
  expect(broker.outstanding()).toBe(3);
  outbox.disconnected();
});

test('an answer from an old connection does not count for the new one', () => {
  const { outbox, set } = outboxWith();
  const [first, second] = [stubbornBroker({ window: 1 }), stubbornBroker({ window: 1 })];
  outbox.connected(first.session);
  set('a');
  set('b');
  outbox.disconnected();
  outbox.connected(second.session);
  first.answer();
  expect(first.topics()).toEqual(['a']);
  expect(second.topics()).toEqual(['a']);
  second.answer();
  expect(second.topics()).toEqual(['a', 'b']);
  outbox.disconnected();
});

test('a refused message makes room for the next, with one line for each connection', () => {
  const { outbox, set, lines } = outboxWith();
  const refusal = Object.assign(new Error('Publish error: Not authorized'), { code: 135 });
  const broker = stubbornBroker({ window: 1 });
  outbox.connected(broker.session);
  for (const topic of ['a', 'b', 'c']) set(topic);
  broker.answer(refusal);
  broker.answer(refusal);
  expect(broker.topics()).toEqual(['a', 'b', 'c']);
  expect(lines).toEqual([
    'warn: The MQTT broker does not take everything: it refuses a (Publish error: Not authorized); check its access list.',
  ]);
  outbox.disconnected();
});

test('a failure without a reason is the end of the connection: the message goes out with the next', () => {
  const { outbox, set, lines } = outboxWith();
  const broker = stubbornBroker();
  outbox.connected(broker.session);
  set('a', '');
  broker.answer(new Error('Connection closed'));
  outbox.disconnected();
  const next = stubbornBroker();
  outbox.connected(next.session);
  expect(next.topics()).toEqual(['a']);
  expect(lines).toEqual([]);
  outbox.disconnected();
});

test('what is too large is left out', () => {
  const { outbox, set, lines } = outboxWith();
  const broker = stubbornBroker(limitsOf({ properties: { maximumPacketSize: 200 } }));
  outbox.connected(broker.session);
  set('large', 'x'.repeat(200));
  set('small');
  expect(broker.topics()).toEqual(['small']);
  expect(lines).toEqual([
    'warn: The MQTT broker does not take everything: the message for large is too large; raise its limit for packets.',
  ]);
  outbox.disconnected();
});

test('a broker that acknowledges nothing is given up', async () => {
  const { outbox, set } = outboxWith(1);
  const broker = stubbornBroker();
  const failed = new Promise<string>((resolve) => {
    broker.session.fail = resolve;
  });
  outbox.connected(broker.session);
  set('a');
  // The outbox's own timer does not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  expect(await failed).toBe('it acknowledges nothing');
  clearInterval(alive);
  outbox.disconnected();
});

test('settled waits for the last answer, and not without a connection', async () => {
  const { outbox, set } = outboxWith();
  const broker = stubbornBroker();
  set('a');
  await outbox.settled();
  outbox.connected(broker.session);
  const order: string[] = [];
  const settled = outbox.settled().then(() => order.push('settled'));
  order.push('answer');
  broker.answer();
  await settled;
  expect(order).toEqual(['answer', 'settled']);
});

test('ten thousand messages of QoS 0, answered at once, need no deep stack', () => {
  const { outbox, set } = outboxWith();
  for (let i = 0; i < 10_000; i++) set(`t${i}`);
  const broker = stubbornBroker({ qos: 0 });
  let sent = 0;
  broker.session.send = (_message, answered) => {
    sent += 1;
    answered();
  };
  outbox.connected(broker.session);
  expect(sent).toBe(10_000);
});

test('limits by the properties of CONNACK', () => {
  expect(limitsOf({})).toEqual({ window: 16, packetBytes: Infinity, qos: 1, retain: true });
  const properties = {
    receiveMaximum: 5,
    maximumPacketSize: 9,
    maximumQoS: 0,
    retainAvailable: false,
  };
  expect(limitsOf({ properties })).toEqual({ window: 5, packetBytes: 9, qos: 0, retain: false });
});
