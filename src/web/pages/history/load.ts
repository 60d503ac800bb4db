import { call, type Input } from '../../api/client.ts';
import type { UsageRow } from '../../api/operations.ts';
import { usedByDay, usedByTime, type Moment } from '../../format/comparison.ts';
import { addDays } from '../../format/days.ts';
import { noTraffic, sumOf, totalOf, type Traffic } from '../../format/traffic.ts';
import { isMonthEnd, periodBefore, type Calendar, type Range } from './periods.ts';
import { stepStarts } from './steps.ts';
import type { View } from './view.ts';

/** What was not asked for is 0. */
export interface DeviceTraffic extends Traffic {
  id: string;
  name: string;
}

export interface StepTraffic extends Traffic {
  /** As the API writes it. */
  start: string;
}

/** A view and its numbers. */
export interface Picture {
  view: View;
  sum: Traffic;
  /** Largest first. */
  devices: DeviceTraffic[];
  /** Oldest first, also those without traffic. */
  steps: StepTraffic[];
  /** Totals by step of the largest devices; undefined where the bars are not divided by device. */
  largest: { id: string; name: string; totals: number[] }[] | undefined;
  /** What the period before had; undefined where the ledger does not know all of it. */
  before: Before | undefined;
  /** Bytes that are known by device and month only: finer records are not kept for ever. */
  unresolved: number;
}

interface Before extends Range {
  total: number;
  /** Where the view is not over: the time (epoch ms) until which the last day counts, which is that of now. */
  until: number | undefined;
}

interface Circumstances {
  calendar: Calendar;
  now: Moment;
  /** What can be asked for by its id. */
  isDevice: (id: string) => boolean;
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
 * and the steps of the eight largest devices alone.
 */
export async function loadPicture(
  view: View,
  circumstances: Circumstances,
  signal: AbortSignal,
): Promise<Picture> {
  const selection = selectionOf(view);
  const ask = async (input: Input<'showUsage'>) =>
    (await call('showUsage', { ...selection, ...input }, signal)).usage;
  const [byMonth, byStep, before] = await Promise.all([
    ask({ step: 'month', by: 'device' }),
    ask({ step: view.step, by: 'network' }),
    loadBefore(view, circumstances, ask),
  ]);
  const devices = sumByDevice(byMonth);
  const steps = fillSteps(view, byStep);
  const sum = sumOf(devices);
  return {
    view,
    sum,
    devices,
    steps,
    largest: await loadLargest(view, { devices, byMonth, isDevice: circumstances.isDevice, ask }),
    before,
    unresolved: Math.max(0, totalOf(sum) - totalOf(sumOf(steps))),
  };
}

type Ask = (input: Input<'showUsage'>) => Promise<UsageRow[]>;

async function loadBefore(
  view: View,
  { calendar, now }: Circumstances,
  ask: Ask,
): Promise<Before | undefined> {
  const range = periodBefore(view, calendar);
  const { from, to } = range;
  if (from < calendar.firstDay) return undefined;
  const sumFrom = async (first: string, last: string) =>
    first > last
      ? 0
      : sumOfRows(await ask({ from: first, to: last, step: 'month', by: 'network' }));
  // Of a month that is shorter than this one all is over by the time.
  const isShorter = isMonthEnd(to) && to.slice(8) < view.to.slice(8);
  if (view.to !== calendar.today || isShorter) {
    return { ...range, total: await sumFrom(from, to), until: undefined };
  }
  const step = from === to ? 'hour' : 'day';
  const [whole, last] = await Promise.all([
    sumFrom(from, addDays(to, -1)),
    ask({ from: to, to, step, by: 'network' }),
  ]);
  const part = (step === 'hour' ? usedByTime : usedByDay)(last, to, now);
  return { ...range, total: whole + totalOf(part), until: now.at };
}

async function loadLargest(
  view: View,
  known: {
    devices: readonly DeviceTraffic[];
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
    if (place !== undefined && ofDevice !== undefined) ofDevice[place] = totalOf(trafficOf(row));
  }
  return largest.map(({ id, name }) => ({ id, name, totals: totals.get(id) ?? [] }));
}

function fillSteps(view: View, rows: readonly UsageRow[]): StepTraffic[] {
  const { step } = view;
  const known = new Map(rows.map((row) => [row.start, row]));
  return stepStarts(view, step).map((start) => ({ start, ...trafficOf(known.get(start)) }));
}

function sumByDevice(rows: readonly UsageRow[]): DeviceTraffic[] {
  const devices = new Map<string, DeviceTraffic>();
  for (const row of rows) {
    const id = row.device ?? '';
    const known = devices.get(id) ?? { id, name: row.name ?? id, ...noTraffic };
    devices.set(id, { ...known, ...sumOf([known, trafficOf(row)]) });
  }
  return [...devices.values()]
    .filter((device) => totalOf(device) > 0)
    .toSorted((one, other) => totalOf(other) - totalOf(one));
}

function placesOf(starts: readonly string[]): Map<string, number> {
  return new Map(starts.map((start, at) => [start, at]));
}

function trafficOf({ download = 0, upload = 0 }: Partial<Traffic> = {}): Traffic {
  return { download, upload };
}

function sumOfRows(rows: readonly UsageRow[]): number {
  return totalOf(sumOf(rows.map(trafficOf)));
}

/** Whether a view goes on, and is small enough to be asked for every minute. */
export function isRefreshed(view: View, today: string): boolean {
  return view.to === today && view.from >= addDays(today, -92);
}
