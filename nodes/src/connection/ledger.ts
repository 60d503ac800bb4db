/** What the daemon tells, in its words: src/model/schemas.json and src/http/openapi.json of the daemon. */

/** Bytes of internet traffic, seen from the device. */
export interface Usage {
  download: number;
  upload: number;
}

/** Bytes per second. */
export interface Rate {
  download: number;
  upload: number;
}

interface Metered {
  /** The local day that `today` is, `YYYY-MM-DD`. */
  day: string;
  today: Usage;
  month: Usage;
  total: Usage;
  rate: Rate;
}

interface DeviceState {
  /** The MAC address as 12 hexadecimal digits, or `ip:<address>`. */
  id: string;
  mac: string | null;
  name: string;
  vendor: string | null;
  hidden: boolean;
  online: boolean;
  /** Most recently seen first. */
  addresses: string[];
  /** ISO 8601. */
  lastSeen: string;
}

interface GroupState {
  id: string;
  name: string;
  /** Ids of its devices. */
  devices: string[];
}

export type Device = { kind: 'device' } & DeviceState & Metered;
export type Group = { kind: 'group' } & GroupState & Metered;
type Network = { kind: 'network'; id: 'network'; name: string } & Metered;

/** What has usage: a device, a group of devices, or the whole network. */
export type Target = Device | Group | Network;

export const NETWORK = 'network';

/** Something that happened. */
export interface LedgerEvent {
  id: number;
  /** ISO 8601. */
  at: string;
  type: string;
  /** Id of the device it is about. */
  device: string | null;
  /** Id of the group it is about. */
  group: string | null;
  message: string;
}

/** What was used in one step of the `usage` command. */
export interface UsageRow extends Usage {
  /** `2026-11-20` for a day, `2026-11` for a month, ISO 8601 in UTC for an hour. */
  start: string;
  /** Absent for the network. */
  device?: string;
  name?: string;
}

/** The answer to the `usage` command. */
export interface UsageRows {
  from: string;
  to: string;
  timeZone: string;
  /** Oldest first. */
  usage: UsageRow[];
}

/** The answer to the `devices` command. */
export interface DeviceList {
  day: string;
  devices: (DeviceState & Omit<Metered, 'day'>)[];
  network: Omit<Metered, 'day'>;
}

export function sum(amounts: readonly Usage[]): Usage {
  const result = { download: 0, upload: 0 };
  for (const { download, upload } of amounts) {
    result.download += download;
    result.upload += upload;
  }
  return result;
}
