import { calendarTime, nextDay, type Day } from '../model/checkpoint.ts';

/** The local day and hour of a moment. */
export interface LocalHour {
  day: Day;
  /** Start of the local hour, epoch ms. */
  hour: number;
}

const MINUTE_MS = 60_000;
/** Moments remembered; about three months of quarters of an hour. */
const CACHE_LIMIT = 10_000;

/** Local days of one time zone; a day has 23, 24 or 25 hours where the clocks change. */
export class Calendar {
  readonly timeZone: string;
  private readonly format: Intl.DateTimeFormat;
  private readonly cache = new Map<number, LocalHour>();

  /** `timeZone`: an IANA name. Throws a RangeError for an unknown one. */
  constructor(timeZone: string) {
    this.timeZone = timeZone;
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  day(at: number): Day {
    return this.localHour(at).day;
  }

  /** The hour that `at` (epoch ms) lies in. */
  localHour(at: number): LocalHour {
    const minute = Math.floor(at / MINUTE_MS);
    const known = this.cache.get(minute);
    if (known !== undefined) return known;
    const parts = new Map(
      this.format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const found = {
      day: part('year') * 10_000 + part('month') * 100 + part('day'),
      hour: (minute - part('minute')) * MINUTE_MS,
    };
    if (this.cache.size === CACHE_LIMIT) this.cache.clear();
    this.cache.set(minute, found);
    return found;
  }

  /** The first moment of a local day, epoch ms. */
  startOfDay(day: Day): number {
    const utc = calendarTime(day);
    // Zones lie between UTC-12 and UTC+14; days begin on a quarter of an hour.
    const quarterMs = 15 * MINUTE_MS;
    let low = (utc - 15 * 60 * MINUTE_MS) / quarterMs;
    let high = (utc + 15 * 60 * MINUTE_MS) / quarterMs;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.day(middle * quarterMs) < day) low = middle + 1;
      else high = middle;
    }
    return low * quarterMs;
  }

  /** The first moment of the local day after the one `at` lies in, epoch ms. */
  nextMidnight(at: number): number {
    return this.startOfDay(nextDay(this.day(at)));
  }
}
