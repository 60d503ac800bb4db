import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';
import { activitiesOf, usagesOf } from '../../src/demo/activity.ts';
import { HOME_IPV6 } from '../../src/demo/household.ts';
import { openPresent } from '../../src/demo/present.ts';
import type { CaptureSource } from '../../src/capture/source.ts';
import type { Batch } from '../../src/model/batch.ts';
import { Monitor } from '../../src/monitor.ts';
import { addUsage, noUsage, type Usage } from '../../src/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { calendar, samplePast, TODAY } from './household.ts';

const TICK_MS = 200;
/** Friday evening, 20:00 in Berlin. */
const START = '2026-11-20T19:00:00Z';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function play() {
  const clock = new ManualClock(START);
  const { household } = samplePast();
  const source: CaptureSource = openPresent({ household, calendar, clock });
  const monitor = new Monitor({ name: 'local', live: true, local: [HOME_IPV6], clock });
  const pass = (ms: number): Batch[] => {
    const batches: Batch[] = [];
    for (let passed = TICK_MS; passed <= ms; passed += TICK_MS) {
      clock.pass(TICK_MS);
      vi.advanceTimersByTime(TICK_MS);
      if (passed % 1000 === 0) batches.push(monitor.takeBatch(source.counters()));
    }
    return batches;
  };
  return { clock, source, monitor, household, pass };
}

function usageByDevice(batches: readonly Batch[]): Map<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const row of batches.flatMap(({ usage }) => usage)) {
    const sum = sums.get(row.device) ?? noUsage();
    addUsage(sum, row);
    sums.set(row.device, sum);
  }
  return sums;
}

describe('the present', () => {
  test('is metered as the members of the household, and comes to what an hour of its past would be', async () => {
    const { source, monitor, household, pass } = play();
    await source.start(monitor.frame);
    const batches = pass(3_600_000);
    const metered = usageByDevice(batches);
    const hour = { day: TODAY, hour: 20, part: 1 };
    const expected = usagesOf(household, activitiesOf(household, hour));
    const active = household.members.filter(({ index }) => (expected[index]?.packets ?? 0) > 0);
    expect([...metered.keys()].toSorted()).toEqual(active.map(({ id }) => id).toSorted());
    expect(active.length).toBeGreaterThan(10);
    for (const { id, index, kind } of active) {
      if (kind.role === 'router') continue;
      for (const key of ['download', 'upload', 'localDownload', 'localUpload'] as const) {
        const [is, should] = [metered.get(id)![key], expected[index]![key]];
        expect(Math.abs(is - should), `${id} ${key}`).toBeLessThan(should * 0.15 + 2000);
      }
    }
    const { counters } = batches.at(-1)!;
    expect(counters.accounted).toBe(counters.frames);
    expect(counters.interfaces).toEqual([
      { name: 'demo', up: true, received: counters.frames, dropped: 0 },
    ]);
  });

  test('shows the addresses of the household, and its router', async () => {
    const { source, monitor, household, pass } = play();
    await source.start(monitor.frame);
    const batches = pass(120_000);
    const known = new Set(
      household.members.flatMap(({ mac, ipv4, ipv6 }) => [`${mac} ${ipv4}`, `${mac} ${ipv6}`]),
    );
    const seen = batches.flatMap(({ sightings }) => sightings.map(({ mac, ip }) => `${mac} ${ip}`));
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.filter((each) => !known.has(each))).toEqual([]);
    expect(seen.filter((each) => each.includes('2001:db8:')).length).toBeGreaterThan(0);
    const routers = batches.flatMap(({ usage }) => usage.filter(({ router }) => router));
    expect(new Set(routers.map(({ device }) => device))).toEqual(new Set([household.router!.id]));
  });

  test('moves every second', async () => {
    const { source, monitor, pass } = play();
    await source.start(monitor.frame);
    const downloads = pass(60_000).map(({ usage }) =>
      usage.reduce((sum, { download }) => sum + download, 0),
    );
    expect(downloads.slice(1).filter((bytes) => bytes < 1000)).toEqual([]);
    expect(new Set(downloads).size).toBeGreaterThan(30);
  });

  test('keeps still after stop, which is harmless twice', async () => {
    const { source, monitor, pass } = play();
    await source.start(monitor.frame);
    pass(2000);
    await Promise.all([source.stop(), source.stop()]);
    await source.ended;
    const before = source.counters();
    expect(before[0]?.received).toBeGreaterThan(0);
    pass(2000);
    expect(source.counters()).toEqual(before);
  });

  test('does not catch up after the machine slept', async () => {
    const { clock, source, monitor, household, pass } = play();
    await source.start(monitor.frame);
    pass(1000);
    clock.pass(1_800_000);
    const [batch] = pass(1000);
    const hour = activitiesOf(household, { day: TODAY, hour: 20, part: 1 });
    const bytesOfHour = hour.reduce((sum, each) => sum + (each?.download ?? 0), 0);
    const bytes = batch!.usage.reduce((sum, { download }) => sum + download, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(bytesOfHour / 500);
  });
});
