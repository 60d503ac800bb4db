import { assert, array, constantFrom, integer, property, record, nat } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UsageRow } from '../../src/model/batch.ts';
import { slotOf } from '../../src/model/usage.ts';
import { Calendar } from '../../src/usage/calendar.ts';
import { Carriers } from '../../src/usage/carriers.ts';
import { Ledger } from '../../src/usage/ledger.ts';
import { sampleBatch, type SampleRow } from '../support/batch.ts';

const noon = Date.parse('2026-11-20T12:00:00Z');

function row(parts: Partial<UsageRow>): UsageRow {
  const [whole] = sampleBatch([
    { device: 'gateway', at: noon, packets: 0, internetPackets: 0 },
  ]).usage;
  return { ...(whole as UsageRow), router: true, ...parts };
}

/** What is booked of a row that is booked on its own slot. */
function settle(carriers: Carriers, parts: Partial<UsageRow>) {
  const whole = row(parts);
  return carriers.settle(whole, whole.slot);
}

describe('a router', () => {
  test('is one from its first row as such, and for good', () => {
    const carriers = new Carriers();
    expect(settle(carriers, { router: false, download: 10 })).toBeUndefined();
    expect(carriers.isCarrier('gateway')).toBe(false);
    expect(settle(carriers, { download: 10 })).toMatchObject({ download: 0 });
    expect(carriers.isCarrier('gateway')).toBe(true);
    expect(settle(carriers, { router: false })).toMatchObject({ download: 10 });
  });

  test('is charged one row later, in the slot of the packets', () => {
    const carriers = new Carriers();
    settle(carriers, { slot: 7, download: 10, upload: 5, internetPackets: 2 });
    expect(settle(carriers, { slot: 8, download: 1 })).toEqual({
      slot: 7,
      download: 10,
      upload: 5,
      packets: 2,
    });
    expect(carriers.finish()).toEqual([
      { device: 'gateway', settled: { slot: 8, download: 1, upload: 0, packets: 0 } },
    ]);
    expect(carriers.finish()).toEqual([
      { device: 'gateway', settled: { slot: 8, download: 0, upload: 0, packets: 0 } },
    ]);
  });

  test('is charged in the slot that its row was booked on, and that moves with the clock', () => {
    const carriers = new Carriers();
    carriers.settle(row({ slot: 7, download: 10 }), 1000);
    carriers.shift(3);
    expect(carriers.settle(row({ slot: 8, download: 1 }), 2000)).toMatchObject({
      slot: 1003,
      download: 10,
    });
    expect(carriers.finish()).toMatchObject([{ settled: { slot: 2000, download: 1 } }]);
  });

  test('settles download, upload and packets each on its own, and apart from other routers', () => {
    const carriers = new Carriers();
    settle(carriers, { download: 100, carriedUpload: 50, internetPackets: 1 });
    settle(carriers, { device: 'second', download: 7 });
    expect(settle(carriers, { carriedDownload: 30, upload: 80 })).toMatchObject({
      download: 70,
      upload: 0,
      packets: 1,
    });
    expect(carriers.finish().map(({ settled }) => [settled.download, settled.upload])).toEqual([
      [0, 30],
      [7, 0],
    ]);
  });

  test('is never charged more than it had, nor less than it had beyond what it carried', () => {
    const amounts = record({ own: nat(1000), carried: nat(1000) });
    assert(
      property(array(amounts, { minLength: 1, maxLength: 20 }), (rows) => {
        const carriers = new Carriers();
        let booked = 0;
        for (const { own, carried } of rows) {
          const settled = settle(carriers, { download: own, carriedDownload: carried });
          expect(settled?.download).toBeGreaterThanOrEqual(0);
          booked += settled?.download ?? 0;
        }
        for (const { settled } of carriers.finish()) booked += settled.download;
        const sum = (key: 'own' | 'carried') => rows.reduce((all, each) => all + each[key], 0);
        expect(booked).toBeLessThanOrEqual(sum('own'));
        expect(booked).toBeGreaterThanOrEqual(sum('own') - sum('carried'));
      }),
    );
  });

  test('is charged exactly what it used itself, wherever the rows part the two sightings of packets', () => {
    const passed = record({
      row: integer({ min: 1, max: 8 }),
      later: constantFrom(-1, 0, 1),
      bytes: nat(1000),
    });
    const used = record({ row: integer({ min: 0, max: 9 }), bytes: nat(1000) });
    assert(
      property(array(passed), array(used), (carried, own) => {
        const rows = Array.from({ length: 10 }, () => ({ download: 0, carriedDownload: 0 }));
        const at = (index: number) => rows[index] ?? { download: 0, carriedDownload: 0 };
        for (const { row: index, later, bytes } of carried) {
          at(index).carriedDownload += bytes;
          at(index + later).download += bytes;
        }
        for (const { row: index, bytes } of own) at(index).download += bytes;
        const carriers = new Carriers();
        let booked = 0;
        for (const parts of rows) booked += settle(carriers, parts)?.download ?? 0;
        for (const { settled } of carriers.finish()) booked += settled.download;
        expect(booked).toBe(own.reduce((all, { bytes }) => all + bytes, 0));
      }),
    );
  });
});

describe("a router's own usage follows a clock that steps", () => {
  const used = (at: number, download: number): SampleRow => ({ device: 'gateway', at, download, router: true }); // prettier-ignore

  function downloads(ledger: Ledger): Record<number, number> {
    const { days } = ledger.pages();
    return Object.fromEntries(
      days
        .filter(({ usage }) => usage.download !== 0)
        .map(({ day, usage }) => [day, usage.download]),
    );
  }

  test('live, from 1970 to the present', () => {
    const ledger = new Ledger(new Calendar('UTC'));
    ledger.open(19700101, new Map());
    ledger.apply(sampleBatch([used(30_000, 100)], { seq: 1 }), 30_000);
    ledger.shiftClock(slotOf(noon) - slotOf(31_000));
    ledger.apply(sampleBatch([used(noon, 10)], { seq: 2 }), noon);
    ledger.finish();
    expect(downloads(ledger)).toEqual({ 20261120: 110 });
  });

  test('in a file, from 1970 to the present', () => {
    const ledger = new Ledger(new Calendar('UTC'));
    const rows = [used(30_000, 100), used(2_000_000, 20), used(noon, 10)];
    ledger.apply(sampleBatch(rows, { live: false }), noon);
    ledger.finish();
    expect(downloads(ledger)).toEqual({ 20261120: 130 });
  });

  test('in a file, years ahead and back', () => {
    const ledger = new Ledger(new Calendar('UTC'));
    const rows = [used(noon - 86_400_000, 100), used(noon + 1e11, 20), used(noon, 10)];
    ledger.apply(sampleBatch(rows, { live: false }), noon);
    ledger.finish();
    expect(downloads(ledger)).toEqual({ 20261119: 120, 20261120: 10 });
  });
});
