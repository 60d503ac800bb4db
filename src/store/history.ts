import type { Database, Statement } from 'better-sqlite3';
import {
  monthOf,
  type Day,
  type PeerRecord,
  type UsageQuery,
  type UsageRecord,
} from '../model/checkpoint.ts';
import { noUsage, type Usage, type UsageTotals } from '../model/usage.ts';
import { sumsOf, usageColumns } from './sql.ts';

/** Reads the ledger. */
export interface History {
  /** By device id; devices that never used anything are absent. */
  totals(day: Day): Map<string, UsageTotals>;
  /** Days or months, ordered by start, then device. A month of which the query covers a part has the sums of that part. */
  usage(query: UsageQuery): UsageRecord[];
  /** Hours that start at or after `fromMs` and before `toMs` (epoch ms), ordered by start, then device. */
  usageHours(fromMs: number, toMs: number, devices?: readonly string[]): UsageRecord[];
  /** The network's internet traffic by day and remote address, largest first; the rest of a day is the address `other`. */
  peers(from: Day, to: Day): PeerRecord[];
  /** The internet traffic of a device on a day, largest address first, then the rest as the address `other`. */
  devicePeers(device: string, day: Day): PeerRecord[];
}

/** Rows come as arrays: for the days of years that takes a quarter of the time objects take. */
type UsageRow = [
  device: string,
  start: number,
  download: number,
  upload: number,
  localDownload: number,
  localUpload: number,
  packets: number,
];
type PeerRow = [day: Day, address: string, download: number, upload: number];

interface Range {
  from: number;
  to: number;
  /** JSON array of device ids, or null for all. */
  devices: string | null;
}

export function createHistory(database: Database): History {
  const hours = selection(database, 'usage_hour', 'hour');
  const days = selection(database, 'usage_day', 'day');
  const months = selection(database, 'usage_month', 'month');
  const partOfMonth = usageRows<[Range]>(
    database,
    `SELECT device_id, day / 100 AS month, ${sumsOf(usageColumns)}
     FROM usage_day CROSS JOIN device ON device.id = usage_day.device
     WHERE day BETWEEN :from AND :to AND ${isWanted}
     GROUP BY month, device_id ORDER BY month, device_id`,
  );
  const everything = usageRows<[]>(
    database,
    `SELECT device_id, 0, ${columns} FROM usage_total JOIN device ON device.id = usage_total.device`,
  );
  const peers = database
    .prepare<[Day, Day], PeerRow>(
      `SELECT day, address, sum(download), sum(upload)
       FROM peer_day_complete WHERE day BETWEEN ? AND ?
       GROUP BY day, address ORDER BY day, sum(download) + sum(upload) DESC, address`,
    )
    .raw();
  const devicePeers = database
    .prepare<[string, Day], PeerRow>(
      `SELECT day, address, download, upload FROM peer_day_complete WHERE device = ? AND day = ?
       ORDER BY address = 'other', download + upload DESC, address`,
    )
    .raw();

  /** Whole months are read as such; a query that begins or ends inside a month needs the days of that month. */
  function monthRows({ from, to, devices }: Range): UsageRow[] {
    const firstWhole = from <= firstDay(monthOf(from)) ? monthOf(from) : monthOf(from) + 1;
    const lastWhole = to >= lastDay(monthOf(to)) ? monthOf(to) : monthOf(to) - 1;
    const head = Math.min(to, firstDay(firstWhole) - 1);
    const tail = Math.max(from, firstDay(lastWhole + 1), head + 1);
    return [
      ...partOfMonth.all({ from, to: head, devices }),
      ...months.all({ from: firstWhole, to: lastWhole, devices }),
      ...partOfMonth.all({ from: tail, to, devices }),
    ];
  }

  return {
    totals(day) {
      const month = monthOf(day);
      const today = byDevice(days.all({ from: day, to: day, devices: null }));
      const thisMonth = byDevice(months.all({ from: month, to: month, devices: null }));
      return new Map(
        everything.all().map((row) => {
          const [device] = row;
          const [dayUsage, monthUsage] = [today.get(device), thisMonth.get(device)];
          const total = toUsage(row);
          return [device, { today: dayUsage ?? noUsage(), month: monthUsage ?? noUsage(), total }];
        }),
      );
    },
    usage({ from, to, step, devices }) {
      if (step === 'hour') throw new RangeError('Hours are read with usageHours.');
      const range = { from, to, devices: toJson(devices) };
      return (step === 'day' ? days.all(range) : monthRows(range)).map(toRecord);
    },
    usageHours: (fromMs, toMs, devices) =>
      hours.all({ from: fromMs, to: toMs - 1, devices: toJson(devices) }).map(toRecord),
    peers: (from, to) => peers.all(from, to).map(toPeerRecord),
    devicePeers: (device, day) => devicePeers.all(device, day).map(toPeerRecord),
  };
}

const columns = usageColumns.join(', ');
const isWanted = '(:devices IS NULL OR device_id IN (SELECT value FROM json_each(:devices)))';

function usageRows<Values extends unknown[]>(
  database: Database,
  sql: string,
): Statement<Values, UsageRow> {
  return database.prepare<Values, UsageRow>(sql).raw();
}

/** CROSS JOIN keeps SQLite's planner to the order of the usage table, which is nearly that of the result. */
function selection(
  database: Database,
  table: string,
  period: string,
): Statement<[Range], UsageRow> {
  return usageRows(
    database,
    `SELECT device_id, ${period}, ${columns}
     FROM ${table} AS usage CROSS JOIN device ON device.id = usage.device
     WHERE ${period} BETWEEN :from AND :to AND ${isWanted}
     ORDER BY ${period}, device_id`,
  );
}

function toJson(devices: readonly string[] | undefined): string | null {
  return devices === undefined ? null : JSON.stringify(devices);
}

function toUsage(row: UsageRow): Usage {
  const [, , download, upload, localDownload, localUpload, packets] = row;
  return { download, upload, localDownload, localUpload, packets };
}

function toRecord(row: UsageRow): UsageRecord {
  return { device: row[0], start: row[1], usage: toUsage(row) };
}

function toPeerRecord([day, address, download, upload]: PeerRow): PeerRecord {
  return { day, address, usage: { download, upload } };
}

function byDevice(rows: readonly UsageRow[]): Map<string, Usage> {
  return new Map(rows.map((row) => [row[0], toUsage(row)]));
}

/** A lower bound of the days of a month, also for month 13: the first after December. */
function firstDay(month: number): Day {
  return month * 100 + 1;
}

function lastDay(month: number): Day {
  const date = new Date(Date.UTC(Math.floor(month / 100), month % 100, 0)).getUTCDate();
  return month * 100 + date;
}
