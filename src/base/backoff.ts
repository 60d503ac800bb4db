/** Delays between attempts: doubles from `firstMs` up to `limitMs`. */
export class Backoff {
  private readonly firstMs: number;
  private readonly limitMs: number;
  private nextMs: number;

  constructor(firstMs: number, limitMs: number) {
    this.firstMs = firstMs;
    this.limitMs = limitMs;
    this.nextMs = firstMs;
  }

  /** The delay before the next attempt, in milliseconds. */
  next(): number {
    const delayMs = this.nextMs;
    this.nextMs = Math.min(this.nextMs * 2, this.limitMs);
    return delayMs;
  }

  /** Call after a success: the next failure waits `firstMs` again. */
  reset(): void {
    this.nextMs = this.firstMs;
  }
}
