import {
  addDays,
  monthOf,
  NETWORK,
  nextDay,
  REST_ADDRESS,
  type Checkpoint,
  type Day,
  type PeerQuery,
  type PeerRecord,
  type UsageQuery,
  type UsageRecord,
} from './model/checkpoint.ts';
import type { History } from './model/history.ts';
import { addUsage, type PeerUsage, type Step, type Usage } from './model/usage.ts';
import type { StoreReader } from './store/store.ts';
import type { Calendar } from './usage/calendar.ts';

/** What no checkpoint holds yet. */
export interface Pending {
  hours(): Checkpoint['hours'];
  days(): Checkpoint['days'];
  /** Of the devices and days that `isWanted` names. */
  peers(isWanted: (row: { device: string; day: Day }) => boolean): Checkpoint['peers'];
}

/** What of it a query for peers asks for. */
type Unstored = Pick<Checkpoint, 'days' | 'peers'>;

/** The parts that a history is read from. */
interface Sources {
  store: StoreReader;
  calendar: Calendar;
  pending: Pending;
  /** Writes merges of devices, if there are any: what is stored goes by the ids of before. */
  writeMerges: () => void;
}

/** The stored ledger with what is pending on top. */
export function createHistory(
  store: StoreReader,
  calendar: Calendar,
  pending: Pending,
  writeMerges = () => {},
): History {
  const sources = { store, calendar, pending, writeMerges };
  return {
    usage: (query) => readUsage(query, sources),
    usageRows: (query) => readBlocks(query, sources),
    peers(query) {
      writeMerges();
      return withPendingPeers(store.peers(query), pendingOf(query, pending));
    },
    topPeers(query) {
      writeMerges();
      return store.topPeers(query, pendingOf(query, pending));
    },
  };
}

function readUsage(query: UsageQuery, sources: Sources): UsageRecord[] {
  const { store, calendar, pending, writeMerges } = sources;
  writeMerges();
  const isWanted = ({ device }: { device: string }) => query.devices?.includes(device) ?? true;
  if (query.step === 'hour') {
    const fromMs = calendar.startOfDay(query.from);
    const toMs = calendar.startOfDay(nextDay(query.to));
    const added = pending
      .hours()
      .filter((row) => isWanted(row) && row.hour >= fromMs && row.hour < toMs)
      .map(({ device, hour, usage }) => ({ device, start: hour, usage }));
    return withPending(store.usageHours(fromMs, toMs, query), added, query.by);
  }
  const added = pending
    .days()
    .filter((row) => isWanted(row) && isIn(query, row))
    .map(({ device, day, usage }) => ({
      device,
      start: query.step === 'month' ? monthOf(day) : day,
      usage,
    }));
  return withPending(store.usage(query), added, query.by);
}

function isIn({ from, to }: { from: Day; to: Day }, { day }: { day: Day }): boolean {
  return day >= from && day <= to;
}

/** Adds up in the stored records; few records are pending, many may be stored. */
function withPending(
  stored: UsageRecord[],
  added: readonly UsageRecord[],
  by: UsageQuery['by'],
): UsageRecord[] {
  const pending = new Map<number, Map<string, Usage>>();
  for (const { device: id, start, usage } of added) {
    const device = by === 'network' ? NETWORK : id;
    const ofStart = pending.get(start) ?? new Map<string, Usage>();
    pending.set(start, ofStart);
    const known = ofStart.get(device);
    if (known === undefined) ofStart.set(device, { ...usage });
    else addUsage(known, usage);
  }
  for (const { device, start, usage } of stored) {
    const ofStart = pending.get(start);
    const more = ofStart?.get(device);
    if (more !== undefined) addUsage(usage, more);
    ofStart?.delete(device);
  }
  const others = [...pending].flatMap(([start, ofStart]) =>
    [...ofStart].map(([device, usage]) => ({ device, start, usage })),
  );
  return others.length === 0 ? stored : [...stored, ...others].toSorted(byStartThenDevice);
}

function byStartThenDevice(left: UsageRecord, right: UsageRecord): number {
  return left.start - right.start || (left.device < right.device ? -1 : 1);
}

/** The last day of a block that begins on `from`. */
const lastDayOfBlock: Record<Step, (from: Day) => Day> = {
  hour: (from) => from,
  day: (from) => addDays(from, 30),
  month: (from) => (Math.floor(from / 10_000) + 4) * 10_000 + 1231,
};

/** Hops from one day that has usage to the next, so that neither gaps nor endless ranges cost anything. */
function* readBlocks(query: UsageQuery, sources: Sources): Generator<UsageRecord[]> {
  const { step } = query;
  let from = nextUsedDay(query.from, step, sources);
  while (from !== undefined && from <= query.to) {
    const to = Math.min(lastDayOfBlock[step](from), query.to);
    const records = readUsage({ ...query, from, to }, sources);
    if (records.length > 0) yield records;
    from = nextUsedDay(nextDay(to), step, sources);
  }
}

/** The first day at or after `from` on which a device used something, or may have in a step by month. */
function nextUsedDay(from: Day, step: Step, { store, calendar, pending }: Sources) {
  const days = pending
    .days()
    .map(({ day }) => day)
    .filter((day) => day >= from);
  if (step === 'hour') {
    const hour = store.nextStart('hour', calendar.startOfDay(from));
    if (hour !== undefined) days.push(calendar.day(hour));
  } else if (step === 'day') {
    days.push(store.nextStart('day', from) ?? Infinity);
  } else {
    const month = store.nextStart('month', monthOf(from));
    if (month !== undefined) days.push(Math.max(from, month * 100 + 1));
  }
  return days.length === 0 ? undefined : Math.min(...days);
}

function pendingOf(query: PeerQuery, pending: Pending): Unstored {
  const isWanted = (row: { device: string; day: Day }) =>
    isIn(query, row) && (query.device === undefined || query.device === row.device);
  return { days: pending.days().filter(isWanted), peers: [...pending.peers(isWanted)] };
}

/** What is pending and has no address yet belongs to the rest of its day. */
function withPendingPeers(stored: PeerRecord[], { days, peers }: Unstored): PeerRecord[] {
  const touched = new Set([...days, ...peers].map(({ day }) => day));
  if (touched.size === 0) return stored;
  const records = new Map<string, PeerRecord>();
  const add = (day: Day, address: string, { download, upload }: PeerUsage, sign = 1) => {
    const key = `${day} ${address}`;
    const record = records.get(key) ?? { day, address, usage: { download: 0, upload: 0 } };
    record.usage.download += sign * download;
    record.usage.upload += sign * upload;
    records.set(key, record);
  };
  for (const { day, address, usage } of stored) if (touched.has(day)) add(day, address, usage);
  for (const { day, usage } of days) add(day, REST_ADDRESS, usage);
  for (const { day, address, usage } of peers) {
    add(day, address, usage);
    add(day, REST_ADDRESS, usage, -1);
  }
  return [
    ...stored.filter(({ day }) => !touched.has(day)),
    ...[...records.values()].filter(({ usage }) => usage.download !== 0 || usage.upload !== 0),
  ].toSorted(byDayThenUsage);
}

function byDayThenUsage(left: PeerRecord, right: PeerRecord): number {
  if (left.day !== right.day) return left.day - right.day;
  if (left.address === REST_ADDRESS) return 1;
  if (right.address === REST_ADDRESS) return -1;
  const bytes = ({ usage }: PeerRecord) => usage.download + usage.upload;
  return bytes(right) - bytes(left) || (left.address < right.address ? -1 : 1);
}
