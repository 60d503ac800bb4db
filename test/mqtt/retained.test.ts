import { expect, test } from 'vitest';
import { createRetained } from '../../src/mqtt/retained.ts';

/** A broker that acknowledges when told to. */
function stubbornBroker() {
  const sent: [topic: string, payload: string][] = [];
  const waiting: (() => void)[] = [];
  return {
    sent,
    send: (topic: string, payload: string, acknowledged: () => void) => {
      sent.push([topic, payload]);
      waiting.push(acknowledged);
    },
    acknowledge: () => waiting.shift()?.(),
    outstanding: () => waiting.length,
  };
}

test('an outage keeps only the newest payload of each topic', () => {
  const retained = createRetained();
  for (let i = 0; i < 1000; i++) retained.set('a', String(i));
  retained.set('b', 'x');
  const broker = stubbornBroker();
  retained.connected(broker.send);
  expect(broker.sent).toEqual([
    ['a', '999'],
    ['b', 'x'],
  ]);
});

test('at most 16 messages are on their way; newer payloads overtake those that wait', () => {
  const retained = createRetained();
  const broker = stubbornBroker();
  retained.connected(broker.send);
  for (let i = 0; i < 20; i++) retained.set(`t${i}`, 'old');
  expect(broker.outstanding()).toBe(16);
  retained.set('t19', 'new');
  while (broker.outstanding() > 0) broker.acknowledge();
  expect(broker.sent).toHaveLength(20);
  expect(broker.sent.at(-1)).toEqual(['t19', 'new']);
});

test('equal payloads are not sent again, a new connection gets everything', () => {
  const retained = createRetained();
  const first = stubbornBroker();
  retained.connected(first.send);
  retained.set('a', '1');
  retained.set('a', '1');
  expect(first.sent).toEqual([['a', '1']]);
  retained.disconnected();
  const second = stubbornBroker();
  retained.connected(second.send);
  first.acknowledge();
  expect(second.sent).toEqual([['a', '1']]);
});

test('a cleared topic is sent until the broker has acknowledged it, then forgotten', () => {
  const retained = createRetained();
  const first = stubbornBroker();
  retained.connected(first.send);
  retained.set('a', '1');
  retained.set('a', '');
  retained.disconnected();
  const second = stubbornBroker();
  retained.connected(second.send);
  expect(second.sent).toEqual([['a', '']]);
  second.acknowledge();
  const third = stubbornBroker();
  retained.connected(third.send);
  expect(third.sent).toEqual([]);
});

test('settled waits for the last acknowledgement', async () => {
  const retained = createRetained();
  const broker = stubbornBroker();
  retained.connected(broker.send);
  await retained.settled();
  retained.set('a', '1');
  const order: string[] = [];
  const settled = retained.settled().then(() => order.push('settled'));
  order.push('acknowledge');
  broker.acknowledge();
  await settled;
  expect(order).toEqual(['acknowledge', 'settled']);
});
