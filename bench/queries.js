/** What reading a ledger of five years costs. See README.md. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath, stdout } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  dayOf,
  deviceId,
  fillLedger,
  firstDayMs,
  firstDetailedDayMs,
  lastDayMs,
} from './five-years.js';
import { format, median, renderTable } from './table.js';

const program = pathToFileURL(
  env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url)),
);
/** @param {string} path within the build */
const load = (path) => import(new URL(path, program).href);

const RUNS = 5;
const device = deviceId(7);
const today = dayOf(lastDayMs);
const all = { from: dayOf(firstDayMs), to: today };
const detailed = { from: dayOf(firstDetailedDayMs), to: today };
const oneDay = { from: today, to: today };
const week = { from: dayOf(lastDayMs - 6 * 86_400_000), to: today };

/** @typedef {{ history: any, store: any }} Ledger */

/** Each answers the number of rows it read. @type {Record<string, (ledger: Ledger) => number>} */
const queries = {
  'months, 5 years': ({ history }) => history.usage({ ...all, step: 'month' }).length,
  'months, one device': ({ history }) =>
    history.usage({ ...all, step: 'month', devices: [device] }).length,
  'months, network': ({ history }) =>
    history.usage({ ...all, step: 'month', by: 'network' }).length,
  'months, cut at both ends': ({ history }) =>
    history.usage({ from: all.from + 1, to: all.to - 1, step: 'month' }).length,
  'days, 5 years': ({ history }) => history.usage({ ...all, step: 'day' }).length,
  'days, one device': ({ history }) =>
    history.usage({ ...all, step: 'day', devices: [device] }).length,
  'days, network': ({ history }) => history.usage({ ...all, step: 'day', by: 'network' }).length,
  'days, in blocks': ({ history }) => countBlocks(history.usageRows({ ...all, step: 'day' })),
  'hours, one day': ({ history }) => history.usage({ ...oneDay, step: 'hour' }).length,
  'hours, 90 days': ({ history }) => history.usage({ ...detailed, step: 'hour' }).length,
  'hours, 90 days, in blocks': ({ history }) =>
    countBlocks(history.usageRows({ ...detailed, step: 'hour' })),
  'peers, one day': ({ history }) => history.peers(oneDay).length,
  'peers, one device, 90 days': ({ history }) => history.peers({ ...detailed, device }).length,
  'peers, 7 days': ({ history }) => history.peers(week).length,
  'top peers, one day': ({ history }) => history.topPeers({ ...oneDay, limit: 100 }).length,
  'top peers, one device, 90 days': ({ history }) =>
    history.topPeers({ ...detailed, device, limit: 100 }).length,
  'top peers, 90 days': ({ history }) => history.topPeers({ ...detailed, limit: 100 }).length,
  'top peers, 5 years': ({ history }) => history.topPeers({ ...all, limit: 100 }).length,
  'events, newest 100': ({ store }) => store.events({ limit: 100 }).length,
  'events, 100 of one device': ({ store }) => store.events({ limit: 100, device }).length,
  'events, the only one not acknowledged': ({ store }) =>
    store.events({ limit: 100, acknowledged: false }).length,
  'events, of a device without any': ({ store }) =>
    store.events({ limit: 100, device: deviceId(0) }).length,
};

/** @param {Iterable<unknown[]>} blocks */
function countBlocks(blocks) {
  let rows = 0;
  for (const block of blocks) rows += block.length;
  return rows;
}

/** Runs one query in this process and prints what it took. @param {string} name @param {string} path */
async function measure(name, path) {
  const [{ openStore }, { createHistory }, { Calendar }] = await Promise.all(
    ['store/store.js', 'history.js', 'usage/calendar.js'].map(load),
  );
  const pending = { hours: () => [], days: () => [], peers: () => [] };
  const store = openStore(path, { readonly: true });
  const ledger = { store, history: createHistory(store, new Calendar('UTC'), pending) };
  globalThis.gc?.();
  const before = peakBytes();
  const [coldMs, rows] = timed(() => queries[name](ledger));
  const peak = peakBytes() - before;
  const warm = Array.from({ length: RUNS }, () => timed(() => queries[name](ledger))[0]);
  store.close();
  stdout.write(JSON.stringify({ coldMs, warmMs: median(warm), rows, peak }));
}

/** @template Value @param {() => Value} work @returns {[number, Value]} milliseconds and the result */
function timed(work) {
  const startedAt = performance.now();
  const value = work();
  return [performance.now() - startedAt, value];
}

/** The most memory this process ever had. */
function peakBytes() {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? 0) * 1024;
}

/** Makes the system forget what it has read of a file. @param {string} path */
function forgetCached(path) {
  spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0']);
}

/** @param {string} name @param {string} path @returns {string[]} */
function measureApart(name, path) {
  forgetCached(path);
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(execPath, ['--expose-gc', script, '--measure', name, '--ledger', path]);
  if (child.status !== 0) throw new Error(String(child.stderr));
  const { coldMs, warmMs, rows, peak } = JSON.parse(String(child.stdout));
  return [name, String(rows), format(coldMs, 1), format(warmMs, 1), format(peak / 2 ** 20, 1)];
}

async function main() {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      ledger: { type: 'string' },
      measure: { type: 'string' },
      addresses: { type: 'string', default: '20000' },
      only: { type: 'string', default: '' },
    },
  });
  if (values.measure !== undefined) return measure(values.measure, values.ledger ?? '');
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-bench-'));
  try {
    const path = values.ledger ?? join(directory, 'ledger.db');
    if (!existsSync(path)) {
      const { openStore } = await load('store/store.js');
      const store = openStore(path);
      fillLedger(store, Number(values.addresses));
      store.close();
    }
    const names = Object.keys(queries).filter((name) => name.includes(values.only));
    const rows = names.map((name) => measureApart(name, path));
    stdout.write(`\n${Math.round(statSync(path).size / 2 ** 20)} MiB, median of ${RUNS}\n`);
    stdout.write(renderTable(['query', 'rows', 'cold ms', 'warm ms', 'peak MiB'], rows));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
