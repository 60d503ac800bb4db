import { PLAUSIBLE_FROM_MS, type Clock } from './base/clock.ts';
import { messageOf } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Config } from './config/config.ts';
import { addDays, type Day } from './model/checkpoint.ts';
import { slotOf } from './model/usage.ts';
import type { Store } from './store/store.ts';
import { periodOf } from './usage/periods.ts';

const TICK_MS = 1000;
const NAMES_MS = 30_000;
const FIRST_NAMES_MS = 3_000;
/** Between two attempts to begin a day that could not be read from the ledger. */
const RETRY_MS = 10_000;
const PRUNE_MS = 600_000;
const FIRST_PRUNE_MS = 60_000;
/** Less is the ordinary discipline of a clock. */
const STEP_MS = 60_000;
const DAY_MS = 86_400_000;

export interface ScheduleOptions {
  config: Config;
  clock: Clock;
  log: Log;
  store: Store;
  bookkeeper: Bookkeeper;
  /** Looks what happened since the second before. */
  watch: () => void;
  /** Brings the names up to date that come from outside the traffic. */
  nameDevices: () => void;
  /** Sends the report out. */
  publish: () => void;
}

/** What happens when: publication, checkpoints, midnight, retention, and a clock that is set while running. */
export class Schedule {
  private readonly options: ScheduleOptions;
  /** When each task ran last: its period may change meanwhile. */
  private readonly ranAt = new Map<string, number>();
  private readonly startedSinceBootMs: number;
  private readonly checkpointAtStart: number;
  private clockOffsetMs: number;
  /** The clock has not yet come to the day that the ledger had reached before the start. */
  private isAhead: boolean;
  /** No day begins before this time, on the clock that does not step. */
  private turnAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ScheduleOptions) {
    this.options = options;
    this.startedSinceBootMs = options.clock.sinceBoot();
    this.checkpointAtStart = options.bookkeeper.checkpointAt;
    this.clockOffsetMs = this.currentOffsetMs();
    const { bookkeeper, clock } = options;
    this.isAhead = bookkeeper.ledger.today > bookkeeper.calendar.day(clock.now());
  }

  start(): void {
    const { clock, bookkeeper } = this.options;
    const startedAt = clock.now() - this.runningMs();
    // A clock that was never set knows nothing of when devices were seen. What earlier runs saw comes before this one, by a
    // margin for the clocks' steps: it must not move with what this run stamps.
    if (startedAt >= PLAUSIBLE_FROM_MS) bookkeeper.registry.seenUntil(startedAt - TICK_MS);
    this.redateImplausible();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks what is due. */
  tick(): void {
    const { config, bookkeeper, clock, watch, nameDevices, publish } = this.options;
    this.followClock();
    const day = bookkeeper.calendar.day(clock.now());
    const { today } = bookkeeper.ledger;
    if (day >= today) this.isAhead = false;
    const isOver = day !== today && !this.isAhead;
    if (isOver && clock.monotonic() >= this.turnAt) this.turnTo(day);
    watch();
    if (this.isDue('names', NAMES_MS, FIRST_NAMES_MS)) nameDevices();
    if (this.isDue('checkpoint', config.store.checkpointSeconds * 1000)) bookkeeper.checkpoint();
    if (this.isDue('publish', config.mqtt.intervalSeconds * 1000)) publish();
    if (this.isDue('prune', PRUNE_MS, FIRST_PRUNE_MS)) this.prune();
  }

  /** Notices that the wall clock was set, and moves what the wrong clock stamped. */
  followClock(): void {
    const offsetMs = this.currentOffsetMs();
    const stepMs = offsetMs - this.clockOffsetMs;
    this.clockOffsetMs = offsetMs;
    if (Math.abs(stepMs) < STEP_MS) return;
    const { clock, log, bookkeeper } = this.options;
    const direction = stepMs > 0 ? 'forward' : 'back';
    const seconds = Math.round(Math.abs(stepMs) / 1000);
    const sentence = `The clock was set ${direction} by ${seconds} seconds: recent usage moves to the right time.`;
    log.warn(sentence);
    bookkeeper.events.add('clock-set', sentence);
    // Counted where the clock stands: what was stamped last arrives in the slot of now, never in one before or after.
    bookkeeper.ledger.shiftClock(slotOf(clock.now()) - slotOf(clock.now() - stepMs));
    bookkeeper.registry.shiftClock(stepMs, clock.now() - stepMs - this.runningMs());
    bookkeeper.registry.seenUntil(clock.now());
    bookkeeper.checkpoint();
    this.redateImplausible();
  }

  private turnTo(day: number): void {
    const { bookkeeper, publish } = this.options;
    bookkeeper.checkpoint();
    // The last word on the day that ends: whoever adds up days needs it whole.
    publish();
    const isOpen = this.attempt(() => bookkeeper.openDay(day));
    if (!isOpen) this.turnAt = this.options.clock.monotonic() + RETRY_MS;
    publish();
  }

  /**
   * Earlier runs may have ended before their clock was set: what they dated before 1990 moves to today, once the clock
   * is set. Dates that look too late stay: it may be this clock that is behind.
   */
  private redateImplausible(): void {
    const { clock, store, bookkeeper, log } = this.options;
    const now = clock.now();
    if (now < PLAUSIBLE_FROM_MS) return;
    const { day, hour } = bookkeeper.calendar.localHour(now);
    this.attempt(() => {
      const moved = store.redate({
        floorMs: Date.UTC(1990, 0, 1),
        targetHour: hour,
        floorDay: 19_900_101,
        targetDay: day,
      });
      if (moved === 0) return;
      log.warn('Usage that was recorded before the clock was set was moved to today.');
      bookkeeper.openDay(day);
    });
  }

  /** The day by which retention counts. A clock that is ahead must not make the ledger forget. */
  private retentionDay(): Day {
    const { bookkeeper, clock } = this.options;
    const latestMs = this.checkpointAtStart + this.runningMs() + DAY_MS;
    return bookkeeper.calendar.day(Math.min(clock.now(), latestMs));
  }

  /** First day of the weeks and billing periods that run; months are kept as such. */
  private neededFrom(today: Day): Day {
    const { config, bookkeeper } = this.options;
    const { startDay } = config.billing;
    const hasWeek = [...bookkeeper.limits.all()].some(({ period }) => period === 'week');
    return Math.min(
      today,
      ...(hasWeek ? [periodOf('week', today, startDay).from] : []),
      ...(startDay > 1 ? [periodOf('billing', today, startDay).from] : []),
    );
  }

  private prune(): void {
    const { config, store, bookkeeper } = this.options;
    const { keepHoursDays, keepDaysDays, keepPeersDays, keepEventsDays, peersPerDevice } =
      config.store;
    const today = this.retentionDay();
    const before = (days: number) => (days === 0 ? undefined : addDays(today, -days));
    const daysBefore = before(keepDaysDays);
    const beforeMs = (days: number) => {
      const day = before(days);
      return day === undefined ? undefined : bookkeeper.calendar.startOfDay(day);
    };
    this.attempt(() => {
      store.prune({
        hoursBeforeMs: beforeMs(keepHoursDays),
        eventsBeforeMs: beforeMs(keepEventsDays),
        daysBefore: daysBefore && Math.min(daysBefore, this.neededFrom(today)),
        peersBefore: before(keepPeersDays),
        peersPerDevice,
        today,
      });
    });
  }

  /** False where it failed, which the log tells. */
  private attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.options.log.error(messageOf(error));
      return false;
    }
  }

  /** By the clock that does not step. A task is due `firstMs` after the first question, then every `periodMs`. */
  private isDue(task: string, periodMs: number, firstMs = 0): boolean {
    const now = this.options.clock.monotonic();
    const ranAt = this.ranAt.get(task) ?? now + firstMs - periodMs;
    // A tick may come some milliseconds early or late.
    const isDue = now >= ranAt + periodMs - TICK_MS / 4;
    this.ranAt.set(task, isDue ? now : ranAt);
    return isDue;
  }

  private runningMs(): number {
    return this.options.clock.sinceBoot() - this.startedSinceBootMs;
  }

  private currentOffsetMs(): number {
    const { clock } = this.options;
    return clock.now() - clock.sinceBoot();
  }
}
