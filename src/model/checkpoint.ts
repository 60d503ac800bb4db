import type { Device } from './device.ts';
import type { PeerUsage, Step, Usage } from './usage.ts';

/** A local calendar day as the number 20261120 (2026-11-20). Days sort and compare as numbers. */
export type Day = number;

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
  /** Internet traffic with one remote address. */
  peers: readonly { device: string; day: Day; address: string; usage: PeerUsage }[];
  /** The last batch applied of each monitor. */
  applied: readonly AppliedBatch[];
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
}

/** One device in one step. `start` is the start of the hour (epoch ms), the day (20261120) or the month (202611). */
export interface UsageRecord {
  device: string;
  start: number;
  usage: Usage;
}

/** What the network exchanged with one remote address on one day, seen from the network. */
export interface PeerRecord {
  day: Day;
  address: string;
  usage: PeerUsage;
}

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
