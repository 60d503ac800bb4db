import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDebounce } from '../../nodes/src/event/debounce.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(pauseMs = 1_000) {
  const told: string[] = [];
  const debounce = createDebounce<{ type: string; device: string | null }>(
    pauseMs,
    ({ type, device }) => told.push(`${type} ${device}`),
  );
  const add = (type: string, device: string | null = 'a') => debounce.add({ type, device });
  return { told, add, debounce };
}

test('leaving and coming back is not told', () => {
  const { told, add } = start();
  add('device-offline');
  vi.advanceTimersByTime(999);
  add('device-online');
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([]);
  add('device-offline');
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual(['device-offline a']);
});

test('an odd number of turns is one', () => {
  const { told, add } = start();
  for (const type of ['device-online', 'device-offline', 'device-online']) add(type);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual(['device-online a']);
});

test('other devices and other kinds go their own way', () => {
  const { told, add } = start();
  add('device-offline', 'a');
  add('device-online', 'b');
  add('device-changed', 'a');
  add('daemon-started', null);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([
    'device-offline a',
    'device-online b',
    'device-changed a',
    'daemon-started null',
  ]);
});

test('nothing is told after the end; without a pause everything at once', () => {
  const held = start();
  held.add('device-new');
  held.debounce.stop();
  vi.advanceTimersByTime(10_000);
  expect(held.told).toEqual([]);
  const { told, add } = start(0);
  add('device-offline');
  add('device-online');
  expect(told).toEqual(['device-offline a', 'device-online a']);
});
