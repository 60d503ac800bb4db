import { pastOf } from '../../src/demo/past.ts';
import type { HouseholdOptions } from '../../src/demo/household.ts';
import { displayName, type Device } from '../../src/model/device.ts';
import { addUsage, noUsage, type Usage } from '../../src/model/usage.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { newStore } from '../store/ledger.ts';
import { calendar, NOW, samplePast } from './household.ts';

export const now = Date.parse(NOW);
export const ALL = { from: 0, to: 99_991_231 };

export function filledStore(changes: Partial<HouseholdOptions> = {}): StoreReader {
  const store = newStore();
  for (const page of pastOf(samplePast(changes))) store.checkpoint(page);
  return store;
}

export function allHours(ledger: StoreReader) {
  return ledger.usageHours(0, Number.MAX_SAFE_INTEGER);
}

export function hoursOf(ledger: StoreReader, day: number) {
  return allHours(ledger).filter(({ start }) => calendar.day(start) === day);
}

/** Sums of usage by key. */
export function sums<Row extends { usage: Usage }>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
) {
  const found = new Map<string, Usage>();
  for (const row of rows) {
    const sum = found.get(keyOf(row)) ?? noUsage();
    addUsage(sum, row.usage);
    found.set(keyOf(row), sum);
  }
  return Object.fromEntries(found);
}

export const named = (devices: readonly Device[], name: string) =>
  devices.find((device) => displayName(device) === name)!;
