import { expect, test } from 'vitest';
import { checkpoint, newStore, peersOfDay, usage } from './ledger.ts';

const today = 20261120;
const keepAll = {
  hoursBeforeMs: undefined,
  daysBefore: undefined,
  peersBefore: undefined,
  eventsBeforeMs: undefined,
  peersPerDevice: undefined,
  today,
};

/** Peers 192.0.2.0, .1, ... of a device and day; the later the larger. */
function peers(count: number, deviceId: string, day: number) {
  return Array.from({ length: count }, (_, index) => ({
    device: deviceId,
    day,
    address: `192.0.2.${index}`,
    usage: { download: index + 1, upload: 0 },
  }));
}

function addresses(records: { address: string }[]): string[] {
  return records.map(({ address }) => address);
}

test('old hours, days and peers go; months and totals stay', () => {
  const store = newStore();
  const days = [20241119, 20251119, 20261119, today];
  store.checkpoint(
    checkpoint({
      hours: [1000, 2000, 3000].map((hour) => ({ device: 'a', hour, usage: usage(1) })),
      days: days.map((day) => ({ device: 'a', day, usage: usage(1) })),
      peers: days.flatMap((day) => peers(1, 'a', day)),
    }),
  );
  expect(store.prune(keepAll)).toBe(0);
  expect(
    store.prune({
      ...keepAll,
      hoursBeforeMs: 2000,
      daysBefore: 20251119,
      peersBefore: 20261119,
    }),
  ).toBe(1 + 1 + 2);

  expect(store.usageHours(0, 10_000).map(({ start }) => start)).toEqual([2000, 3000]);
  const all = { from: 0, to: 99991231 };
  expect(store.usage({ ...all, step: 'day' }).map(({ start }) => start)).toEqual([
    20251119,
    20261119,
    today,
  ]);
  expect(store.usage({ ...all, step: 'month' }).map(({ start }) => start)).toEqual([
    202411, 202511, 202611,
  ]);
  expect(store.totals(today).get('a')?.total).toEqual(usage(4));
  expect(addresses(peersOfDay(store, 'a', 20251119))).toEqual(['other']);
  expect(addresses(peersOfDay(store, 'a', 20261119))).toEqual(['192.0.2.0', 'other']);
});

test('the month so far is whole where its first days are gone', () => {
  const store = newStore();
  const days = [20261031, 20261101, 20261119, today];
  store.checkpoint(
    checkpoint({ days: days.map((day) => ({ device: 'a', day, usage: usage(1) })) }),
  );
  store.prune({ ...keepAll, daysBefore: 20261119 });
  const months = (from: number, to: number) =>
    store
      .usage({ from, to, step: 'month' })
      .map(({ start, usage: { packets } }) => [start, packets]);
  expect(months(20261001, today)).toEqual([
    [202610, 1],
    [202611, 3],
  ]);
  expect(months(20261101, 20261119)).toEqual([[202611, 1]]);
  expect(months(20261102, today)).toEqual([[202611, 2]]);
});

test('peers go with their day at the latest, so that they are never more than the usage', () => {
  const store = newStore();
  const days = [20261118, 20261119];
  store.checkpoint(
    checkpoint({
      days: days.map((day) => ({ device: 'a', day, usage: usage(1) })),
      peers: days.flatMap((day) => peers(2, 'a', day)),
    }),
  );
  expect(store.prune({ ...keepAll, daysBefore: 20261119, peersBefore: 20260101 })).toBe(1 + 2);
  const range = { from: 0, to: 99991231 };
  expect(store.peers(range).map(({ day }) => day)).toEqual([20261119, 20261119, 20261119]);
  expect(store.topPeers({ ...range, limit: 0 })).toEqual([
    { address: 'other', usage: { download: 100, upload: 10 } },
  ]);
});

test('closed days keep the largest peers of each device, and the rest goes into the rest', () => {
  const store = newStore();
  store.checkpoint(
    checkpoint({
      days: [{ device: 'a', day: 20261119, usage: { ...usage(0), download: 100, packets: 1 } }],
      peers: [
        ...peers(5, 'a', 20261119),
        ...peers(2, 'b', 20261119),
        ...peers(21, 'a', today),
        ...peers(20, 'b', today),
      ],
    }),
  );
  expect(store.prune({ ...keepAll, peersPerDevice: 2 })).toBe(3 + 1);
  expect(peersOfDay(store, 'a', 20261119)).toEqual([
    { day: 20261119, address: '192.0.2.4', usage: { download: 5, upload: 0 } },
    { day: 20261119, address: '192.0.2.3', usage: { download: 4, upload: 0 } },
    { day: 20261119, address: 'other', usage: { download: 91, upload: 0 } },
  ]);
  expect(peersOfDay(store, 'b', 20261119)).toHaveLength(2);
  expect(peersOfDay(store, 'a', today)).toHaveLength(20);
  expect(peersOfDay(store, 'a', today)).not.toContainEqual(
    expect.objectContaining({ address: '192.0.2.0' }),
  );
});

test('days written since the last time are looked at again', () => {
  const store = newStore();
  const keepOne = { ...keepAll, peersPerDevice: 1 };
  store.checkpoint(checkpoint({ peers: peers(9, 'a', today) }));
  expect(store.prune(keepOne)).toBe(0);
  // Midnight closes the day.
  expect(store.prune({ ...keepOne, today: 20261121 })).toBe(8);
  expect(store.prune({ ...keepOne, today: 20261121 })).toBe(0);
  // Late batches of an older day.
  store.checkpoint(checkpoint({ peers: peers(3, 'a', 20261105) }));
  expect(store.prune({ ...keepOne, today: 20261121 })).toBe(2);
  // A merge brings the peers of two devices together.
  store.checkpoint(
    checkpoint({
      peers: [
        { device: 'b', day: 20261105, address: '198.51.100.1', usage: { download: 1, upload: 1 } },
      ],
    }),
  );
  store.prune({ ...keepOne, today: 20261122 });
  store.checkpoint(checkpoint({ merges: [{ from: 'b', into: 'a' }] }));
  expect(store.prune({ ...keepOne, today: 20261122 })).toBe(1);
});
