/** The table at the end. */
import { format, renderTable } from '../table.js';

const MEGABYTE = 1e6;

/**
 * @typedef {object} Round
 * @property {string} fault
 * @property {string} why
 * @property {number} second since the start
 * @property {import('./books.js').Balance} balance
 * @property {string[]} wrong
 */

/**
 * @param {readonly Round[]} rounds
 * @param {readonly string[]} names of the faults, in their order
 */
export function renderRounds(rounds, names) {
  const rows = names.flatMap((name) => {
    const those = rounds.filter(({ fault }) => fault === name);
    return those.length === 0 ? [] : [rowOf(name, those[0].why, those)];
  });
  const total = rowOf('all', '', rounds);
  const titles = [
    'fault',
    'times',
    'sent MB',
    'sent packets',
    'counted MB',
    'counted packets',
    'lost packets',
    'lost %',
    'allowed packets',
    'allowed %',
    'doubled',
    'allowed to be lost',
  ];
  return renderTable(titles, [...rows, total]);
}

/** @param {string} name @param {string} why @param {readonly Round[]} rounds */
function rowOf(name, why, rounds) {
  const sum = (
    /** @type {'sent' | 'counted' | 'lost' | 'doubled' | 'allowed'} */ what,
    /** @type {'bytes' | 'packets'} */ unit,
  ) => rounds.reduce((all, { balance }) => all + balance[what][unit], 0);
  const [sent, lost, allowed] = [
    sum('sent', 'packets'),
    sum('lost', 'packets'),
    sum('allowed', 'packets'),
  ];
  return [
    name,
    String(rounds.length),
    format(sum('sent', 'bytes') / MEGABYTE, 1),
    String(sent),
    format(sum('counted', 'bytes') / MEGABYTE, 1),
    String(sum('counted', 'packets')),
    String(lost),
    format((100 * lost) / Math.max(1, sent), 2),
    String(allowed),
    format((100 * allowed) / Math.max(1, sent), 2),
    String(sum('doubled', 'packets') + sum('doubled', 'bytes')),
    why,
  ];
}

/** @param {ReturnType<typeof import('./memory.js').judgeMemory>} memory */
export function renderMemory(memory) {
  if (memory === undefined) return 'no memory was sampled\n';
  const names = { mebibytes: 'RSS MiB', descriptors: 'open files', threads: 'threads' };
  const rows = memory.rows.map(({ field, ...numbers }) => [
    names[field],
    ...Object.values(numbers).map((number) => format(number, field === 'mebibytes' ? 1 : 0)),
  ]);
  const titles = ['', 'minute 1', 'middle', 'end', 'most', 'first third', 'last third', 'slope/h'];
  return `longest life: ${format(memory.minutes, 1)} minutes\n${renderTable(titles, rows)}`;
}
