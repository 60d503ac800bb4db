import type { Clock } from '../../src/base/clock.ts';

/** A clock that stands still until it is told. */
export class ManualClock implements Clock {
  private wallMs: number;
  private runningMs = 1_000_000;
  private bootMs = 2_000_000;

  /** Wall clock to begin with, in ISO 8601. */
  constructor(at: string) {
    this.wallMs = Date.parse(at);
  }

  now(): number {
    return this.wallMs;
  }

  monotonic(): number {
    return this.runningMs;
  }

  sinceBoot(): number {
    return this.bootMs;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.runningMs += ms;
    this.sleep(ms);
  }

  /** The machine sleeps. */
  sleep(ms: number): void {
    this.bootMs += ms;
    this.wallMs += ms;
  }

  /** Somebody sets the wall clock. */
  set(at: string): void {
    this.wallMs = Date.parse(at);
  }
}
