import { openSqlite } from '../../src/store/sqlite.ts';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { Bookkeeper } from '../../src/bookkeeper.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createHistory } from '../../src/history.ts';
import { LimitBook } from '../../src/limit-book.ts';
import { Rates } from '../../src/insights/rates.ts';
import type { Batch } from '../../src/model/batch.ts';
import type { MonitorHealth, Report } from '../../src/model/report.ts';
import { createReporter } from '../../src/report.ts';
import { Schedule } from '../../src/schedule.ts';
import type { Store } from '../../src/store/store.ts';
import { sampleBatch, type SampleRow } from './batch.ts';
import { ManualClock } from './manual-clock.ts';
import { ledgerPath, newStore } from '../store/ledger.ts';

export const second = 1000;
const minute = 60 * second;
export const hour = 60 * minute;
export const dayMs = 24 * hour;

export const { config: usualConfig } = await loadConfig({
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
export class ScheduledDaemon {
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
  private readonly monitor: MonitorHealth;
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
    this.monitor = {
      monitor: 'local',
      lastBatchAt: clock.now(),
      heardAt: Number.MAX_SAFE_INTEGER,
      counters,
    };
    const monitors = new Map([['local', this.monitor]]);
    const history = createHistory(this.store, bookkeeper.calendar, bookkeeper.ledger.pending, () =>
      bookkeeper.writeMerges(),
    );
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

  /** The monitor, which is heard all the time, says nothing from here on. */
  silence(): this {
    this.monitor.heardAt = this.clock.monotonic();
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
