import type { Database, Statement } from 'better-sqlite3';
import {
  monthOf,
  NETWORK,
  type Day,
  type UsageQuery,
  type UsageRecord,
} from '../model/checkpoint.ts';
import { noUsage, type Step, type Usage, type UsageTotals } from '../model/usage.ts';
import { sumsOf, usageColumns } from './sql.ts';

/** Whose usage to read, and whether to sum it up. */
type Whose = Pick<UsageQuery, 'devices' | 'by'>;

/** The tables of usage. */
export interface StoredHistory {
  /** By device id; devices that never used anything are absent. */
  totals(day: Day): Map<string, UsageTotals>;
  /** Days or months, ordered by start, then device. A month of which the query covers a part has the sums of that part. */
  usage(query: UsageQuery): UsageRecord[];
  /** Hours that start at or after `fromMs` and before `toMs` (epoch ms), ordered by start, then device. */
  usageHours(fromMs: number, toMs: number, whose?: Whose): UsageRecord[];
  /** The first hour (epoch ms), day or month at or after `from` that has usage. */
  nextStart(step: Step, from: number): number | undefined;
}

/** Rows come as arrays: for the days of years that takes a quarter of the time objects take. */
type UsageTuple = [
  device: string,
  start: number,
  download: number,
  upload: number,
  localDownload: number,
  localUpload: number,
  packets: number,
];

interface Range {
  from: number;
  to: number;
  /** JSON array of device ids, or null for all. */
  devices: string | null;
}

/** The statements of one table of usage, by device and for the network. */
type Selections = Record<NonNullable<UsageQuery['by']>, Statement<[Range], UsageTuple>>;

export function createStoredHistory(database: Database): StoredHistory {
  const tables = {
    hour: selections(database, 'usage_hour', 'hour'),
    day: selections(database, 'usage_day', 'day'),
    month: selections(database, 'usage_month', 'month'),
  };
  const partsOfMonths = selectionsOfParts(database);
  const nextStarts = {
    hour: nextStartIn(database, 'usage_hour', 'hour'),
    day: nextStartIn(database, 'usage_day', 'day'),
    month: nextStartIn(database, 'usage_month', 'month'),
  };
  const everything = usageTuples<[]>(
    database,
    `SELECT device_id, 0, ${columns} FROM usage_total JOIN device ON device.id = usage_total.device`,
  );

  /** Nothing was used after it: up to that day is the whole month so far, also where retention has removed its first days. */
  const isLatest = (day: Day) =>
    nextStarts.day.get(day + 1) === null && nextStarts.month.get(monthOf(day) + 1) === null;

  /** Whole months are read as such; a query that begins or ends inside a month needs the days of that month. */
  function readMonths({ from, to, devices }: Range, by: keyof Selections): UsageRecord[] {
    const [months, parts] = [tables.month[by], partsOfMonths[by]];
    const firstWhole = from <= firstDay(monthOf(from)) ? monthOf(from) : monthOf(from) + 1;
    const isWhole = to >= lastDay(monthOf(to)) || isLatest(to);
    const lastWhole = isWhole ? monthOf(to) : monthOf(to) - 1;
    const head = Math.min(to, firstDay(firstWhole) - 1);
    const tail = Math.max(from, firstDay(lastWhole + 1), head + 1);
    return [
      ...records(parts, { from, to: head, devices }),
      ...records(months, { from: firstWhole, to: lastWhole, devices }),
      ...records(parts, { from: tail, to, devices }),
    ];
  }

  return {
    totals(day) {
      const month = monthOf(day);
      const today = byDevice(tables.day.device.all({ from: day, to: day, devices: null }));
      const thisMonth = byDevice(
        tables.month.device.all({ from: month, to: month, devices: null }),
      );
      return new Map(
        everything.all().map((row) => {
          const [device] = row;
          const [dayUsage, monthUsage] = [today.get(device), thisMonth.get(device)];
          const total = toUsage(row);
          return [device, { today: dayUsage ?? noUsage(), month: monthUsage ?? noUsage(), total }];
        }),
      );
    },
    usage({ from, to, step, devices, by = 'device' }) {
      if (step === 'hour') throw new RangeError('Hours are read with usageHours.');
      const range = { from, to, devices: toJson(devices) };
      return step === 'day' ? records(tables.day[by], range) : readMonths(range, by);
    },
    usageHours(fromMs, toMs, { devices, by = 'device' } = {}) {
      const range = { from: fromMs, to: toMs - 1, devices: toJson(devices) };
      return records(tables.hour[by], range);
    },
    nextStart: (step, from) => nextStarts[step].get(from) ?? undefined,
  };
}

const columns = usageColumns.join(', ');
const isWanted = `(:devices IS NULL OR device IN (
  SELECT id FROM device WHERE device_id IN (SELECT value FROM json_each(:devices))))`;

function usageTuples<Values extends unknown[]>(
  database: Database,
  sql: string,
): Statement<Values, UsageTuple> {
  return database.prepare<Values, UsageTuple>(sql).raw();
}

/** CROSS JOIN keeps SQLite's planner to the order of the usage table, which is nearly that of the result. */
function selections(database: Database, table: string, period: string): Selections {
  const inRange = `${period} BETWEEN :from AND :to AND ${isWanted}`;
  return {
    device: usageTuples(
      database,
      `SELECT device_id, ${period}, ${columns}
       FROM ${table} AS usage CROSS JOIN device ON device.id = usage.device
       WHERE ${inRange} ORDER BY ${period}, device_id`,
    ),
    network: usageTuples(
      database,
      `SELECT '${NETWORK}', ${period}, ${sumsOf(usageColumns)}
       FROM ${table} WHERE ${inRange} GROUP BY ${period} ORDER BY ${period}`,
    ),
  };
}

/** Months summed up from days. */
function selectionsOfParts(database: Database): Selections {
  const inRange = `day BETWEEN :from AND :to AND ${isWanted}`;
  const sums = sumsOf(usageColumns);
  return {
    device: usageTuples(
      database,
      `SELECT device_id, day / 100 AS month, ${sums}
       FROM usage_day CROSS JOIN device ON device.id = usage_day.device
       WHERE ${inRange} GROUP BY month, device_id ORDER BY month, device_id`,
    ),
    network: usageTuples(
      database,
      `SELECT '${NETWORK}', day / 100 AS month, ${sums}
       FROM usage_day WHERE ${inRange} GROUP BY month ORDER BY month`,
    ),
  };
}

function nextStartIn(database: Database, table: string, period: string) {
  const sql = `SELECT min(${period}) FROM ${table} WHERE ${period} >= ?`;
  return database.prepare<[number], number | null>(sql).pluck();
}

function toJson(devices: readonly string[] | undefined): string | null {
  return devices === undefined ? null : JSON.stringify(devices);
}

function toUsage(row: UsageTuple): Usage {
  const [, , download, upload, localDownload, localUpload, packets] = row;
  return { download, upload, localDownload, localUpload, packets };
}

/** Row by row, for years of tuples and records at once would take twice the memory. */
function records(selection: Statement<[Range], UsageTuple>, range: Range): UsageRecord[] {
  const found: UsageRecord[] = [];
  for (const row of selection.iterate(range)) {
    found.push({ device: row[0], start: row[1], usage: toUsage(row) });
  }
  return found;
}

function byDevice(rows: readonly UsageTuple[]): Map<string, Usage> {
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
