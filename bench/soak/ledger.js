/** The ledger's file, once the daemon has ended. */
import Database from 'better-sqlite3';
import { usageFields } from '../usage.js';

const tables = ['usage_total', 'usage_month', 'usage_day', 'usage_hour'];

/**
 * What is wrong with it: damage, and tables whose sums of a device are not what is expected.
 *
 * @param {string} path
 * @param {import('./traffic.js').Truth} expected
 * @returns {string[]}
 */
export function checkLedger(path, expected) {
  const database = new Database(path, { readonly: true });
  try {
    const integrity = String(database.pragma('integrity_check', { simple: true }));
    const wrong = integrity === 'ok' ? [] : [`integrity_check: ${integrity}`];
    for (const table of tables) {
      const rows = database
        .prepare(
          `SELECT device.device_id AS id, SUM(download) AS download, SUM(upload) AS upload,
             SUM(local_download) AS localDownload, SUM(local_upload) AS localUpload, SUM(packets) AS packets
           FROM ${table} JOIN device ON device.id = ${table}.device GROUP BY device.device_id`,
        )
        .all();
      const stored = new Map(rows.map((/** @type {any} */ row) => [row.id, row]));
      for (const [id, usage] of Object.entries(expected)) {
        for (const field of usageFields) {
          const found = stored.get(id)?.[field] ?? 0;
          if (found !== usage[field]) {
            wrong.push(`${table}: ${id} has ${found} ${field} instead of ${usage[field]}`);
          }
        }
      }
    }
    return wrong;
  } finally {
    database.close();
  }
}
