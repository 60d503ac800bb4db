import { createHousehold, type HouseholdOptions } from '../../src/demo/household.ts';
import type { PastOptions } from '../../src/demo/hours.ts';
import { addDays } from '../../src/model/checkpoint.ts';
import { Calendar } from '../../src/usage/calendar.ts';
import { vendorOf } from '../../src/vendors.ts';

/** A Friday evening; the clocks of Berlin were set back on 25 October. */
export const NOW = '2026-11-20T18:40:00Z';
export const TODAY = 20261120;
export const calendar = new Calendar('Europe/Berlin');

/** The days up to `TODAY`. */
export function daysUpToToday(count: number): number[] {
  return Array.from({ length: count }, (_, index) => addDays(TODAY, index + 1 - count));
}

/** A household of 18 devices and 31 days with seed 1, where nothing else is said. */
export function samplePast(changes: Partial<HouseholdOptions> = {}): PastOptions {
  const options = { seed: 1, devices: 18, days: daysUpToToday(31), ...changes };
  return { household: createHousehold(options), calendar, now: Date.parse(NOW), vendorOf };
}
