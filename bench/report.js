/** The tables of the benchmarks. */
import { stderr } from 'node:process';
import { format, median, renderTable } from './table.js';

/** The program that the others are compared with, run by run. */
const BASELINE = 'tcpdump';

/**
 * What one program needed once.
 *
 * @typedef {object} Result
 * @property {string} name
 * @property {number} packets that it was given
 * @property {number} seconds the traffic lasted, or the program ran
 * @property {number} cpuSeconds user and system
 * @property {number} [firstShare] of a processor over the first half minute, where it was looked at; 0 .. 1
 * @property {number} [lastShare] over the last half minute
 * @property {number} residentBytes at the end of the traffic, 0 where it is not asked for
 * @property {number} peakBytes
 * @property {number | undefined} lostShare of the packets, 0 .. 1
 * @property {string[] | undefined} wrong devices with other totals than the truth
 */

/** @typedef {{ title: string, digits: number, value: (result: Result) => number | undefined }} Column */

/** @type {Record<string, Column>} */
export const columns = {
  rate: { title: 'kpps', digits: 1, value: ({ packets, seconds }) => packets / seconds / 1000 },
  cpu: { title: 'CPU s', digits: 2, value: ({ cpuSeconds }) => cpuSeconds },
  cpuPerMillion: { title: 'CPU s/M', digits: 3, value: perMillion },
  core: {
    title: '% of core',
    digits: 2,
    value: ({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100,
  },
  firstCore: {
    title: 'first 30 s',
    digits: 2,
    value: ({ firstShare }) => firstShare && firstShare * 100,
  },
  lastCore: {
    title: 'last 30 s',
    digits: 2,
    value: ({ lastShare }) => lastShare && lastShare * 100,
  },
  lost: { title: '% lost', digits: 2, value: ({ lostShare }) => lostShare && lostShare * 100 },
  resident: { title: 'RSS MiB', digits: 0, value: ({ residentBytes }) => residentBytes / 2 ** 20 },
  peak: { title: 'peak MiB', digits: 0, value: ({ peakBytes }) => peakBytes / 2 ** 20 },
};

/**
 * Medians over the runs; `runs` has the results of one turn of all receivers each.
 *
 * @param {Result[][]} runs
 * @param {Column[]} shown
 */
export function renderResults(runs, shown) {
  const all = runs.flat();
  const names = [...new Set(all.map(({ name }) => name))];
  const rows = names.map((name) => {
    const results = all.filter((result) => result.name === name);
    const numbers = shown.map(({ digits, value }) => format(median(results.map(value)), digits));
    const ratio = format(median(runs.map((run) => ratioIn(run, name))), 2);
    return [name].concat(numbers, ratio, verdict(results));
  });
  const titles = ['receiver', ...shown.map(({ title }) => title), `x ${BASELINE}`, 'totals'];
  const examples = all.flatMap(({ wrong }) => wrong ?? []).slice(0, 3);
  const remarks = examples.map((example) => `Wrong total: ${example}\n`);
  return [renderTable(titles, rows), ...remarks].join('');
}

/** CPU seconds for each million packets. @param {Result} result */
function perMillion({ cpuSeconds, packets }) {
  return (cpuSeconds / packets) * 1e6;
}

/**
 * @param {Result[]} run
 * @param {string} name
 */
function ratioIn(run, name) {
  const ours = run.find((result) => result.name === name);
  const base = run.find((result) => result.name === BASELINE);
  return ours && base && perMillion(ours) / perMillion(base);
}

/** @param {Result[]} results */
function verdict(results) {
  if (results.every(({ wrong }) => wrong === undefined)) return '-';
  return results.every(({ wrong }) => wrong?.length === 0) ? 'exact' : 'WRONG';
}

/**
 * Every program once; the order turns with each run, so that none is always first. A program that fails is left out and
 * the reason is told.
 *
 * @template {{ name: string }} T
 * @param {T[]} programs
 * @param {number} turn
 * @param {(program: T) => Promise<Result>} measure
 * @returns {Promise<Result[]>}
 */
export async function measureAll(programs, turn, measure) {
  const first = turn % programs.length;
  /** @type {Map<string, Result>} */
  const results = new Map();
  for (const program of [...programs.slice(first), ...programs.slice(0, first)]) {
    try {
      results.set(program.name, await measure(program));
    } catch (error) {
      stderr.write(`${program.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return programs.flatMap(({ name }) => results.get(name) ?? []);
}
