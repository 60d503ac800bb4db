import type { Database } from 'better-sqlite3';
import { monthOf, REST_ADDRESS, type Checkpoint, type Day } from '../model/checkpoint.ts';
import { isNoUsage, type PeerUsage, type Usage } from '../model/usage.ts';
import { allZero, growing, peerColumns, usageColumns, usageValues } from './sql.ts';

/** Adds increments to the usage tables. `rowOf` tells the row of a device id. */
export interface UsageWriter {
  addHours(hours: Checkpoint['hours'], rowOf: (deviceId: string) => number): void;
  /** Days, and with them the months and totals. */
  addDays(days: Checkpoint['days'], rowOf: (deviceId: string) => number): void;
  /**
   * Returns the days that were written. Traffic under `REST_ADDRESS` is left out: the view `peer_day_complete` works it out
   * of the day.
   */
  addPeers(peers: Checkpoint['peers'], rowOf: (deviceId: string) => number): Set<Day>;
}

export function createUsageWriter(database: Database): UsageWriter {
  const hour = addition(database, 'usage_hour', ['hour', 'device'], usageColumns);
  const day = addition(database, 'usage_day', ['day', 'device'], usageColumns);
  const month = addition(database, 'usage_month', ['month', 'device'], usageColumns);
  const total = addition(database, 'usage_total', ['device'], usageColumns);
  const peer = addition(database, 'peer_day', ['device', 'day', 'address'], peerColumns);

  return {
    addHours(hours, rowOf) {
      for (const { device, hour: start, usage } of hours) {
        if (!isNoUsage(usage)) hour(start, rowOf(device), ...usageValues(usage));
      }
    },
    addDays(days, rowOf) {
      for (const { device, day: date, usage } of days) {
        if (!isNoUsage(usage)) addDay(date, rowOf(device), usage);
      }
    },
    addPeers(peers, rowOf) {
      const written = new Set<Day>();
      for (const { device, day: date, address, usage } of peers) {
        if (address === REST_ADDRESS || isNoPeerUsage(usage)) continue;
        peer(rowOf(device), date, address, usage.download, usage.upload);
        written.add(date);
      }
      return written;
    },
  };

  function addDay(date: number, row: number, usage: Usage): void {
    const values = usageValues(usage);
    day(date, row, ...values);
    month(monthOf(date), row, ...values);
    total(row, ...values);
  }
}

/**
 * Returns a function that takes a key and amounts, adds the amounts to the row of that key and removes a row that comes to
 * nothing. More than the row has cannot be taken away: retention has given up the rest of it.
 */
function addition(
  database: Database,
  table: string,
  keys: readonly string[],
  columns: readonly string[],
): (...row: (number | string)[]) => void {
  const names = [...keys, ...columns];
  const add = database.prepare(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
     ${growing(columns)}`,
  );
  const ofKey = keys.map((key) => `${key} = ?`).join(' AND ');
  const atLeastZero = columns.map((column) => `${column} = max(${column}, 0)`).join(', ');
  const limit = database.prepare(`UPDATE ${table} SET ${atLeastZero} WHERE ${ofKey}`);
  const sweep = database.prepare(`DELETE FROM ${table} WHERE ${ofKey} AND ${allZero(columns)}`);
  return (...row) => {
    add.run(row);
    if (!row.some((value) => typeof value === 'number' && value < 0)) return;
    const key = row.slice(0, keys.length);
    limit.run(...key);
    sweep.run(...key);
  };
}

function isNoPeerUsage(usage: PeerUsage): boolean {
  return usage.download === 0 && usage.upload === 0;
}
