import type { Device } from './device.ts';
import type { EventType, LedgerEvent } from './event.ts';
import type { Group } from './group.ts';
import type { Limit, LimitId, LimitLevel } from './limit.ts';
import type { PeerUsage, Step, Usage } from './usage.ts';

/** A local calendar day as the number 20261120 (2026-11-20). Days sort and compare as numbers. */
export type Day = number;

/** What has been raised for a limit, kept over restarts, so that it is raised once in a period. */
export interface LimitMark {
  /** First day of the period it was raised in. */
  from: Day;
  level: LimitLevel;
}

/** A limit with what was raised for it; absent where nothing was. */
export interface MarkedLimit extends Limit {
  mark?: LimitMark;
}

/** Internet traffic of a device with one remote address on a day. */
export interface CheckpointPeer {
  device: string;
  day: Day;
  address: string;
  usage: PeerUsage;
}

/** What changed since the last checkpoint; written in one transaction. Usage rows are increments and may be negative. */
export interface Checkpoint {
  /** Epoch ms. */
  at: number;
  /** Merges, first of all: everything of `from` becomes `into`'s. */
  merges: readonly DeviceMerge[];
  /** Devices that are new or changed. */
  devices: readonly Device[];
  /** `hour` is the start of a local hour, epoch ms. */
  hours: readonly { device: string; hour: number; usage: Usage }[];
  days: readonly { device: string; day: Day; usage: Usage }[];
  /** May be read more than once. */
  peers: Iterable<CheckpointPeer>;
  /** The last batch applied of each monitor. */
  applied: readonly AppliedBatch[];
  events: readonly LedgerEvent[];
  /** Ids of events that were acknowledged; those that are gone are passed over. */
  acknowledgedEvents: readonly number[];
  /** Names that the user gave remote addresses since the last checkpoint; `null` takes one away. */
  peerNames: readonly PeerName[];
  /** Groups that are new, changed or removed (`null`). */
  groups: readonly { id: string; group: Group | null }[];
  /** Limits that are new, changed or removed (`null`). */
  limits: readonly { id: LimitId; limit: MarkedLimit | null }[];
}

export interface PeerName {
  address: string;
  name: string | null;
}

/** Which events to read, newest first; all where nothing is given. */
export interface EventQuery {
  ids?: readonly number[];
  /** Only those with a smaller id. */
  before?: number;
  limit?: number;
  device?: string;
  types?: readonly EventType[];
  acknowledged?: boolean;
}

/** Whose remote addresses to read: local days, both included. */
export interface PeerQuery {
  from: Day;
  to: Day;
  /** Device id; the whole network where absent. */
  device?: string;
}

/** Ids of two devices that turned out to be one. */
export interface DeviceMerge {
  from: string;
  into: string;
}

export interface AppliedBatch {
  monitor: string;
  boot: string;
  seq: number;
}

/** Which part of the ledger to read: local days, both included. */
export interface UsageQuery {
  from: Day;
  to: Day;
  step: Step;
  /** Device ids; all where absent. */
  devices?: readonly string[];
  /** `device` (where absent): a record for each device. `network`: one for all of them, whose device is `NETWORK`. */
  by?: 'device' | 'network';
}

/** Stands for a device in the sums of the network; no device has this id. */
export const NETWORK = 'network';

/** One device, or the network, in one step. `start` is the start of the hour (epoch ms), the day (20261120) or the month (202611). */
export interface UsageRecord {
  device: string;
  start: number;
  usage: Usage;
}

/** What a device or the network exchanged with one remote address on one day. */
export interface PeerRecord {
  day: Day;
  /** `REST_ADDRESS` for all that is not itemised. */
  address: string;
  usage: PeerUsage;
}

/** The largest remote addresses of the days of a range together. */
export interface TopPeersQuery extends PeerQuery {
  /** Addresses at most; everything else is one more row, of `REST_ADDRESS`. */
  limit: number;
}

/** What a device or the network exchanged with one remote address over several days. */
export type PeerTotal = Omit<PeerRecord, 'day'>;

/** Stands for the remote addresses that are not itemised, so that sums are those of the usage. */
export const REST_ADDRESS = 'other';

/** `2026-11-20` */
export function formatDay(day: Day): string {
  const digits = String(day).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** The day in `YYYY-MM-DD`, or undefined where that is no calendar day. */
export function parseDay(text: string): Day | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const calendar = new Date(Date.UTC(year, month - 1, date));
  const exists =
    calendar.getUTCMonth() === month - 1 && calendar.getUTCDate() === date && year >= 1000;
  return exists ? year * 10_000 + month * 100 + date : undefined;
}

/** The month of a day: 20261120 -> 202611. */
export function monthOf(day: Day): number {
  return Math.floor(day / 100);
}

/** Number of local days from one to another, both included; zero or negative where `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((calendarTime(to) - calendarTime(from)) / 86_400_000) + 1;
}

/** The calendar day after. */
export function nextDay(day: Day): Day {
  return addDays(day, 1);
}

/** The calendar day `count` days later, or earlier where negative. */
export function addDays(day: Day, count: number): Day {
  const date = new Date(calendarTime(day) + count * 86_400_000);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** Midnight of the day as if it were one in UTC, epoch ms: for counting days and weekdays. */
export function calendarTime(day: Day): number {
  return Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
}
