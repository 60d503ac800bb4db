/** The sum that Home Assistant keeps of a sensor's states: the documented rules of its recorder. */

export type SumClass = 'total' | 'total_increasing';

/** Less than this share of the state before is a new beginning of a growing total. */
const resetShare = 0.9;

export class SumStatistics {
  /** Falls that were too small for a new beginning: each is a warning. */
  dips = 0;
  private readonly stateClass: SumClass;
  private before = 0;
  private start: number | undefined;
  private latest: number | undefined;
  private lastReset: number | undefined;

  constructor(stateClass: SumClass) {
    this.stateClass = stateClass;
  }

  /** Takes a state up; `lastReset` is an ISO 8601 time, compared as an instant. */
  add(value: number, lastReset?: string): this {
    const resetAt = lastReset === undefined ? undefined : Date.parse(lastReset);
    if (Number.isNaN(resetAt)) throw new Error(`${lastReset} is no time`);
    if (this.isReset(value, resetAt)) {
      if (this.start !== undefined && this.latest !== undefined) {
        this.before += this.latest - this.start;
      }
      // The very first state is only where counting begins.
      this.start = this.start === undefined ? value : 0;
      this.lastReset = resetAt;
    }
    this.latest = value;
    return this;
  }

  get sum(): number {
    if (this.latest === undefined || this.start === undefined) return 0;
    return this.before + this.latest - this.start;
  }

  private isReset(value: number, resetAt: number | undefined): boolean {
    if (this.latest === undefined) return true;
    if (this.stateClass === 'total') return resetAt !== undefined && resetAt !== this.lastReset;
    if (value < this.latest && value >= resetShare * this.latest) this.dips++;
    return value < resetShare * this.latest;
  }
}
