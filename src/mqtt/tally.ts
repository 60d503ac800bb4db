import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

/** Counts what may happen very often, and says so in the log at most once a minute. */
export interface Tally {
  count(): void;
  /** Logs what was counted since the last line, if it is time. */
  report(): void;
}

const quietMs = 60_000;

/** `sentence` puts the number into words. */
export function createTally(log: Log, clock: Clock, sentence: (number: number) => string): Tally {
  let number = 0;
  let reportedAt: number | undefined;
  return {
    count() {
      number += 1;
    },
    report() {
      const now = clock.monotonic();
      if (number === 0) return;
      if (reportedAt !== undefined && now - reportedAt < quietMs) return;
      log.warn(sentence(number));
      number = 0;
      reportedAt = now;
    },
  };
}
