import { addDays, firstOfMonth, localTime, mondayOf, startOf } from '../connection/calendar.ts';
import { Failure } from '../connection/failure.ts';
import { NETWORK, type UsageRow, type UsageRows } from '../connection/ledger.ts';
import { amountsOf, type Amounts } from '../connection/wording.ts';

export type Grouping = 'hour' | 'day' | 'week' | 'month' | 'device';

/** Part of a range. */
interface Step {
  /** When it begins, epoch milliseconds. */
  t: number;
  /** Its first local day, with the time where it is an hour. */
  date: string;
}

/** A flat row, for tables and charts. */
export interface TableRow extends Step, Amounts {
  device: string;
  name: string;
}

/** The `step` of the `usage` command. */
export const commandSteps = {
  hour: 'hour',
  day: 'day',
  week: 'day',
  month: 'month',
  device: 'month',
} as const;

const HOUR_MS = 3_600_000;
/** More than any chart can show. */
const MOST_POINTS = 50_000;

/** Oldest first; grouped by device, the largest first. */
export function tableOf(answer: UsageRows, grouping: Grouping): TableRow[] {
  const stepOf = createStepReader(answer, grouping);
  const rows = new Map<string, TableRow>();
  for (const usage of answer.usage) {
    const step = stepOf(usage.start);
    const key = keyOf(step, usage.device);
    const row = rows.get(key);
    rows.set(key, row === undefined ? rowOf(step, usage) : { ...row, ...added(row, usage) });
  }
  const table = [...rows.values()];
  if (grouping === 'device') return table.sort((a, b) => b.total - a.total);
  return table.sort(byTime);
}

/** The table with zeros where a device had no traffic, up to the present: lines fall to zero, bars stay in line. */
export function chartOf(answer: UsageRows, grouping: Grouping, now: number): TableRow[] {
  const table = tableOf(answer, grouping);
  if (grouping === 'device') return table;
  const steps = stepsOf(answer, grouping).filter(({ t }) => t <= now);
  const names = new Map(table.map(({ device, name }) => [device, name]));
  if (steps.length * names.size > MOST_POINTS) {
    const message = `A chart of ${steps.length * names.size} points is too large: choose a shorter range or larger steps.`;
    throw new Failure('RANGE_TOO_LONG', message);
  }
  const rows = new Map(table.map((row) => [keyOf(row, row.device), row]));
  for (const step of steps) {
    for (const [device, name] of names) {
      const key = keyOf(step, device);
      if (!rows.has(key)) rows.set(key, rowOf(step, { device, name, download: 0, upload: 0 }));
    }
  }
  return [...rows.values()].sort(byTime);
}

function rowOf(step: Step, usage: Omit<UsageRow, 'start'>): TableRow {
  const { device = NETWORK, name = 'Network' } = usage;
  return { ...step, device, name, ...amountsOf(usage) };
}

function added(row: TableRow, { download, upload }: UsageRow): Amounts {
  return amountsOf({ download: row.download + download, upload: row.upload + upload });
}

function keyOf({ t }: Step, device = NETWORK): string {
  return `${t} ${device}`;
}

function byTime(a: TableRow, b: TableRow): number {
  return a.t - b.t || a.name.localeCompare(b.name);
}

/** Of the `start` of a row. Each is worked out once, for time zones are slow. */
function createStepReader({ from, timeZone }: UsageRows, grouping: Grouping) {
  const known = new Map<string, Step>();
  return (start: string): Step => {
    const step = known.get(start) ?? read(start);
    known.set(start, step);
    return step;
  };

  function read(start: string): Step {
    if (grouping === 'hour') {
      const t = Date.parse(start);
      return { t, date: localTime(t, timeZone) };
    }
    const dates = { day: start, week: start, month: `${start}-01`, device: from };
    const date = grouping === 'week' ? mondayOf(start) : dates[grouping];
    return { t: startOf(date, timeZone), date };
  }
}

/** All steps of the range. */
function stepsOf({ from, to, timeZone }: UsageRows, grouping: Grouping): Step[] {
  const end = startOf(addDays(to, 1), timeZone);
  if (grouping === 'hour') {
    const first = startOf(from, timeZone);
    return Array.from({ length: Math.round((end - first) / HOUR_MS) }, (_none, index) => {
      const t = first + index * HOUR_MS;
      return { t, date: localTime(t, timeZone) };
    });
  }
  const firstDayOf = {
    day: (day: string) => day,
    week: mondayOf,
    month: firstOfMonth,
    device: String,
  };
  const dates = new Set<string>();
  for (let day = from; day <= to; day = addDays(day, 1)) dates.add(firstDayOf[grouping](day));
  return [...dates].map((date) => ({ t: startOf(date, timeZone), date }));
}
