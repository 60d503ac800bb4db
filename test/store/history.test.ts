import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { checkpoint, newStore, usage } from './ledger.ts';

const hour = 1_795_168_800_000;

function ranges(records: { device: string; start: number; usage: { packets: number } }[]) {
  return records.map((record) => [record.device, record.start, record.usage.packets]);
}

/** Twice as much each day, so that every sum tells which days are in it. */
function threeMonths(): Store {
  const store = newStore();
  const days = [20260930, 20261001, 20261015, 20261031, 20261101, 20261120].flatMap(
    (day, index) => [
      { device: 'b', day, usage: usage(2 ** index) },
      { device: 'a', day, usage: usage(1000) },
    ],
  );
  store.checkpoint(checkpoint({ days }));
  return store;
}

describe('usage', () => {
  test('by day is ordered by day, then device', () => {
    const store = threeMonths();
    expect(ranges(store.usage({ from: 20261031, to: 20261101, step: 'day' }))).toEqual([
      ['a', 20261031, 1000],
      ['b', 20261031, 8],
      ['a', 20261101, 1000],
      ['b', 20261101, 16],
    ]);
  });

  test.each([
    [20260901, 20261130, [[202609, 1], [202610, 14], [202611, 48]]], // prettier-ignore
    [20261001, 20261031, [[202610, 14]]],
    [20261002, 20261031, [[202610, 12]]],
    [20261001, 20261030, [[202610, 6]]],
    [20261010, 20261020, [[202610, 4]]],
    [20260930, 20261101, [[202609, 1], [202610, 14], [202611, 16]]], // prettier-ignore
    [20261015, 20261119, [[202610, 12], [202611, 16]]], // prettier-ignore
    [20261031, 20261130, [[202610, 8], [202611, 48]]], // prettier-ignore
    [20261201, 20270228, []],
    [20261120, 20261101, []],
  ])('by month from %i to %i counts the days in between only', (from, to, expected) => {
    const records = threeMonths().usage({ from, to, step: 'month', devices: ['b'] });
    expect(records.map(({ start, usage: { packets } }) => [start, packets])).toEqual(expected);
  });

  test('of some devices, of none, and of one that is not there', () => {
    const store = threeMonths();
    const query = { from: 20261120, to: 20261120, step: 'day' } as const;
    expect(ranges(store.usage({ ...query, devices: ['b', "x' OR 1=1"] }))).toEqual([
      ['b', 20261120, 32],
    ]);
    expect(store.usage({ ...query, devices: [] })).toEqual([]);
  });

  test('by hour takes the end of the range out', () => {
    const store = newStore();
    const hours = [0, 1, 2].map((index) => ({
      device: 'a',
      hour: hour + index * 3_600_000,
      usage: usage(index + 1),
    }));
    store.checkpoint(checkpoint({ hours }));
    expect(ranges(store.usageHours(hour, hour + 7_200_000))).toEqual([
      ['a', hour, 1],
      ['a', hour + 3_600_000, 2],
    ]);
    expect(store.usageHours(hour, hour + 1, { devices: ['b'] })).toEqual([]);
    expect(() => store.usage({ from: 0, to: 1, step: 'hour' })).toThrow(RangeError);
  });

  test('of the network has one record for each step, of all devices or of some', () => {
    const store = threeMonths();
    const query = { from: 20261001, to: 20261101, by: 'network' } as const;
    const network = (start: number, scale: number) => {
      return { device: 'network', start, usage: usage(scale) };
    };
    expect(store.usage({ ...query, step: 'day' })).toEqual([
      network(20261001, 1002),
      network(20261015, 1004),
      network(20261031, 1008),
      network(20261101, 1016),
    ]);
    expect(store.usage({ ...query, step: 'month' })).toEqual([
      network(202610, 3014),
      network(202611, 1016),
    ]);
    expect(store.usage({ ...query, from: 20261002, step: 'month', devices: ['b', 'x'] })).toEqual([
      network(202610, 12),
      network(202611, 16),
    ]);
    expect(store.usage({ ...query, step: 'day', devices: [] })).toEqual([]);

    const hours = ['a', 'b'].map((device) => ({ device, hour, usage: usage(2) }));
    store.checkpoint(checkpoint({ hours }));
    expect(store.usageHours(hour, hour + 1, { by: 'network' })).toEqual([network(hour, 4)]);
    expect(store.usageHours(hour, hour + 1, { by: 'network', devices: ['a'] })).toEqual([
      network(hour, 2),
    ]);
  });

  test('is found from any start on', () => {
    const store = threeMonths();
    store.checkpoint(checkpoint({ hours: [{ device: 'a', hour, usage: usage(1) }] }));
    expect(store.nextStart('day', 0)).toBe(20260930);
    expect(store.nextStart('day', 20260930)).toBe(20260930);
    expect(store.nextStart('day', 20261002)).toBe(20261015);
    expect(store.nextStart('day', 20261121)).toBeUndefined();
    expect(store.nextStart('month', 202610)).toBe(202610);
    expect(store.nextStart('month', 202612)).toBeUndefined();
    expect(store.nextStart('hour', 0)).toBe(hour);
    expect(store.nextStart('hour', hour + 1)).toBeUndefined();
    expect(newStore().nextStart('day', 0)).toBeUndefined();
  });
});
