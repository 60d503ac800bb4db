import { uptime } from 'node:os';

/** Where time comes from. Parts take a Clock, so that midnight and a stepping clock are plain tests. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01 UTC. May step in both directions. */
  now(): number;
  /** Milliseconds that only ever grow; the origin means nothing. */
  monotonic(): number;
  /** The same, counting also while the machine sleeps: a nap must not look like a clock that was set. */
  sinceBoot(): number;
}

/** Before this day the program did not exist: a clock that says so was never set. */
export const PLAUSIBLE_FROM_MS = Date.UTC(2026, 0, 1);

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => uptime() * 1000,
};
