import type { MonitorCounters } from './batch.ts';
import type { Day } from './checkpoint.ts';
import type { NameSource } from './device.ts';
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

export interface MonitorHealth {
  monitor: string;
  /** Epoch ms of the last batch. */
  lastBatchAt: number;
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
  /** Sorted by today's download, largest first. */
  devices: readonly DeviceReport[];
  network: NetworkReport;
  health: Health;
}
