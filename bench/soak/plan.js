/** Which fault comes when; it follows from the seed. */
import { createRandom } from '../random.js';
import { faults } from './faults.js';

/**
 * Restarts of the daemon come before and after these parts of the time, so that one life between is long enough to tell
 * whether its memory grows.
 */
const EARLY = 0.25;
const LATE = 0.95;
/** Between two faults at most, and this part of the time for short runs. */
const LONGEST_GAP_MS = 40_000;
const GAP = 1 / 60;

/** @param {number} seed */
export function randomBetween(seed) {
  const random = createRandom(seed);
  return (/** @type {number} */ least, /** @type {number} */ most) =>
    least + (random() % (most - least + 1));
}

/**
 * @param {(least: number, most: number) => number} between
 * @param {number} milliseconds of the whole soak
 * @param {(fault: import('./faults.js').Fault) => boolean} isPossible
 */
export function createPlan(between, milliseconds, isPossible) {
  const possible = faults.filter(isPossible);
  const restarts = possible.filter((fault) => fault.restarts === true);
  const others = possible.filter((fault) => fault.restarts !== true);
  const longestGap = Math.min(LONGEST_GAP_MS, milliseconds * GAP);
  let bag = shuffle(possible, between);
  let isFirstBag = true;

  /** @param {number} share of the time that has passed */
  function candidates(share) {
    if (share < EARLY || others.length === 0) return possible;
    return share > LATE && restarts.length > 0 ? restarts : others;
  }

  return {
    gapMs: () => between(0, Math.round(longestGap)),
    /** The next fault; each comes once before one comes again. @param {number} elapsed milliseconds */
    next(elapsed) {
      const share = elapsed / milliseconds;
      if (!isFirstBag) bag = bag.filter((fault) => candidates(share).includes(fault));
      if (bag.length === 0) {
        isFirstBag = false;
        bag = shuffle(candidates(share), between);
      }
      return /** @type {import('./faults.js').Fault} */ (bag.pop());
    },
  };
}

/** @template T @param {readonly T[]} all @param {(least: number, most: number) => number} between */
function shuffle(all, between) {
  const left = [...all];
  return all.map(() => left.splice(between(0, left.length - 1), 1)[0]);
}
