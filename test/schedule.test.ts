import { openSqlite } from '../src/store/sqlite.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../src/base/log.ts';
import { Bookkeeper } from '../src/bookkeeper.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { createHistory } from '../src/history.ts';
import { LimitBook } from '../src/limit-book.ts';
import { Rates } from '../src/insights/rates.ts';
import type { Batch } from '../src/model/batch.ts';
import type { Report } from '../src/model/report.ts';
import { createReporter } from '../src/report.ts';
import { Schedule } from '../src/schedule.ts';
import type { Store } from '../src/store/store.ts';
import { sampleBatch, type SampleRow } from './support/batch.ts';
import { ManualClock } from './support/manual-clock.ts';
import { checkpoint, ledgerPath, newStore } from './store/ledger.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const dayMs = 24 * hour;

const setForward = (seconds: number) =>
  `warn: The clock was set forward by ${seconds} seconds: recent usage moves to the right time.`;
const setBack = (seconds: number) =>
  `warn: The clock was set back by ${seconds} seconds: recent usage moves to the right time.`;
const movedToToday = 'warn: Usage that was recorded before the clock was set was moved to today.';

const { config: usualConfig } = await loadConfig({
  file: '/dev/null',
  environment: {},
  commandLine: { timeZone: 'Europe/Berlin' },
});

interface Changes {
  store?: Partial<Config['store']>;
  mqtt?: Partial<Config['mqtt']>;
  billing?: Config['billing'];
}

/** A daemon without its edges: schedule, bookkeeper and a real ledger file, driven by hand. */
class Daemon {
  readonly clock: ManualClock;
  readonly path = ledgerPath();
  readonly store: Store;
  readonly bookkeeper: Bookkeeper;
  readonly schedule: Schedule;
  readonly report: () => Report;
  readonly config: Config;
  readonly log: string[] = [];
  publications = 0;
  watches = 0;
  namings = 0;
  private seq = 0;

  constructor(at: string, prepare?: (store: Store) => void, changes: Changes = {}) {
    const { store, mqtt, billing = usualConfig.billing } = changes;
    this.clock = new ManualClock(at);
    this.store = newStore(this.path);
    prepare?.(this.store);
    this.config = {
      ...usualConfig,
      store: { ...usualConfig.store, ...store },
      mqtt: { ...usualConfig.mqtt, ...mqtt },
      billing,
    };
    const { clock, config } = this;
    const write = (level: string) => (sentence: string) =>
      void this.log.push(`${level}: ${sentence}`);
    const log: Log = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    };
    this.bookkeeper = new Bookkeeper({ store: this.store, timeZone: config.timeZone, clock, log });
    const { bookkeeper } = this;
    const rates = new Rates();
    const { counters } = sampleBatch([]);
    const busy = { monitor: 'local', lastBatchAt: Number.MAX_SAFE_INTEGER, counters };
    const monitors = new Map([['local', busy]]);
    const history = createHistory(this.store, bookkeeper.calendar, bookkeeper.ledger.pending);
    const limitBook = new LimitBook({ config, bookkeeper, history, log });
    this.report = createReporter({
      config,
      clock,
      bookkeeper,
      rates,
      monitors,
      limitBook,
      memory: { problem: undefined },
    });
    this.schedule = new Schedule({
      config,
      clock,
      log,
      store: this.store,
      bookkeeper,
      watch: () => void this.watches++,
      nameDevices: () => void this.namings++,
      publish: () => void this.publications++,
    });
  }

  /** What `start` does before the first tick. */
  start(): this {
    this.schedule.start();
    this.schedule.stop();
    return this;
  }

  /** Seconds pass, each with its tick. */
  run(seconds: number): this {
    for (let passed = 0; passed < seconds; passed++) {
      this.clock.pass(second);
      this.schedule.tick();
    }
    return this;
  }

  /** The laptop downloads this much just now. */
  download(bytes: number, row: Partial<SampleRow> = {}, changes: Partial<Batch> = {}): this {
    this.schedule.followClock();
    const at = this.clock.now();
    const rows = [{ device: '020000000101', at, download: bytes, ...row }];
    this.bookkeeper.apply(sampleBatch(rows, { seq: ++this.seq, ...changes }));
    return this;
  }

  /** Download of the laptop today, this month and ever, as reported. */
  get totals(): number[] {
    const laptop = this.report().devices.find(({ id }) => id === '020000000101');
    return [laptop?.today, laptop?.month, laptop?.total].map((usage) => usage?.download ?? -1);
  }

  /** Stored downloads by day. */
  get days(): Record<number, number> {
    const records = this.store.usage({ from: 0, to: 99_991_231, step: 'day' });
    return Object.fromEntries(records.map(({ start, usage }) => [start, usage.download]));
  }

  /** Makes every checkpoint with usage fail in its middle, until the function it returns is called. */
  breakLedger(): () => void {
    const other = openSqlite(this.path);
    onTestFinished(() => void other.close());
    other.exec(`CREATE TRIGGER broken BEFORE INSERT ON usage_day
      BEGIN SELECT RAISE(ABORT, 'The disk is broken.'); END`);
    return () => void other.exec('DROP TRIGGER broken');
  }
}

describe('periods', () => {
  test('that are changed while running count from when the task ran last', () => {
    const store = { checkpointSeconds: 3600 };
    const daemon = new Daemon('2026-11-20T12:00:00Z', undefined, { store });
    daemon.run(5);
    expect(daemon.publications).toBe(1);
    daemon.config.mqtt.intervalSeconds = 2;
    daemon.config.store.checkpointSeconds = 5;
    daemon.run(4);
    expect(daemon.publications).toBe(3);
    expect(daemon.store.lastCheckpointAt()).toBeGreaterThan(Date.parse('2026-11-20T12:00:04Z'));
  });

  test('of checkpoints, publications and watching are kept, names begin after three seconds', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z', undefined, {
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
    const daemon = new Daemon('2026-11-20T12:00:00Z', undefined, {
      store: { checkpointSeconds: 3600 },
      mqtt: { intervalSeconds: 1 },
    });
    daemon.run(1).download(100).run(60);
    expect([daemon.publications, daemon.days]).toEqual([61, {}]);
    expect(daemon.totals).toEqual([100, 100, 100]);
  });

  test('are not shortened by a clock that is set forward, nor stretched by one that is set back', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1);
    daemon.clock.set('2026-11-20T10:00:00Z');
    daemon.run(30).download(1).run(30);
    expect(daemon.days).toEqual({ 20261120: 1 });
    expect(daemon.publications).toBe(7);
  });
});

describe('a start with a clock that is some hours behind', () => {
  const lastNight = (store: Store) =>
    store.checkpoint(checkpoint({ at: Date.parse('2026-11-20T23:30:00Z') }));

  test('goes on with the day that the ledger had reached, until the clock is set', () => {
    // Half past midnight in Berlin; the clock of a machine without a battery says it is nine in the evening before.
    const daemon = new Daemon('2026-11-20T20:00:00Z', lastNight).start().run(3);
    expect(daemon.report().day).toBe(20261121);
    daemon.clock.set('2026-11-21T08:00:00Z');
    expect(daemon.run(1).report().day).toBe(20261121);
    daemon.clock.set('2026-11-20T08:00:00Z');
    expect(daemon.run(1).report().day).toBe(20261120);
  });

  test('by more than a day is believed', () => {
    const daemon = new Daemon('2026-11-19T20:00:00Z', lastNight).start().run(1);
    expect(daemon.report().day).toBe(20261119);
  });
});

describe('midnight', () => {
  test('closes the day on disk, opens the next one and publishes it', () => {
    const daemon = new Daemon('2026-11-20T22:59:50Z', undefined, {
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
    const daemon = new Daemon('2026-11-30T22:59:58Z').run(1).download(100).run(1).download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261201, [7, 7, 107]]);
  });

  test('books the last packets on their own day, though they arrive on the next', () => {
    const daemon = new Daemon('2026-11-20T22:59:59Z').run(1);
    const at = daemon.clock.now() - 1;
    daemon.download(100, { at }, { from: at - second, to: daemon.clock.now() });
    daemon.bookkeeper.checkpoint();
    expect([daemon.totals, daemon.days]).toEqual([[0, 100, 100], { 20261120: 100 }]);
  });

  test.each([
    ['2026-03-28T23:00:00Z', 23, 20260330],
    ['2026-10-24T22:00:00Z', 25, 20261026],
  ])('comes after the hours of the day that begins %s: %d', (begin, hours, next) => {
    const daemon = new Daemon(begin);
    daemon.clock.pass(hours * hour - second);
    daemon.schedule.tick();
    expect(daemon.report().day).toBe(next - 1);
    daemon.run(1);
    expect(daemon.report().day).toBe(next);
  });

  test('slept through is no clock that was set', () => {
    const daemon = new Daemon('2026-11-20T22:00:00Z').run(1).download(100);
    daemon.clock.sleep(3 * dayMs);
    daemon.run(1);
    expect([daemon.report().day, daemon.totals]).toEqual([20261123, [0, 100, 100]]);
    expect(daemon.log).toEqual([]);
  });
});

describe('a checkpoint that fails', () => {
  const sentence =
    'error: The disk is broken. Metering goes on; the ledger is written as soon as it can be.';

  test('changes nothing on disk, stays pending, is logged once and in the health, and recovers', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1).download(100).run(30);
    expect(daemon.days).toEqual({ 20261120: 100 });
    const written = daemon.store.lastCheckpointAt();
    const mend = daemon.breakLedger();
    daemon.download(7).run(90).download(10).run(1);
    expect(daemon.log).toEqual([sentence]);
    expect([daemon.days, daemon.store.lastCheckpointAt()]).toEqual([{ 20261120: 100 }, written]);
    expect(daemon.totals).toEqual([117, 117, 117]);
    expect(daemon.report().health).toMatchObject({
      status: 'degraded',
      problems: ['The disk is broken.'],
      checkpointAt: written,
    });
    mend();
    daemon.run(30);
    expect(daemon.log).toEqual([sentence, 'info: The ledger can be written again.']);
    expect([daemon.days, daemon.totals]).toEqual([{ 20261120: 117 }, [117, 117, 117]]);
    expect(daemon.report().health).toMatchObject({ status: 'ok', problems: [] });
    daemon.run(60);
    expect(daemon.days).toEqual({ 20261120: 117 });
  });

  test('at midnight leaves the totals right', () => {
    const daemon = new Daemon('2026-11-20T22:59:50Z').run(1).download(100);
    const mend = daemon.breakLedger();
    daemon.run(9).download(7);
    expect([daemon.report().day, daemon.totals, daemon.days]).toEqual([
      20261121,
      [7, 107, 107],
      {},
    ]);
    mend();
    daemon.run(30);
    expect([daemon.totals, daemon.days]).toEqual([[7, 107, 107], { 20261120: 100, 20261121: 7 }]);
  });

  test('keeps a merge for the next one', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1);
    daemon.download(100, { device: 'ip:192.168.7.9' });
    const mend = daemon.breakLedger();
    const sightings: Batch['sightings'] = [
      { mac: '02:00:00:00:01:01', ip: '192.168.7.9', via: 'arp', at: daemon.clock.now() },
    ];
    daemon.download(7, {}, { sightings }).run(30);
    mend();
    daemon.run(30);
    expect([daemon.totals, daemon.days]).toEqual([[107, 107, 107], { 20261120: 107 }]);
    expect(daemon.store.merges()).toEqual([{ from: 'ip:192.168.7.9', into: '020000000101' }]);
    expect(daemon.store.devices().map(({ id }) => id)).toEqual(['020000000101']);
  });

  test('keeps a merge over midnight, in the totals too', () => {
    const daemon = new Daemon('2026-11-20T22:59:00Z').run(1);
    daemon.download(100, { device: 'ip:192.168.7.9' }).run(30);
    const mend = daemon.breakLedger();
    const sightings: Batch['sightings'] = [
      { mac: '02:00:00:00:01:01', ip: '192.168.7.9', via: 'arp', at: daemon.clock.now() },
    ];
    daemon.download(7, {}, { sightings });
    expect(daemon.totals).toEqual([107, 107, 107]);
    daemon.run(30);
    expect([daemon.report().day, daemon.totals]).toEqual([20261121, [0, 107, 107]]);
    mend();
  });

  test('keeps a batch that arrives again from being booked twice', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1);
    const mend = daemon.breakLedger();
    daemon.download(100, {}, { seq: 5 }).run(30).download(100, {}, { seq: 5 });
    mend();
    daemon.run(30).download(100, {}, { seq: 5 });
    expect([daemon.totals, daemon.store.applied()]).toEqual([
      [100, 100, 100],
      [{ monitor: 'local', boot: 'boot-1', seq: 5 }],
    ]);
  });
});

describe('a wall clock that is set', () => {
  test('from 1970 to the present takes along what was counted, on disk at once', () => {
    const daemon = new Daemon('1970-01-01T00:00:10Z').start().run(1).download(100).run(40);
    expect([daemon.days, daemon.log]).toEqual([{ 19700101: 100 }, []]);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.schedule.followClock();
    const seconds = (Date.parse('2026-11-20T12:00:00Z') - 51 * second) / second;
    expect(daemon.log).toEqual([setForward(seconds)]);
    expect(daemon.days).toEqual({ 20261120: 100 });
    daemon.run(1).download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261120, [107, 107, 107]]);
  });

  test('back over midnight opens the day before again', () => {
    const daemon = new Daemon('2026-11-20T23:10:00Z').run(1).download(100);
    daemon.clock.set('2026-11-20T22:10:00Z');
    daemon.run(1).download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261120, [107, 107, 107]]);
    expect(daemon.log).toEqual([setBack(3601)]);
    expect(daemon.days).toEqual({ 20261120: 100 });
  });

  test.each([
    ['59 seconds forward', '2026-11-20T12:01:00Z'],
    ['59 seconds back', '2026-11-20T11:59:02Z'],
  ])('by %s is ordinary discipline', (_, to) => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1).download(100);
    daemon.clock.set(to);
    daemon.run(1);
    expect([daemon.log, daemon.totals]).toEqual([[], [100, 100, 100]]);
  });

  test('years ahead, and then right, leaves nothing in the future', () => {
    const daemon = new Daemon('2036-11-20T12:00:00Z').start().run(1).download(100).run(30);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1).download(7).run(30);
    expect([daemon.days, daemon.totals]).toEqual([{ 20261120: 107 }, [107, 107, 107]]);
    expect(daemon.log).toEqual([setBack(315_619_231)]);
  });

  test.each([
    ['forward', '2026-11-20T14:00:00Z'],
    ['back', '2026-11-20T10:00:00Z'],
  ])('%s leaves who was here and who was away as it was', (_, to) => {
    const daemon = new Daemon('2026-11-20T12:00:00Z').run(1);
    daemon.download(1, { device: '020000000102', upload: 1 }).run(1800);
    daemon.download(1, { upload: 1 }).run(1);
    const online = () => daemon.report().devices.map(({ id, online: is }) => [id, is]);
    const before = online();
    expect(Object.fromEntries(before)).toEqual({ '020000000101': true, '020000000102': false });
    daemon.clock.set(to);
    daemon.schedule.followClock();
    expect(online()).toEqual(before);
    const now = daemon.clock.now();
    expect(daemon.bookkeeper.registry.get('020000000101')?.firstSeen).toBe(now - second);
    expect(daemon.bookkeeper.registry.get('020000000102')?.lastSeen).toBe(now - 1801 * second);
  });

  test('years ahead, and then right, lets devices go offline again', () => {
    const daemon = new Daemon('2036-11-20T12:00:00Z').run(1).download(100, { upload: 1 });
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1);
    daemon.clock.pass(hour);
    daemon.schedule.tick();
    expect(daemon.report().devices).toMatchObject([{ id: '020000000101', online: false }]);
  });
});

describe('what earlier runs recorded before their clock was set', () => {
  const laptop = (download: number) => ({
    device: '020000000101',
    usage: { download, upload: 0, localDownload: 0, localUpload: 0, packets: 1 },
  });
  const early = (store: Store) =>
    store.checkpoint(
      checkpoint({
        days: [
          { ...laptop(100), day: 19700101 },
          { ...laptop(20), day: 20361120 },
          { ...laptop(3), day: 20261119 },
        ],
        hours: [{ ...laptop(100), hour: 0 }],
      }),
    );

  test('moves to today at the start and counts in its totals; what looks late stays', () => {
    const daemon = new Daemon('2026-11-20T12:00:00Z', early).start();
    expect(daemon.days).toEqual({ 20261119: 3, 20261120: 100, 20361120: 20 });
    expect([daemon.totals, daemon.log]).toEqual([[100, 103, 123], [movedToToday]]);
    const at = Date.parse('2026-11-20T12:00:00Z');
    expect(daemon.store.usageHours(0, 2 * at)).toEqual([{ ...laptop(100), start: at }]);
    daemon.start();
    expect(daemon.log).toEqual([movedToToday]);
  });

  test('waits for a clock that can be trusted', () => {
    const daemon = new Daemon('1970-01-01T00:00:10Z', early).start().run(5);
    expect([daemon.days, daemon.log]).toEqual([{ 19700101: 100, 20261119: 3, 20361120: 20 }, []]);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1);
    expect(daemon.days).toEqual({ 20261119: 3, 20261120: 100, 20361120: 20 });
    expect(daemon.log).toHaveLength(2);
    expect(daemon.log[1]).toBe(movedToToday);
  });
});

describe('retention', () => {
  const noon = Date.parse('2026-11-20T12:00:00Z');

  /** Keeps hours for two days and days for three; the ledger was last written at noon. */
  function daemonWithPast(at: string, billing = usualConfig.billing): Daemon {
    const usage = { download: 1, upload: 0, localDownload: 0, localUpload: 0, packets: 1 };
    const hours = [noon - 3 * dayMs, noon - 2 * dayMs, noon];
    const days = [20261117, 20261118, 20261120];
    const past = checkpoint({
      at: noon,
      hours: hours.map((start) => ({ device: 'tv', hour: start, usage })),
      days: days.map((day) => ({ device: 'tv', day, usage })),
    });
    const store = { keepHoursDays: 2, keepDaysDays: 3 };
    return new Daemon(at, (ledger) => ledger.checkpoint(past), { store, billing });
  }

  /** Days of the hours that are kept, from noon on, and the days. */
  function kept({ store, days }: Daemon): unknown[] {
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
