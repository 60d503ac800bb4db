/** What importing two years of WhiteStat costs, and whether the sums are exact. See README.md. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSqlite } from '../dist/store/sqlite.js';
import { format, renderTable } from './table.js';
import { fillWhitestat } from './whitestat-years.js';

const program =
  env['BENCH_LANLEDGER'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Prints the peak memory of the program when it ends. */
const watch = `process.on('exit', () => process.stderr.write(
  'peak ' + process.resourceUsage().maxRSS + '\\n'));`;

/** @typedef {ReturnType<typeof fillWhitestat>} Truth */

/**
 * @param {string} directory
 * @param {string} file
 * @param {{ keepPeersDays: number, options?: string[] }} run
 */
function importFile(directory, file, { keepPeersDays, options = [] }) {
  const begun = performance.now();
  const child = spawnSync(
    execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(watch)}`,
      program,
      'import',
      'whitestat',
      file,
      '--json',
      '--data-directory',
      directory,
      ...options,
    ],
    {
      env: { ...env, TZ: 'UTC', LANLEDGER_STORE_KEEP_PEERS_DAYS: String(keepPeersDays) },
      encoding: 'utf8',
    },
  );
  if (child.status !== 0) throw new Error(child.stderr);
  const seconds = (performance.now() - begun) / 1000;
  const peak = Number(/peak (\d+)/.exec(child.stderr)?.[1] ?? 0) / 1024;
  return { seconds, peak, report: JSON.parse(child.stdout) };
}

/** What the ledger holds: days, months, totals, and that peers and "other" are the days. @param {string} directory */
function sumsOf(directory) {
  const ledger = openSqlite(join(directory, 'lanledger.db'), { readonly: true });
  const sums = ['usage_day', 'usage_month', 'usage_total'].map((table) =>
    ledger.prepare(`SELECT sum(download), sum(upload) FROM ${table}`).raw().get(),
  );
  const negative = ledger
    .prepare(
      `SELECT count(*) FROM (SELECT day, sum(download) AS down, sum(upload) AS up FROM network_peer_day GROUP BY day) AS peer
       JOIN (SELECT day, sum(download) AS down, sum(upload) AS up FROM usage_day GROUP BY day) AS whole USING (day)
       WHERE peer.down > whole.down OR peer.up > whole.up`,
    )
    .pluck()
    .get();
  ledger.close();
  return { sums, negative };
}

/** @param {Truth} truth @param {{ sums: unknown[], negative: unknown }} found */
function isExact({ download, upload }, { sums, negative }) {
  const right = JSON.stringify([download, upload]);
  return negative === 0 && sums.every((sum) => JSON.stringify(sum) === right);
}

function main() {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      days: { type: 'string', default: '730' },
      devices: { type: 'string', default: '30' },
      addresses: { type: 'string', default: '5000' },
    },
  });
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-bench-'));
  try {
    const file = join(directory, 'WhiteStat.db');
    const database = openSqlite(file);
    database.pragma('synchronous = OFF');
    const truth = fillWhitestat(database, {
      days: Number(values.days),
      devices: Number(values.devices),
      addresses: Number(values.addresses),
      lastDayMs: Date.now(),
    });
    database.close();
    /** @type {[string, string, { keepPeersDays: number, options?: string[] }][]} */
    const runs = [
      ['dry run', 'a', { keepPeersDays: 90, options: ['--dry-run'] }],
      ['addresses of 90 days', 'a', { keepPeersDays: 90 }],
      ['all addresses', 'b', { keepPeersDays: 0 }],
      ['the same again', 'b', { keepPeersDays: 0 }],
    ];
    const rows = runs.map(([name, ledger, run]) => {
      const { seconds, peak, report } = importFile(join(directory, ledger), file, run);
      const exact = name === 'dry run' ? '-' : isExact(truth, sumsOf(join(directory, ledger)));
      return [
        name,
        format(seconds, 1),
        format(peak, 0),
        String(report.deviceDays),
        String(report.peers.addressDays),
        exact === true ? 'exact' : String(exact),
      ];
    });
    const size = Math.round(statSync(file).size / 2 ** 20);
    stdout.write(
      `${truth.deviceDays} + ${truth.addressDays} rows, ${size} MiB\n` +
        renderTable(['import', 's', 'peak MiB', 'device days', 'addresses', 'sums'], rows),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

main();
