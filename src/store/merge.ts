import type { Database, Statement } from 'better-sqlite3';
import type { DeviceMerge } from '../model/checkpoint.ts';
import { nameSources, OTHER_DEVICE_ID } from '../model/device.ts';
import type { StoredDevices } from './devices.ts';
import { growing, peerColumns, usageColumns } from './sql.ts';

interface OwnedTable {
  table: string;
  /** Key columns besides `device`. */
  keys: readonly string[];
  columns: readonly string[];
  /** What happens where both devices have a row of the same key. */
  onConflict: string;
  /** Finds the rows of a device faster where `device` does not come first in the key. */
  where?: string;
}

const ownedTables: readonly OwnedTable[] = [
  usageTable('usage_hour', 'hour'),
  usageTable('usage_day', 'day'),
  usageTable('usage_month', 'month'),
  { table: 'usage_total', keys: [], columns: usageColumns, onConflict: growing(usageColumns) },
  {
    table: 'peer_day',
    keys: ['day', 'address'],
    columns: peerColumns,
    onConflict: growing(peerColumns),
  },
  {
    table: 'address',
    keys: ['address'],
    columns: ['last_seen'],
    onConflict: 'ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)',
  },
];

/**
 * Returns a function that makes everything of `from` (hours, days, months, total, peers, addresses) `into`'s.
 * The row of `from` stays and points to `into`: usage that still arrives under the old id goes where it belongs, and
 * the merge is known after a restart. A device that is put again later is on its own again, from zero.
 * What becomes part of "other" is forgotten as a person would understand it: names, vendor, addresses and events go, and only
 * the usage and the id stay, and when that was.
 */
export function createMerger(
  database: Database,
  devices: StoredDevices,
): (merge: DeviceMerge, at: number) => void {
  const moves = ownedTables.flatMap((owned) => movesOf(database, owned));
  const revive = database.prepare<[number]>('UPDATE device SET merged_into = NULL WHERE id = ?');
  const point = database.prepare<[Rows]>(
    'UPDATE device SET merged_into = :into WHERE id = :from OR merged_into = :from',
  );

  const dropAddresses = database.prepare<[number]>('DELETE FROM address WHERE device = ?');
  const forget = database.prepare<[Pick<Rows, 'from'> & { at: number }]>(
    `UPDATE device SET ${forgotten.join(', ')}, forgotten_at = :at WHERE id = :from OR merged_into = :from`,
  );

  // Their sentences hold names. The newest stays, so that ids do not start again.
  const dropEvents = database.prepare<[Pick<Rows, 'from'>]>(
    `DELETE FROM event WHERE id < (SELECT max(id) FROM event) AND type <> 'device-forgotten'
     AND device IN (SELECT device_id FROM device WHERE id = :from OR merged_into = :from)`,
  );

  // Who it was is not told by what was imported for it either.
  const ofForgotten = 'device IN (SELECT id FROM device WHERE id = :from OR merged_into = :from)';
  const giveImports = database.prepare<[Rows]>(
    `INSERT INTO imported_day (day, device, download, upload)
     SELECT day, :into, sum(download), sum(upload) FROM imported_day
     WHERE ${ofForgotten} GROUP BY day ${growing(peerColumns)}`,
  );
  const dropImports = database.prepare<[Pick<Rows, 'from'>]>(
    `DELETE FROM imported_day WHERE ${ofForgotten}`,
  );

  return ({ from, into }, at) => {
    if (from === into) return;
    const rows = { from: devices.ownRow(from, at), into: devices.ownRow(into, at) };
    revive.run(rows.into);
    if (into === OTHER_DEVICE_ID) {
      dropAddresses.run(rows.from);
      forget.run({ ...rows, at });
      dropEvents.run(rows);
      giveImports.run(rows);
      dropImports.run(rows);
    }
    for (const move of moves) move(rows);
    point.run(rows);
  };
}

const forgotten = [
  ...nameSources.map((source) => `${source}_name = NULL`),
  'vendor = NULL',
  'icon = NULL',
  'hidden = 0',
];

interface Rows {
  from: number;
  into: number;
}

function movesOf(database: Database, owned: OwnedTable): ((rows: Rows) => void)[] {
  const { table, keys, columns, onConflict, where = 'true' } = owned;
  const moved = [...keys, ...columns].join(', ');
  const copy: Statement<[Rows]> = database.prepare(
    `INSERT INTO ${table} (device, ${moved})
     SELECT :into, ${moved} FROM ${table} WHERE device = :from AND ${where} ${onConflict}`,
  );
  const clear: Statement<[number]> = database.prepare(
    `DELETE FROM ${table} WHERE device = ? AND ${where}`,
  );
  return [(rows) => void copy.run(rows), ({ from }) => void clear.run(from)];
}

/** Usage is keyed by time first: hop from one time to the next instead of reading the rows of all devices. */
function usageTable(table: string, period: string): OwnedTable {
  const where = `${period} IN (
    WITH RECURSIVE period (start) AS (
      SELECT min(${period}) FROM ${table}
      UNION ALL
      SELECT (SELECT min(${period}) FROM ${table} WHERE ${period} > period.start)
      FROM period WHERE start IS NOT NULL)
    SELECT start FROM period)`;
  return { table, keys: [period], columns: usageColumns, onConflict: growing(usageColumns), where };
}
