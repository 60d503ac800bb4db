import { describe, expect, test } from 'vitest';
import { checkpoint } from './store/ledger.ts';
import { ScheduledDaemon, dayMs, hour, second, usualConfig } from './support/scheduled-daemon.ts';

describe('periods', () => {
  test('that are changed while running count from when the task ran last', () => {
    const store = { checkpointSeconds: 3600 };
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z', undefined, { store });
    daemon.run(5);
    expect(daemon.publications).toBe(1);
    daemon.config.mqtt.intervalSeconds = 2;
    daemon.config.store.checkpointSeconds = 5;
    daemon.run(4);
    expect(daemon.publications).toBe(3);
    expect(daemon.store.lastCheckpointAt()).toBeGreaterThan(Date.parse('2026-11-20T12:00:04Z'));
  });

  test('of checkpoints, publications and watching are kept, names begin after three seconds', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z', undefined, {
      store: { checkpointSeconds: 30 },
      mqtt: { intervalSeconds: 10 },
    });
    const start = daemon.clock.now();
    const checkpoints = new Set<number>();
    for (let tick = 0; tick < 91; tick++) {
      daemon.run(1);
      checkpoints.add((daemon.store.lastCheckpointAt() ?? 0) - start);
    }
    expect([...checkpoints]).toEqual([1, 31, 61, 91].map((seconds) => seconds * second));
    expect([daemon.publications, daemon.watches, daemon.namings]).toEqual([10, 91, 3]);
    expect(daemon.report().health.checkpointAt).toBe(start + 91 * second);
  });

  test('are those of the configuration', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z', undefined, {
      store: { checkpointSeconds: 3600 },
      mqtt: { intervalSeconds: 1 },
    });
    daemon.run(1).download(100).run(60);
    expect([daemon.publications, daemon.days]).toEqual([61, {}]);
    expect(daemon.totals).toEqual([100, 100, 100]);
  });

  test('are not shortened by a clock that is set forward, nor stretched by one that is set back', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    daemon.clock.set('2026-11-20T10:00:00Z');
    daemon.run(30).download(1).run(30);
    expect(daemon.days).toEqual({ 20261120: 1 });
    expect(daemon.publications).toBe(7);
  });
});

describe('midnight', () => {
  test('closes the day on disk, opens the next one and publishes it', () => {
    const daemon = new ScheduledDaemon('2026-11-20T22:59:50Z', undefined, {
      store: { checkpointSeconds: 3600 },
      mqtt: { intervalSeconds: 3600 },
    });
    daemon.run(5).download(100).run(4);
    expect([daemon.report().day, daemon.totals, daemon.days]).toEqual([
      20261120,
      [100, 100, 100],
      {},
    ]);
    expect(daemon.publications).toBe(1);
    daemon.run(1);
    expect([daemon.report().day, daemon.totals, daemon.days]).toEqual([
      20261121,
      [0, 100, 100],
      { 20261120: 100 },
    ]);
    // The last word on the old day, then the first on the new one.
    expect(daemon.publications).toBe(3);
    daemon.download(7);
    expect(daemon.totals).toEqual([7, 107, 107]);
    expect(daemon.log).toEqual([]);
  });

  test('at the end of a month begins the month, too', () => {
    const daemon = new ScheduledDaemon('2026-11-30T22:59:58Z')
      .run(1)
      .download(100)
      .run(1)
      .download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261201, [7, 7, 107]]);
  });

  test('books the last packets on their own day, though they arrive on the next', () => {
    const daemon = new ScheduledDaemon('2026-11-20T22:59:59Z').run(1);
    const at = daemon.clock.now() - 1;
    daemon.download(100, { at }, { from: at - second, to: daemon.clock.now() });
    daemon.bookkeeper.checkpoint();
    expect([daemon.totals, daemon.days]).toEqual([[0, 100, 100], { 20261120: 100 }]);
  });

  test.each([
    ['2026-03-28T23:00:00Z', 23, 20260330],
    ['2026-10-24T22:00:00Z', 25, 20261026],
  ])('comes after the hours of the day that begins %s: %d', (begin, hours, next) => {
    const daemon = new ScheduledDaemon(begin);
    daemon.clock.pass(hours * hour - second);
    daemon.schedule.tick();
    expect(daemon.report().day).toBe(next - 1);
    daemon.run(1);
    expect(daemon.report().day).toBe(next);
  });

  test('slept through is no clock that was set', () => {
    const daemon = new ScheduledDaemon('2026-11-20T22:00:00Z').run(1).download(100);
    daemon.clock.sleep(3 * dayMs);
    daemon.run(1);
    expect([daemon.report().day, daemon.totals]).toEqual([20261123, [0, 100, 100]]);
    expect(daemon.log).toEqual([]);
  });
});

describe('retention', () => {
  const noon = Date.parse('2026-11-20T12:00:00Z');

  /** Keeps hours for two days and days for three; the ledger was last written at noon. */
  function daemonWithPast(at: string, billing = usualConfig.billing): ScheduledDaemon {
    const usage = { download: 1, upload: 0, localDownload: 0, localUpload: 0, packets: 1 };
    const hours = [noon - 3 * dayMs, noon - 2 * dayMs, noon];
    const days = [20261117, 20261118, 20261120];
    const past = checkpoint({
      at: noon,
      hours: hours.map((start) => ({ device: 'tv', hour: start, usage })),
      days: days.map((day) => ({ device: 'tv', day, usage })),
    });
    const store = { keepHoursDays: 2, keepDaysDays: 3 };
    return new ScheduledDaemon(at, (ledger) => ledger.checkpoint(past), { store, billing });
  }

  /** Days of the hours that are kept, from noon on, and the days. */
  function kept({ store, days }: ScheduledDaemon): unknown[] {
    const hours = store.usageHours(0, 2 * noon).map(({ start }) => (start - noon) / dayMs);
    return [hours, Object.keys(days)];
  }

  test('forgets what is too old, a while after the start and then again', () => {
    const daemon = daemonWithPast('2026-11-20T12:00:00Z').run(1);
    expect(kept(daemon)).toEqual([[-3, -2, 0], ['20261117', '20261118', '20261120']]); // prettier-ignore
    daemon.clock.pass(hour);
    daemon.schedule.tick();
    expect(kept(daemon)).toEqual([[-2, 0], ['20261117', '20261118', '20261120']]); // prettier-ignore
    daemon.clock.pass(12 * hour);
    daemon.schedule.tick();
    expect(kept(daemon)).toEqual([[0], ['20261118', '20261120']]);
    expect(daemon.log).toEqual([]);
  });

  test('keeps the days of a week that a limit counts, and of the billing period', () => {
    const limited = daemonWithPast('2026-11-20T12:00:00Z').run(1);
    const limit = { target: 'tv', direction: 'both', bytes: 9, warningPercent: 80 } as const;
    limited.bookkeeper.limits.put({ ...limit, period: 'week' });
    const billed = daemonWithPast('2026-11-20T12:00:00Z', { startDay: 17 }).run(1);
    for (const daemon of [limited, billed]) {
      daemon.clock.pass(13 * hour);
      daemon.schedule.tick();
      expect(kept(daemon)).toEqual([[0], ['20261117', '20261118', '20261120']]);
    }
  });

  test('forgets at most a day more where the clock is years ahead', () => {
    const daemon = daemonWithPast('2036-11-20T12:00:00Z').run(1);
    daemon.clock.pass(hour);
    daemon.schedule.tick();
    expect(kept(daemon)).toEqual([[0], ['20261118', '20261120']]);
  });
});
