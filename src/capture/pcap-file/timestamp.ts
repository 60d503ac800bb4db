/** Frames carry the seconds a classic capture file can hold: 1970 to 2106. */
const LAST_SECOND = 0xffff_ffff;

/**
 * Whole seconds of the 64-bit time stamps of one pcapng interface, exactly and without BigInt: the upper half changes
 * rarely (every 4 s in nanoseconds, every 71 min in microseconds), so its quotient and remainder are kept.
 */
export class Timestamps {
  /** Ticks per second are `divisor * rest`; the divisor is at most 2^32, which keeps every step below 2^53. */
  private readonly divisor: number;
  private readonly rest: number;
  private readonly offsetSeconds: number;
  private high = 0;
  private quotient = 0;
  private remainder = 0;

  /**
   * `resolution` is the byte of `if_tsresol`: 10^-n seconds a tick, or 2^-n with the highest bit set. `offsetSeconds` is
   * `if_tsoffset` (draft-ietf-opsawg-pcapng section 4.2).
   */
  constructor(resolution: number, offsetSeconds: number) {
    const exponent = resolution & 0x7f;
    const binary = resolution > 0x7f;
    const first = Math.min(exponent, binary ? 32 : 9);
    this.divisor = binary ? 2 ** first : Number(`1e${first}`);
    this.rest = binary ? 2 ** (exponent - first) : Number(`1e${exponent - first}`);
    this.offsetSeconds = offsetSeconds;
  }

  /** Seconds since 1970-01-01 UTC of the tick `high * 2^32 + low`; times outside of 1970 to 2106 become the nearer end. */
  seconds(high: number, low: number): number {
    if (high !== this.high) this.moveTo(high);
    const whole = this.quotient + Math.floor((this.remainder + low) / this.divisor);
    const seconds = (this.rest === 1 ? whole : Math.floor(whole / this.rest)) + this.offsetSeconds;
    return seconds < 0 ? 0 : seconds > LAST_SECOND ? LAST_SECOND : seconds;
  }

  /** Long division of `high * 2^32` in steps of 16 bits. */
  private moveTo(high: number): void {
    const { divisor } = this;
    const upper = Math.floor(high / divisor);
    const middle = (high - upper * divisor) * 65_536;
    const middleQuotient = Math.floor(middle / divisor);
    const lower = (middle - middleQuotient * divisor) * 65_536;
    const lowerQuotient = Math.floor(lower / divisor);
    this.high = high;
    this.quotient = upper * 4_294_967_296 + middleQuotient * 65_536 + lowerQuotient;
    this.remainder = lower - lowerQuotient * divisor;
  }
}
