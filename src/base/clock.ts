/** Where time comes from. Parts take a Clock, so that midnight and a stepping clock are plain tests. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01 UTC. May step in both directions. */
  now(): number;
  /** Milliseconds that only ever grow; the origin means nothing. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};
