import { expect, test } from 'vitest';
import { createRetained, type Retained } from '../../src/mqtt/retained.ts';

/** Everything that is due, sent at once and arrived. */
function deliver(retained: Retained): [topic: string, payload: string][] {
  const sent: [string, string][] = [];
  for (let message = retained.next(); message !== undefined; message = retained.next()) {
    expect(message.retain).toBe(true);
    sent.push([message.topic, message.payload]);
    message.done();
  }
  return sent;
}

test('an outage keeps only the newest payload of each topic', () => {
  const retained = createRetained();
  for (let i = 0; i < 1000; i++) retained.set('a', String(i));
  retained.set('b', 'x');
  expect(deliver(retained)).toEqual([
    ['a', '999'],
    ['b', 'x'],
  ]);
});

test('equal payloads are not sent again, a new connection gets everything, in the first order', () => {
  const retained = createRetained();
  retained.set('a', '1');
  retained.set('b', '1');
  deliver(retained);
  retained.set('a', '1');
  expect(deliver(retained)).toEqual([]);
  retained.set('b', '2');
  retained.lost();
  expect(deliver(retained)).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});

test('a payload that somebody wrote over is repeated', () => {
  const retained = createRetained();
  retained.set('a', '1');
  deliver(retained);
  retained.repeat('a');
  retained.repeat('a');
  retained.repeat('unknown');
  expect(deliver(retained)).toEqual([['a', '1']]);
});

test('a cleared topic is sent until it has arrived, then forgotten', () => {
  const retained = createRetained();
  retained.set('a', '1');
  deliver(retained);
  retained.set('a', '');
  expect(retained.next()).toMatchObject({ topic: 'a', payload: '' });
  retained.lost();
  expect(retained.has('a')).toBe(true);
  expect(deliver(retained)).toEqual([['a', '']]);
  expect(retained.has('a')).toBe(false);
  retained.lost();
  expect(deliver(retained)).toEqual([]);
});

test('a topic that is set again while it is being cleared stays', () => {
  const retained = createRetained();
  retained.set('a', '');
  const clearing = retained.next();
  retained.set('a', '2');
  clearing?.done();
  expect(deliver(retained)).toEqual([['a', '2']]);
  expect(retained.has('a')).toBe(true);
});

test('what precedes arrives first, through an outage too', () => {
  const retained = createRetained();
  retained.set('a', '1');
  deliver(retained);
  retained.precede('a', '2');
  retained.set('a', '3');
  expect(retained.next()).toMatchObject({ topic: 'a', payload: '2' });
  retained.lost();
  expect(deliver(retained)).toEqual([
    ['a', '2'],
    ['a', '3'],
  ]);
  retained.lost();
  expect(deliver(retained)).toEqual([['a', '3']]);
});

test('what has arrived already does not precede', () => {
  const retained = createRetained();
  retained.set('a', '1');
  deliver(retained);
  retained.precede('a', '1');
  retained.set('a', '2');
  expect(deliver(retained)).toEqual([['a', '2']]);
});
