import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPacedTopics } from '../../../src/mqtt/home-assistant/paced-topics.ts';

const pauseMs = 5_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Topics at a broker that takes everything at once, with the seconds at which each message came. */
function pacedAtBroker() {
  const sent: [seconds: number, topic: string, payload: string][] = [];
  const begin = Date.now();
  const paced = createPacedTopics(pauseMs, pump);
  function pump(): void {
    for (let next = paced.next(); next !== undefined; next = paced.next()) {
      expect(next.retain).toBe(true);
      sent.push([(Date.now() - begin) / 1000, next.topic, next.payload]);
      next.done();
    }
  }
  const set = (topic: string, payload: string): void => {
    paced.set(topic, payload);
    pump();
  };
  return { paced, pump, set, sent };
}

test('no two messages for one topic within the pause, the newest follows it', () => {
  const { set, sent } = pacedAtBroker();
  set('a', '1');
  set('a', '2');
  vi.advanceTimersByTime(2_000);
  set('a', '3');
  set('b', '1');
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([
    [0, 'a', '1'],
    [2, 'b', '1'],
    [5, 'a', '3'],
  ]);
});

test('an equal payload is not sent again, unless everything is repeated', () => {
  const { paced, pump, set, sent } = pacedAtBroker();
  set('a', '1');
  set('a', '1');
  vi.advanceTimersByTime(1_000);
  paced.repeat();
  paced.repeat();
  pump();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([
    [0, 'a', '1'],
    [5, 'a', '1'],
  ]);
});

test('what precedes is sent first, and the rest after the pause, also when it changed meanwhile', () => {
  const { paced, pump, set, sent } = pacedAtBroker();
  paced.set('a', 'new');
  paced.precede('a', 'reduced');
  paced.precede('unknown', 'x');
  pump();
  set('a', 'newer');
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([
    [0, 'a', 'reduced'],
    [5, 'a', 'newer'],
  ]);
});

test('a cleared topic is forgotten, and paced when it comes back', () => {
  const { paced, set, sent } = pacedAtBroker();
  set('a', '1');
  vi.advanceTimersByTime(6_000);
  set('a', '');
  expect(paced.sent('a')).toBe('');
  expect(paced.topics()).toEqual([]);
  set('a', '2');
  vi.advanceTimersByTime(60_000);
  set('a', '');
  vi.advanceTimersByTime(60_000);
  expect(paced.sent('a')).toBeUndefined();
  expect(sent).toEqual([
    [0, 'a', '1'],
    [6, 'a', ''],
    [11, 'a', '2'],
    [66, 'a', ''],
  ]);
});

test('a new connection sends everything again, what may just have arrived after the pause', () => {
  const { paced, pump, set, sent } = pacedAtBroker();
  set('a', '1');
  vi.advanceTimersByTime(6_000);
  paced.set('b', '1');
  expect(paced.next()).toMatchObject({ topic: 'b', payload: '1' });
  paced.lost();
  pump();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([
    [0, 'a', '1'],
    [6, 'a', '1'],
    [11, 'b', '1'],
  ]);
});

test('a topic that was cleared before the connection was lost is not cleared again', () => {
  const { paced, pump, set, sent } = pacedAtBroker();
  set('a', '');
  paced.lost();
  pump();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([[0, 'a', '']]);
});

test('while held, nothing is sent, and what is there already need not be', () => {
  const { paced, pump, set, sent } = pacedAtBroker();
  paced.hold();
  set('a', '1');
  set('b', '1');
  paced.isThere('a');
  paced.isThere('unknown');
  expect(sent).toEqual([]);
  paced.release();
  pump();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([[0, 'b', '1']]);
  expect(paced.sent('a')).toBe('1');
});
