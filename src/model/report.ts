import type { MonitorCounters } from './batch.ts';
import type { Day } from './checkpoint.ts';
import type { NameSource } from './device.ts';
import type { Group } from './group.ts';
import type { Limit, LimitLevel } from './limit.ts';
import type { Usage } from './usage.ts';

/** Bytes per second over the last seconds, seen from the device or network; internet traffic only. */
interface Rate {
  download: number;
  upload: number;
}

export interface UsageReport {
  today: Usage;
  month: Usage;
  total: Usage;
  rate: Rate;
}

export interface DeviceReport extends UsageReport {
  id: string;
  mac?: string;
  name: string;
  nameSource?: NameSource;
  vendor?: string;
  icon?: string;
  hidden: boolean;
  randomisedMac: boolean;
  router: boolean;
  online: boolean;
  /** Most recently seen first. */
  addresses: string[];
  /** Ids of the devices that are part of this one. */
  merged: string[];
  /** Epoch ms. */
  firstSeen: number;
  lastSeen: number;
}

export interface NetworkReport extends UsageReport {
  devicesOnline: number;
  devices: number;
}

export interface GroupReport extends UsageReport, Group {
  devicesOnline: number;
}

/** How a limit stands in the current period. */
export interface LimitReport extends Limit {
  /** First day of the period, and of the next one. */
  from: Day;
  next: Day;
  usedBytes: number;
  level: LimitLevel;
}

/** The provider's billing period and what the network used in it, both directions together. */
export interface BillingReport {
  /** First day of the period, and of the next one. */
  from: Day;
  next: Day;
  /** Days until the next period begins, today included. */
  daysLeft: number;
  usedBytes: number;
  /** What it will be at the end if it goes on like this. */
  forecastBytes: number;
  /** Of the network's limit for both directions in the period, where there is one. */
  limitBytes?: number;
}

/** Epoch ms at which the current local day and month began. */
export interface Since {
  day: number;
  month: number;
}

export interface MonitorHealth {
  monitor: string;
  /** Epoch ms of the last batch. */
  lastBatchAt: number;
  /** When it came, ms by the clock that does not step. */
  heardAt: number;
  counters: MonitorCounters;
}

export interface Health {
  /**
   * `degraded`: something named in `problems` needs attention; metering goes on with what is left. `down`: nothing is
   * metered.
   */
  status: 'ok' | 'degraded' | 'down';
  problems: string[];
  version: string;
  /** Epoch ms. */
  startedAt: number;
  checkpointAt: number;
  monitors: MonitorHealth[];
}

/** The one immutable picture that every output reads. */
export interface Report {
  /** Epoch ms. */
  at: number;
  timeZone: string;
  day: Day;
  since: Since;
  /** Sorted by today's download, largest first. */
  devices: readonly DeviceReport[];
  network: NetworkReport;
  groups: readonly GroupReport[];
  limits: readonly LimitReport[];
  billing: BillingReport;
  health: Health;
}
