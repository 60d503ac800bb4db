import type { Database, Statement } from 'better-sqlite3';
import { monthOf, type Day } from '../model/checkpoint.ts';
import { allZero, growing, peerColumns, sumsOf, usageColumns } from './sql.ts';

/** Which times cannot be true, and where their usage goes instead. */
export interface DateCorrection {
  /** Hours that start before `floorMs` (epoch ms) move to the hour that starts at `targetHour`. */
  floorMs: number;
  targetHour: number;
  /** Days before `floorDay` move to `targetDay`, and with them months and peers. */
  floorDay: Day;
  targetDay: Day;
}

const names = usageColumns.join(', ');
const peerNames = peerColumns.join(', ');

const hours = 'FROM usage_hour WHERE hour < :floorMs AND hour <> :targetHour';
const wrongDay = 'day < :floorDay AND day <> :targetDay';
const days = `FROM usage_day WHERE ${wrongDay}`;
const peers = `FROM peer_day WHERE device IN (SELECT id FROM device) AND ${wrongDay}`;

/** Adds what is dated wrongly to the targets. */
const additions = [
  `INSERT INTO usage_hour (hour, device, ${names})
   SELECT :targetHour, device, ${sumsOf(usageColumns)} ${hours}
   GROUP BY device ${growing(usageColumns)}`,
  `INSERT INTO usage_month (month, device, ${names})
   SELECT day / 100, device, ${sumsOf(usageColumns, '-')} ${days}
   GROUP BY 1, 2 ${growing(usageColumns)}`,
  `INSERT INTO usage_month (month, device, ${names})
   SELECT :targetMonth, device, ${sumsOf(usageColumns)} ${days}
   GROUP BY device ${growing(usageColumns)}`,
  `INSERT INTO usage_day (day, device, ${names})
   SELECT :targetDay, device, ${sumsOf(usageColumns)} ${days}
   GROUP BY device ${growing(usageColumns)}`,
  `INSERT INTO peer_day (day, device, address, ${peerNames})
   SELECT :targetDay, device, address, ${sumsOf(peerColumns)} ${peers}
   GROUP BY device, address ${growing(peerColumns)}`,
];

/** Removes the rows it came from. */
const removals = [hours, days, peers].map((wrong) => `DELETE ${wrong}`);

/**
 * Returns a function that moves usage a wrong clock has dated (in an earlier run) to dates that can be true; totals
 * stay what they are. It returns the number of rows moved.
 */
export function createRedater(database: Database): (correction: DateCorrection) => number {
  const prepare = (sql: string): Statement => database.prepare(sql);
  const add = additions.map(prepare);
  const remove = removals.map(prepare);
  const sweep = database.prepare(`DELETE FROM usage_month WHERE ${allZero(usageColumns)}`);

  const redate = database.transaction((correction: DateCorrection) => {
    const values = { ...correction, targetMonth: monthOf(correction.targetDay) };
    for (const statement of add) statement.run(values);
    const moved = remove.map((statement) => statement.run(values).changes);
    sweep.run();
    return moved.reduce((sum, rows) => sum + rows, 0);
  });
  return (correction) => redate.immediate(correction);
}
