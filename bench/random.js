/** Random numbers that are the same on every machine for the same seed. */

/**
 * A generator of whole numbers 0 .. 2^32 - 1 (the "mulberry32" recipe: good enough for traffic, not for secrets).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * Draws indexes in proportion to their weights in constant time (Walker's alias method).
 *
 * @param {ArrayLike<number>} weights
 * @param {() => number} random
 * @returns {() => number}
 */
export function createWeightedChoice(weights, random) {
  const count = weights.length;
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const share = Float64Array.from(weights, (weight) => (weight * count) / total);
  const alias = Uint32Array.from(weights, (_, index) => index);
  /** @type {number[]} */
  const poor = [];
  /** @type {number[]} */
  const rich = [];
  for (let index = 0; index < count; index++) (share[index] < 1 ? poor : rich).push(index);
  while (poor.length > 0 && rich.length > 0) {
    const taker = poor.pop() ?? 0;
    const giver = rich[rich.length - 1];
    alias[taker] = giver;
    share[giver] -= 1 - share[taker];
    if (share[giver] < 1) poor.push(rich.pop() ?? 0);
  }
  for (const index of [...poor, ...rich]) share[index] = 1;
  const limit = Uint32Array.from(share, (part) => Math.min(part * 2 ** 32, 2 ** 32 - 1));
  return () => {
    const index = random() % count;
    return random() <= limit[index] ? index : alias[index];
  };
}
