import { call, type Input } from '../../api/client.ts';
import type { UsageRow } from '../../api/operations.ts';
import { addDays } from '../../format/days.ts';
import { periodBefore, type Calendar, type Range } from './periods.ts';
import { stepStarts } from './steps.ts';
import type { View } from './view.ts';

/** Internet traffic in bytes. What was not asked for is 0. */
export interface Amounts {
  download: number;
  upload: number;
  total: number;
}

export interface DeviceAmounts extends Amounts {
  id: string;
  name: string;
}

export interface StepAmounts extends Amounts {
  /** As the API writes it. */
  start: string;
}

/** A view and its numbers. */
export interface Picture {
  view: View;
  sum: Amounts;
  /** Largest first. */
  devices: DeviceAmounts[];
  /** Oldest first, also those without traffic. */
  steps: StepAmounts[];
  /** Totals by step of the largest devices; undefined where the bars are not divided by device. */
  largest: { id: string; name: string; totals: number[] }[] | undefined;
  /** What the period before had; undefined where the ledger does not know all of it. */
  before: (Range & { total: number; untilHour: string | undefined }) | undefined;
  /** Bytes that are known by device and month only: finer records are not kept for ever. */
  unresolved: number;
}

/** More bars than this, times eight devices, nobody can read, and it would take long to ask for them. */
const mostDividedSteps = 2_000;
const largestCount = 8;

function isDivided(view: View): boolean {
  return view.split === 'device' && stepStarts(view, view.step).length <= mostDividedSteps;
}

/** What the API is asked for a view, but for step and division. */
export function selectionOf({ targets, direction, from, to }: View): Input<'showUsage'> {
  const [first, ...rest] = targets;
  return {
    from,
    to,
    ...(first === undefined ? {} : { devices: [first, ...rest] }),
    ...(direction === 'both' ? {} : { direction }),
  };
}

/**
 * Asks for as little as a view needs: the steps of the network, the months of the devices (which add up to the range),
 * and the steps of the eight largest devices alone. `isDevice` tells what can be asked for by its id.
 */
export async function loadPicture(
  view: View,
  { calendar, isDevice }: { calendar: Calendar; isDevice: (id: string) => boolean },
  signal: AbortSignal,
): Promise<Picture> {
  const selection = selectionOf(view);
  const ask = async (input: Input<'showUsage'>) =>
    (await call('showUsage', { ...selection, ...input }, signal)).usage;
  const [byMonth, byStep, before] = await Promise.all([
    ask({ step: 'month', by: 'device' }),
    ask({ step: view.step, by: 'network' }),
    loadBefore(view, calendar, ask),
  ]);
  const devices = sumByDevice(byMonth);
  const steps = fillSteps(view, byStep);
  const sum = sumOf(devices);
  return {
    view,
    sum,
    devices,
    steps,
    largest: await loadLargest(view, { devices, byMonth, isDevice, ask }),
    before,
    unresolved: Math.max(0, sum.total - sumOf(steps).total),
  };
}

type Ask = (input: Input<'showUsage'>) => Promise<UsageRow[]>;

async function loadBefore(view: View, calendar: Calendar, ask: Ask): Promise<Picture['before']> {
  const range = periodBefore(view, calendar);
  if (range.from < calendar.firstDay) return undefined;
  if (view.from !== calendar.today) {
    const rows = await ask({ ...range, step: 'month', by: 'network' });
    return { ...range, total: totalOf(rows), untilHour: undefined };
  }
  // Today is not over: compared with what was used yesterday up to the end of this hour.
  const now = Date.now();
  const rows = await ask({ ...range, step: 'hour', by: 'network' });
  const until = rows.filter(({ start }) => Date.parse(start) + 86_400_000 <= now);
  const last = until.at(-1);
  return { ...range, total: totalOf(until), untilHour: last?.start };
}

async function loadLargest(
  view: View,
  known: {
    devices: readonly DeviceAmounts[];
    byMonth: readonly UsageRow[];
    isDevice: (id: string) => boolean;
    ask: Ask;
  },
): Promise<Picture['largest']> {
  if (!isDivided(view)) return undefined;
  const largest = known.devices.filter(({ id }) => known.isDevice(id)).slice(0, largestCount);
  const [first, ...rest] = largest.map(({ id }) => id);
  if (first === undefined) return [];
  const rows =
    view.step === 'month'
      ? known.byMonth
      : await known.ask({ step: view.step, by: 'device', devices: [first, ...rest] });
  const places = placesOf(stepStarts(view, view.step));
  const totals = new Map(largest.map(({ id }) => [id, [...places].map(() => 0)]));
  for (const row of rows) {
    const place = places.get(row.start);
    const ofDevice = totals.get(row.device ?? '');
    if (place !== undefined && ofDevice !== undefined) ofDevice[place] = amountsOf(row).total;
  }
  return largest.map(({ id, name }) => ({ id, name, totals: totals.get(id) ?? [] }));
}

function fillSteps(view: View, rows: readonly UsageRow[]): StepAmounts[] {
  const { step } = view;
  const known = new Map(rows.map((row) => [row.start, row]));
  return stepStarts(view, step).map((start) => ({ start, ...amountsOf(known.get(start)) }));
}

function sumByDevice(rows: readonly UsageRow[]): DeviceAmounts[] {
  const devices = new Map<string, DeviceAmounts>();
  for (const row of rows) {
    const id = row.device ?? '';
    const known = devices.get(id) ?? { id, name: row.name ?? id, ...noAmounts };
    devices.set(id, { ...known, ...plus(known, amountsOf(row)) });
  }
  return [...devices.values()]
    .filter(({ total }) => total > 0)
    .toSorted((one, other) => other.total - one.total);
}

function placesOf(starts: readonly string[]): Map<string, number> {
  return new Map(starts.map((start, at) => [start, at]));
}

const noAmounts: Amounts = { download: 0, upload: 0, total: 0 };

function amountsOf(row: UsageRow | undefined): Amounts {
  const { download = 0, upload = 0 } = row ?? {};
  return { download, upload, total: download + upload };
}

function plus(one: Amounts, other: Amounts): Amounts {
  return {
    download: one.download + other.download,
    upload: one.upload + other.upload,
    total: one.total + other.total,
  };
}

export function sumOf(rows: readonly Amounts[]): Amounts {
  return rows.reduce<Amounts>(plus, noAmounts);
}

function totalOf(rows: readonly UsageRow[]): number {
  return sumOf(rows.map(amountsOf)).total;
}

/** Whether a view goes on, and is small enough to be asked for every minute. */
export function isRefreshed(view: View, today: string): boolean {
  return view.to === today && view.from >= addDays(today, -92);
}
