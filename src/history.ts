import type { Checkpoint, Day, PeerRecord, UsageQuery, UsageRecord } from './model/checkpoint.ts';
import { monthOf } from './model/checkpoint.ts';
import { addUsage, type PeerUsage } from './model/usage.ts';
import type { StoreReader } from './store/store.ts';
import { nextDay, type Calendar } from './usage/calendar.ts';

/** What no checkpoint holds yet. */
export interface Pending {
  hours(): Checkpoint['hours'];
  days(): Checkpoint['days'];
  peers(): Checkpoint['peers'];
}

export interface History {
  usage(query: UsageQuery): UsageRecord[];
  peers(from: Day, to: Day): PeerRecord[];
}

const OTHER = 'other';

/** The stored ledger with what is pending on top. */
export function createHistory(store: StoreReader, calendar: Calendar, pending: Pending): History {
  return {
    usage: (query) => sorted(mergeUsage(query, store, calendar, pending)),
    peers(from, to) {
      const inRange = ({ day }: { day: Day }) => day >= from && day <= to;
      const days = pending.days().filter(inRange);
      return mergePeers(store.peers(from, to), days, pending.peers().filter(inRange));
    },
  };
}

function mergeUsage(
  query: UsageQuery,
  store: StoreReader,
  calendar: Calendar,
  pending: Pending,
): UsageRecord[] {
  const isWanted = ({ device }: { device: string }) => query.devices?.includes(device) ?? true;
  if (query.step === 'hour') {
    const fromMs = calendar.startOfDay(query.from);
    const toMs = calendar.startOfDay(nextDay(query.to));
    const added = pending
      .hours()
      .filter((row) => isWanted(row) && row.hour >= fromMs && row.hour < toMs)
      .map(({ device, hour, usage }) => ({ device, start: hour, usage }));
    return addRecords(store.usageHours(fromMs, toMs, query.devices), added);
  }
  const added = pending
    .days()
    .filter((row) => isWanted(row) && row.day >= query.from && row.day <= query.to)
    .map(({ device, day, usage }) => ({
      device,
      start: query.step === 'month' ? monthOf(day) : day,
      usage,
    }));
  return addRecords(store.usage(query), added);
}

function addRecords(stored: UsageRecord[], added: readonly UsageRecord[]): UsageRecord[] {
  const known = new Map(stored.map((record) => [`${record.start} ${record.device}`, record]));
  for (const { device, start, usage } of added) {
    const key = `${start} ${device}`;
    const record = known.get(key);
    if (record === undefined) known.set(key, { device, start, usage: { ...usage } });
    else addUsage(record.usage, usage);
  }
  return [...known.values()];
}

function sorted(records: UsageRecord[]): UsageRecord[] {
  return records.toSorted(
    (left, right) => left.start - right.start || left.device.localeCompare(right.device),
  );
}

function mergePeers(
  stored: readonly PeerRecord[],
  days: Checkpoint['days'],
  peers: Checkpoint['peers'],
): PeerRecord[] {
  const records = new Map<string, PeerRecord>();
  const add = (day: Day, address: string, { download, upload }: PeerUsage, sign = 1) => {
    const key = `${day} ${address}`;
    const record = records.get(key) ?? { day, address, usage: { download: 0, upload: 0 } };
    record.usage.download += sign * download;
    record.usage.upload += sign * upload;
    records.set(key, record);
  };
  for (const { day, address, usage } of stored) add(day, address, usage);
  for (const { day, usage } of days) add(day, OTHER, usage);
  for (const { day, address, usage } of peers) {
    add(day, address, usage);
    add(day, OTHER, usage, -1);
  }
  return [...records.values()].filter(({ usage }) => usage.download > 0 || usage.upload > 0);
}
