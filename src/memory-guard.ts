import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';

const MEGABYTE = 1e6;
/** A peak is no shortage: a checkpoint or a large answer takes memory for a moment. */
const PATIENCE_MS = 10_000;
/** Memory is plentiful again below this part of the limit, for so long. */
const RELIEF = 0.9;
const RELIEF_MS = 60_000;

export interface MemoryGuardOptions {
  /** Read anew at each look: it may change while the daemon runs. 0: no limit. */
  limitMegabytes: () => number;
  /** Bytes of resident memory. */
  resident: () => number;
  clock: Clock;
  log: Log;
  /** Gives up some detail. Called again while that was not enough. */
  shed: () => void;
  /** Detail may be kept again. */
  restore: () => void;
}

/** Gives up detail while the process takes more memory than it may. */
export class MemoryGuard {
  /** What is wrong, in a sentence; undefined while memory suffices. */
  problem: string | undefined;
  private readonly options: MemoryGuardOptions;
  /** Since when memory has been above the limit, or well below it again; by the clock that does not step. */
  private aboveSince: number | undefined;
  private belowSince: number | undefined;

  constructor(options: MemoryGuardOptions) {
    this.options = options;
  }

  /** Compares memory with the limit; to be called about once a second. */
  look(): void {
    const { limitMegabytes, resident, clock } = this.options;
    const limit = limitMegabytes();
    const used = limit === 0 ? 0 : resident() / MEGABYTE;
    const now = clock.monotonic();
    this.aboveSince = used > limit ? (this.aboveSince ?? now) : undefined;
    this.belowSince = used <= limit * RELIEF ? (this.belowSince ?? now) : undefined;
    if (this.aboveSince !== undefined && now - this.aboveSince >= PATIENCE_MS) this.shed(limit);
    const isOver = this.belowSince !== undefined && now - this.belowSince >= RELIEF_MS;
    if (this.problem !== undefined && (isOver || limit === 0)) this.restore();
  }

  private shed(limit: number): void {
    this.options.shed();
    const sentence = sentenceOf(limit);
    if (this.problem === undefined) this.options.log.warn(sentence);
    this.problem = sentence;
    // The next step comes after as long again.
    this.aboveSince = undefined;
  }

  private restore(): void {
    this.options.restore();
    this.problem = undefined;
    this.options.log.info('There is enough memory again: all remote addresses are kept.');
  }
}

function sentenceOf(limit: number): string {
  return (
    `LanLedger takes more memory than memoryLimitMegabytes (${limit}): it keeps fewer remote addresses and counts the ` +
    'others as "other", while usage stays complete.'
  );
}
