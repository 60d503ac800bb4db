/** The daemon's memory over its longest life. */
import { readdirSync } from 'node:fs';
import { read } from '../processes.js';
import { median } from '../table.js';

const EVERY_MS = 10_000;
const MEBIBYTE = 2 ** 20;
/** This part of a life is warm-up. */
const WARM_UP = 0.1;
/** The last third may have so much more than the first. */
const GROWTH = 0.1;
/** Lives that are shorter say nothing about growth. */
const LEAST_MINUTES = 10;
const MS_PER_HOUR = 3_600_000;

/**
 * @typedef {object} Sample
 * @property {number} pid
 * @property {number} at milliseconds on the clock that does not step
 * @property {number} mebibytes resident
 * @property {number} descriptors
 * @property {number} threads
 */

/** Looks every ten seconds. @param {() => number} pidOf 0 while it does not run */
export function watchMemory(pidOf) {
  /** @type {Sample[]} */
  const samples = [];
  const look = () => {
    const sample = sampleOf(pidOf());
    if (sample !== undefined) samples.push(sample);
  };
  const timer = setInterval(look, EVERY_MS);
  return { samples, latest: () => samples.at(-1), stop: () => clearInterval(timer) };
}

/** @param {number} pid @returns {Sample | undefined} */
function sampleOf(pid) {
  const status = read(`/proc/${pid}/status`);
  const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  if (kibibytes === 0) return undefined;
  try {
    return {
      pid,
      at: performance.now(),
      mebibytes: (kibibytes * 1024) / MEBIBYTE,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
    };
  } catch {
    return undefined;
  }
}

/**
 * What the longest life was like; `grew` is undefined where it was too short to say.
 *
 * @param {Sample[]} samples
 */
export function judgeMemory(samples) {
  const life = longestLife(samples);
  const [first, last] = [life[0], life.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const minutes = (last.at - first.at) / 60_000;
  const warm = life.slice(Math.floor(life.length * WARM_UP));
  const third = Math.ceil(warm.length / 3);
  const [early, late] = [warm.slice(0, third), warm.slice(-third)];
  const rows = /** @type {const} */ (['mebibytes', 'descriptors', 'threads']).map((field) => ({
    field,
    minute1: (life.find(({ at }) => at - first.at >= 60_000) ?? last)[field],
    middle: life[life.length >> 1][field],
    end: last[field],
    most: Math.max(...life.map((sample) => sample[field])),
    firstThird: medianOf(early, field),
    lastThird: medianOf(late, field),
    slopePerHour: slopeOf(warm, field),
  }));
  const grew =
    minutes < LEAST_MINUTES
      ? undefined
      : medianOf(late, 'mebibytes') > medianOf(early, 'mebibytes') * (1 + GROWTH);
  return { minutes, rows, grew };
}

/** @param {Sample[]} samples */
function longestLife(samples) {
  const lives = [...new Set(samples.map(({ pid }) => pid))].map((pid) =>
    samples.filter((sample) => sample.pid === pid),
  );
  return lives.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** @param {Sample[]} samples @param {'mebibytes' | 'descriptors' | 'threads'} field */
function medianOf(samples, field) {
  return median(samples.map((sample) => sample[field])) ?? 0;
}

/** Least squares. @param {Sample[]} samples @param {'mebibytes' | 'descriptors' | 'threads'} field */
function slopeOf(samples, field) {
  const mean = (/** @type {number[]} */ numbers) =>
    numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const [at, value] = [mean(samples.map((s) => s.at)), mean(samples.map((s) => s[field]))];
  let [both, square] = [0, 0];
  for (const sample of samples) {
    both += (sample.at - at) * (sample[field] - value);
    square += (sample.at - at) ** 2;
  }
  return square === 0 ? 0 : (both / square) * MS_PER_HOUR;
}
