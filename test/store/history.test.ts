import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import type { Store } from '../../src/store/store.ts';
import { checkpoint, device, ledgerPath, newStore, usage } from './ledger.ts';

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
    expect(store.usageHours(hour, hour + 1, ['b'])).toEqual([]);
    expect(() => store.usage({ from: 0, to: 1, step: 'hour' })).toThrow(RangeError);
  });
});

function internet(download: number, upload: number): Usage {
  return { ...noUsage(), download, upload };
}

describe('peers', () => {
  const day = 20261120;

  function twoDevices(path = ledgerPath()) {
    const store = newStore(path);
    store.checkpoint(
      checkpoint({
        devices: [device('a'), device('b')],
        days: [
          { device: 'a', day, usage: internet(1000, 100) },
          { device: 'b', day, usage: internet(500, 50) },
          { device: 'b', day: day + 1, usage: internet(9, 9) },
        ],
        peers: [
          { device: 'a', day, address: '192.0.2.1', usage: { download: 300, upload: 20 } },
          { device: 'a', day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
          { device: 'a', day, address: 'other', usage: { download: 100, upload: 50 } },
          { device: 'b', day, address: '192.0.2.1', usage: { download: 500, upload: 50 } },
        ],
      }),
    );
    return store;
  }

  test('of a device end with the rest, so that they sum up to its day', () => {
    const store = twoDevices();
    expect(store.devicePeers('a', day)).toEqual([
      { day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
      { day, address: '192.0.2.1', usage: { download: 300, upload: 20 } },
      { day, address: 'other', usage: { download: 100, upload: 50 } },
    ]);
    expect(store.devicePeers('b', day)).toEqual([
      { day, address: '192.0.2.1', usage: { download: 500, upload: 50 } },
    ]);
    expect(store.devicePeers('b', day + 1)).toEqual([
      { day: day + 1, address: 'other', usage: { download: 9, upload: 9 } },
    ]);
    expect(store.devicePeers('a', day + 1)).toEqual([]);
  });

  test('of the network are summed over the devices', () => {
    expect(twoDevices().peers(day, day + 1)).toEqual([
      { day, address: '192.0.2.1', usage: { download: 800, upload: 70 } },
      { day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
      { day, address: 'other', usage: { download: 100, upload: 50 } },
      { day: day + 1, address: 'other', usage: { download: 9, upload: 9 } },
    ]);
  });

  test('are complete for everybody who opens the file, and cheap to look up', () => {
    const path = ledgerPath();
    twoDevices(path);
    const file = new Database(path, { readonly: true });
    const sums = `SELECT sum(download) AS download, sum(upload) AS upload FROM`;
    expect(file.prepare(`${sums} peer_day_complete`).get()).toEqual({
      download: 1509,
      upload: 159,
    });
    const plan = file
      .prepare(`EXPLAIN QUERY PLAN SELECT * FROM peer_day_complete WHERE device = ? AND day = ?`)
      .all('a', day) as { detail: string }[];
    expect(plan.filter(({ detail }) => /^SCAN (?!peer_day_complete)/.test(detail))).toEqual([]);
    file.close();
  });
});
