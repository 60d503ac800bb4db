import { addDays, isDay, monthStart } from '../../format/days.ts';
import {
  dayCount,
  defaultStep,
  isPreset,
  longestHourDays,
  rangeOf,
  type Calendar,
  type Preset,
  type Range,
  type Step,
} from './periods.ts';

export type Direction = 'both' | 'download' | 'upload';
/** How the bars are divided: by device, or the sum by direction. */
export type Split = 'device' | 'network';

/** What the page shows; all of it stands in the address. */
export interface View extends Range {
  /** Where the range is one of the presets, and goes on with time. */
  preset: Preset | undefined;
  step: Step;
  /** Ids of devices and groups; empty: all devices. */
  targets: readonly string[];
  direction: Direction;
  split: Split;
  /** Whether remote addresses are shown. */
  peers: boolean;
}

type Key = 'from' | 'to' | 'step' | 'devices' | 'direction' | 'split' | 'peers';

/** Changes of the address's query; undefined takes a member away. */
export type QueryChange = Partial<Record<Key, string | undefined>>;

export interface Reading {
  view: View;
  /** What of the query could not be taken as it is, and what is shown instead: one sentence each. */
  notes: string[];
}

const fallback: Preset = 'last-7-days';

/** Reads the address. Never throws: what makes no sense is told in the notes. */
export function readView(
  query: URLSearchParams,
  calendar: Calendar,
  isKnown: (target: string) => boolean,
): Reading {
  const notes: string[] = [];
  const { preset, range } = readRange(query, calendar, notes);
  const targets = readTargets(query.get('devices') ?? '', isKnown, notes);
  const word = (key: Key, known: readonly string[], instead: string) =>
    readWord({ query, notes, key, known }) ?? instead;
  const view: View = {
    preset,
    ...range,
    step: readStep(query, range, notes),
    targets,
    direction: word('direction', ['both', 'download', 'upload'], 'both') as Direction,
    split: word('split', ['device', 'network'], defaultSplit(targets)) as Split,
    peers: word('peers', ['shown'], '') === 'shown',
  };
  return { view, notes };
}

/** The query of a view, without what goes without saying. */
export function queryOf(view: View): Record<Key, string | undefined> {
  const { preset, from, to, step, targets, direction, split, peers } = view;
  return {
    from: preset ?? from,
    to: preset === undefined ? to : undefined,
    step: step === defaultStep(view) ? undefined : step,
    devices: targets.join(','),
    direction: direction === 'both' ? undefined : direction,
    split: split === defaultSplit(targets) ? undefined : split,
    peers: peers ? 'shown' : undefined,
  };
}

/** Of one device there is nothing to divide but its directions. */
function defaultSplit(targets: readonly string[]): Split {
  return targets.length === 1 && !isGroup(targets[0] ?? '') ? 'network' : 'device';
}

export function isGroup(target: string): boolean {
  return /^g\d+$/.test(target);
}

function readRange(query: URLSearchParams, calendar: Calendar, notes: string[]) {
  const { today } = calendar;
  const from = query.get('from') ?? fallback;
  if (isPreset(from)) return { preset: from, range: rangeOf(from, calendar) };
  const to = query.get('to') ?? today;
  const problem = rangeProblem({ from, to }, calendar);
  if (problem === undefined) {
    return { preset: undefined, range: { from, to: to < today ? to : today } };
  }
  notes.push(`In this page's address ${problem.sentence} The last 7 days are shown instead.`);
  return { preset: fallback, range: rangeOf(fallback, calendar) };
}

/** Why a range cannot be shown, and which end is to blame. */
export interface RangeProblem {
  field: 'from' | 'to';
  sentence: string;
}

/** A range may end after today, but not begin there. */
export function rangeProblem({ from, to }: Range, { today }: Calendar): RangeProblem | undefined {
  if (!isDay(from)) return { field: 'from', sentence: 'the first day is no day since 2000.' };
  if (!isDay(to)) return { field: 'to', sentence: 'the last day is no day since 2000.' };
  if (from > today) return { field: 'from', sentence: 'the first day is in the future.' };
  if (from > to) return { field: 'from', sentence: 'the first day is after the last.' };
  return undefined;
}

function readStep(query: URLSearchParams, range: Range, notes: string[]): Step {
  const step = readWord({ query, notes, key: 'step', known: ['hour', 'day', 'month'] });
  if (step === undefined) return defaultStep(range);
  if (step !== 'hour' || dayCount(range) <= longestHourDays) return step as Step;
  notes.push(`Hours can be shown for ${longestHourDays} days at most; these are months.`);
  return 'month';
}

interface Word {
  query: URLSearchParams;
  notes: string[];
  key: Key;
  known: readonly string[];
}

function readWord({ query, notes, key, known }: Word): string | undefined {
  const text = query.get(key);
  if (text === null || known.includes(text)) return text ?? undefined;
  notes.push(`In this page's address “${key}=${text.slice(0, 40)}” means nothing and is left out.`);
  return undefined;
}

function readTargets(text: string, isKnown: (target: string) => boolean, notes: string[]) {
  const asked = [...new Set(text.split(',').filter((each) => each !== ''))];
  const targets = asked.filter(isKnown);
  const gone = asked.filter((each) => !isKnown(each)).map((each) => each.slice(0, 40));
  if (gone.length > 0) {
    const names = gone.slice(0, 5).join(', ');
    const rest = targets.length === 0 ? ' All devices are shown.' : '';
    notes.push(`There is no device or group ${names}: it was forgotten, merged or removed.${rest}`);
  }
  return targets;
}

/** The days of one step, to look into it; undefined of an hour, which has no parts. */
export function stepRange(start: string, step: Step, today: string): Range | undefined {
  if (step === 'hour') return undefined;
  if (step === 'day') return { from: start, to: start };
  const last = addDays(monthStart(`${start}-01`, 1), -1);
  return { from: `${start}-01`, to: last < today ? last : today };
}
