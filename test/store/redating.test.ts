import { expect, test } from 'vitest';
import { checkpoint, downloadSums, newStore, peersOfDay, usage } from './ledger.ts';

const hour = 1_795_168_800_000;
const day = 20261120;
const redating = {
  floorMs: hour - 86_400_000,
  targetHour: hour,
  floorDay: 20261101,
  targetDay: day,
};

/** A run that began in 1970, and one with the right time. */
function wronglyDated() {
  const store = newStore();
  const peer = { download: 50, upload: 5 };
  store.checkpoint(
    checkpoint({
      hours: [
        { device: 'a', hour: 0, usage: usage(1) },
        { device: 'a', hour: 3_600_000, usage: usage(2) },
        { device: 'a', hour: hour - 86_400_000, usage: usage(4) },
        { device: 'a', hour: hour, usage: usage(8) },
        { device: 'b', hour: hour - 90_000_000, usage: usage(16) },
      ],
      days: [
        { device: 'a', day: 19700101, usage: usage(1) },
        { device: 'a', day: 19700102, usage: usage(2) },
        { device: 'a', day: 20261101, usage: usage(4) },
        { device: 'a', day, usage: usage(8) },
        { device: 'b', day: 20261031, usage: usage(16) },
      ],
      peers: [
        { device: 'a', day: 19700101, address: '192.0.2.1', usage: peer },
        { device: 'a', day: 19700102, address: '192.0.2.1', usage: peer },
        { device: 'a', day: 20261101, address: '192.0.2.1', usage: peer },
        { device: 'a', day, address: '192.0.2.2', usage: peer },
      ],
    }),
  );
  return store;
}

test('moves what is dated too early to the target, and keeps every sum', () => {
  const store = wronglyDated();
  const before = downloadSums(store);
  expect(store.redate(redating)).toBe(3 + 3 + 2);

  expect(downloadSums(store)).toEqual(before);
  expect(store.usageHours(0, Number.MAX_SAFE_INTEGER)).toEqual([
    { device: 'a', start: hour - 86_400_000, usage: usage(4) },
    { device: 'a', start: hour, usage: usage(11) },
    { device: 'b', start: hour, usage: usage(16) },
  ]);
  expect(store.usage({ from: 0, to: 99991231, step: 'day' })).toEqual([
    { device: 'a', start: 20261101, usage: usage(4) },
    { device: 'a', start: day, usage: usage(11) },
    { device: 'b', start: day, usage: usage(16) },
  ]);
  expect(store.usage({ from: 0, to: 99991231, step: 'month' })).toEqual([
    { device: 'a', start: 202611, usage: usage(15) },
    { device: 'b', start: 202611, usage: usage(16) },
  ]);
  expect(peersOfDay(store, 'a', day)).toEqual([
    { day, address: '192.0.2.1', usage: { download: 100, upload: 10 } },
    { day, address: '192.0.2.2', usage: { download: 50, upload: 5 } },
    { day, address: 'other', usage: { download: 950, upload: 95 } },
  ]);
});

test('finds nothing to move the second time', () => {
  const store = wronglyDated();
  store.redate(redating);
  const before = store.usage({ from: 0, to: 99991231, step: 'day' });
  expect(store.redate(redating)).toBe(0);
  expect(store.usage({ from: 0, to: 99991231, step: 'day' })).toEqual(before);
});

test('never removes what is at the target, even where that is too early itself', () => {
  const store = wronglyDated();
  const before = downloadSums(store);
  store.redate({ ...redating, targetHour: 0, targetDay: 19700101 });
  expect(downloadSums(store)).toEqual(before);
  store.redate({ ...redating, targetHour: 0, targetDay: 19700101 });
  expect(downloadSums(store)).toEqual(before);
});
