const shares = [0.25, 0.5, 0.75, 0.95, 1];

/** The upper ends of the scale's levels: each level holds a fair share of the days that have any. */
export function thresholdsOf(amounts: readonly number[]): number[] {
  const sorted = amounts.filter((amount) => amount > 0).toSorted((a, b) => a - b);
  const ends = shares.map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return [...new Set(ends.filter((end) => end > 0).map(roundUp))];
}

/** 0 for nothing, else the number of the first threshold that is not exceeded, from 1 on. */
export function levelOf(amount: number, thresholds: readonly number[]): number {
  if (amount <= 0) return 0;
  const level = thresholds.findIndex((end) => amount <= end);
  return level === -1 ? thresholds.length : level + 1;
}

/** To two digits, so that a scale reads well. */
function roundUp(amount: number): number {
  const unit = 10 ** Math.max(Math.floor(Math.log10(amount)) - 1, 0);
  return Math.ceil(amount / unit) * unit;
}
