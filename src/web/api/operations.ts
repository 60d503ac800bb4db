// Made from src/http/openapi.json by "npm run docs"; a test fails when it is stale.

/**
 * ISO 8601 in UTC.
 *
 */
export type Time = string;
/**
 * A local calendar day.
 *
 */
export type Day = string;
export type Device = DeviceFacts;
/**
 * The MAC address as 12 hexadecimal digits, `ip:<address>` where only an address is known, or `other`. It never changes.
 *
 */
export type DeviceId = string;
/**
 * Who said so: the user, the device in DHCP, a DHCP server's lease file, the hosts file, the device in mDNS, reverse DNS.
 *
 */
export type NameSource = 'user' | 'dhcp' | 'lease' | 'hosts' | 'mdns' | 'dns';
/**
 * A Material Design icon.
 *
 */
export type Icon = string;
/**
 * An IPv4 or IPv6 address.
 *
 */
export type Address = string;
/**
 * Bytes of IP packets, headers included.
 *
 */
export type Bytes = number;
/**
 * Bytes of internet traffic.
 *
 */
export type LimitBytes = number;
/**
 * A device's id, MAC address, or the name or address it has at present.
 *
 */
export type DeviceReferenceText = string;
/**
 * One device with all that is known of it.
 *
 */
export type DeviceDetails = DeviceFacts & {
  /**
   * Most recently seen first.
   */
  addressesSeen: {
    address: Address;
    lastSeen: Time;
  }[];
  /**
   * All names known for it, best first: the first is the name to show. Empty where that is made of vendor and address.
   */
  names: {
    source: NameSource;
    name: string;
  }[];
};
/**
 * 1 to 64 characters, none of them a control character. No two devices may be given the same name; case does not matter.
 *
 */
export type DeviceName = string;
/**
 * It never changes, and is never given again.
 *
 */
export type GroupId = string;
/**
 * 1 to 64 characters, none of them a control character; no two groups have the same, and none is called `network`.
 *
 */
export type GroupName = string;
/**
 * @maxItems 500
 */
export type Devices1 = DeviceReferenceText[];
/**
 * A group's id or name.
 *
 */
export type GroupReferenceText = string;
/**
 * target/period/direction
 *
 */
export type LimitId = string;
/**
 * `network`, the id of a device or of a group.
 *
 */
export type LimitTarget = string;
/**
 * A local day, a week from Monday on, a calendar month, or the provider's billing period (billing.startDay).
 *
 */
export type LimitPeriod = 'day' | 'week' | 'month' | 'billing';
export type LimitDirection = 'download' | 'upload' | 'both';
/**
 * A warning is raised at this share of the limit.
 *
 */
export type WarningPercent = number;
/**
 * `network`, a device's id, MAC address, name or address, or a group's id or name.
 *
 */
export type LimitTargetText = string;
/**
 * Devices, or groups by id or name for all of their devices.
 *
 * @minItems 1
 * @maxItems 500
 */
export type Devices2 = [DeviceReferenceText, ...DeviceReferenceText[]];
/**
 * @minItems 1
 * @maxItems 50
 *
 */
export type EventTypes = [EventType, ...EventType[]];
export type EventType =
  | 'daemon-started'
  | 'device-new'
  | 'device-online'
  | 'device-offline'
  | 'device-changed'
  | 'device-merged'
  | 'device-split'
  | 'device-forgotten'
  | 'peer-renamed'
  | 'interface-down'
  | 'interface-up'
  | 'frames-dropped'
  | 'clock-set'
  | 'checkpoint-failed'
  | 'checkpoint-recovered'
  | 'configuration-changed'
  | 'group-changed'
  | 'limit-changed'
  | 'limit-warning'
  | 'limit-exceeded'
  | 'period-closed';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/**
 * One type or several.
 *
 */
export type EventTypeChoice = EventType | EventTypes;

export interface Operations {
  listDevices: {
    input: {};
    answer: Devices;
  };
  showDevice: {
    input: {
      device: DeviceReferenceText;
    };
    answer: DeviceDetails;
  };
  updateDevice: {
    input: {
      device: DeviceReferenceText;
    } & DeviceChange;
    answer: DeviceDetails;
  };
  forgetDevice: {
    input: {
      device: DeviceReferenceText;
    };
    answer: Done;
  };
  mergeDevice: {
    input: {
      device: DeviceReferenceText;
    } & MergeTarget;
    answer: DeviceDetails;
  };
  splitDevice: {
    input: {
      device: DeviceId;
    };
    answer: DeviceDetails;
  };
  listGroups: {
    input: {};
    answer: Groups;
  };
  createGroup: {
    input: GroupSettings;
    answer: Group;
  };
  setGroup: {
    input: {
      group: GroupReferenceText;
    } & GroupSettings;
    answer: Group;
  };
  removeGroup: {
    input: {
      group: GroupReferenceText;
    };
    answer: Done;
  };
  listLimits: {
    input: {};
    answer: Limits;
  };
  setLimit: {
    input: {
      target: LimitTargetText;
      period: LimitPeriod;
      direction: LimitDirection;
    } & LimitSettings;
    answer: Limit;
  };
  removeLimit: {
    input: {
      target: LimitTargetText;
      period: LimitPeriod;
      direction: LimitDirection;
    };
    answer: Done;
  };
  showUsage: {
    input: {
      from?: Day;
      to?: Day;
      step?: 'hour' | 'day' | 'month';
      by?: 'device' | 'group' | 'network';
      devices?: Devices2;
      direction?: 'download' | 'upload' | 'local';
      format?: 'json' | 'csv';
    };
    answer: UsageRows;
  };
  listPeers: {
    input: {
      from?: Day;
      to?: Day;
      device?: DeviceReferenceText;
      limit?: number;
    };
    answer: Peers;
  };
  renamePeer: {
    input: {
      address: Address;
    } & PeerName;
    answer: Done;
  };
  listEvents: {
    input: {
      before?: number;
      limit?: number;
      device?: DeviceReferenceText;
      type?: EventTypes;
      acknowledged?: boolean;
    };
    answer: Events;
  };
  acknowledgeEvents: {
    input: EventAcknowledgement;
    answer: EventsAcknowledged;
  };
  showHealth: {
    input: {};
    answer: Status;
  };
  showAccess: {
    input: {};
    answer: Access;
  };
  showConfiguration: {
    input: {};
    answer: Configuration;
  };
  checkpoint: {
    input: {};
    answer: CheckpointDone;
  };
  setLogLevel: {
    input: LogLevelChange;
    answer: LogLevelChange;
  };
  runCommand: {
    input: CommandCall;
    answer: unknown;
  };
}
export interface Devices {
  at: Time;
  timeZone: string;
  day: Day;
  /**
   * Largest download of today first.
   */
  devices: Device[];
  network: Network;
}
export interface DeviceFacts {
  id: DeviceId;
  mac: string | null;
  /**
   * The name to show.
   */
  name: string;
  /**
   * Where the name comes from; null: made of vendor and address.
   */
  nameSource: NameSource | null;
  vendor: string | null;
  icon: Icon | null;
  /**
   * Not to be shown in lists.
   */
  hidden: boolean;
  /**
   * The MAC address was made up by the device.
   */
  randomisedMac: boolean;
  /**
   * It forwards traffic of others.
   */
  router: boolean;
  online: boolean;
  /**
   * Most recently seen first.
   */
  addresses: Address[];
  /**
   * Ids of the devices that the user made part of this one, or that turned out to be it.
   */
  merged: DeviceId[];
  firstSeen: Time;
  lastSeen: Time;
  today: Usage;
  month: Usage;
  total: Usage;
  rate: Rate;
}
/**
 * Seen from the device. Download and upload are internet traffic; local traffic stayed on the network; packets counts both.
 *
 */
export interface Usage {
  download: Bytes;
  upload: Bytes;
  localDownload: Bytes;
  localUpload: Bytes;
  packets: number;
}
/**
 * Internet traffic in bytes per second over the last seconds.
 *
 */
export interface Rate {
  download: number;
  upload: number;
}
/**
 * The sum of all devices.
 *
 */
export interface Network {
  devices: number;
  devicesOnline: number;
  today: Usage;
  month: Usage;
  total: Usage;
  rate: Rate;
  billing: Billing;
}
/**
 * The provider's billing period and what the network used in it, both directions together.
 *
 */
export interface Billing {
  from: Day;
  /**
   * A local calendar day.
   */
  next: string;
  /**
   * Until the next period begins, today included.
   */
  daysLeft: number;
  usedBytes: Bytes;
  /**
   * Bytes of IP packets, headers included.
   */
  forecastBytes: number;
  /**
   * The limit network/billing/both; null where there is none.
   */
  limitBytes: LimitBytes | null;
}
/**
 * What is absent stays; null takes away what the user had chosen.
 *
 */
export interface DeviceChange {
  name?: DeviceName | null;
  icon?: Icon | null;
  hidden?: boolean;
}
export interface Done {}
export interface MergeTarget {
  into: DeviceReferenceText;
}
export interface Groups {
  groups: Group[];
}
/**
 * Several devices that belong together.
 *
 */
export interface Group {
  id: GroupId;
  name: GroupName;
  icon: Icon | null;
  devices: DeviceId[];
  devicesOnline: number;
  today: Usage;
  month: Usage;
  total: Usage;
  rate: Rate;
}
/**
 * What the group is to be: an icon that is absent is taken away.
 *
 */
export interface GroupSettings {
  name: GroupName;
  icon?: Icon | null;
  devices: Devices1;
}
export interface Limits {
  /**
   * By id.
   */
  limits: Limit[];
}
/**
 * How a limit stands in the current period.
 *
 */
export interface Limit {
  id: LimitId;
  target: LimitTarget;
  /**
   * Name of the device or group, or Network.
   */
  name: string;
  period: LimitPeriod;
  direction: LimitDirection;
  bytes: LimitBytes;
  warningPercent: WarningPercent;
  /**
   * A local calendar day.
   */
  from: string;
  /**
   * A local calendar day.
   */
  next: string;
  usedBytes: Bytes;
  /**
   * The highest of the period.
   */
  level: 'ok' | 'warning' | 'exceeded';
}
export interface LimitSettings {
  bytes: LimitBytes;
  /**
   * A warning is raised at this share of the limit.
   */
  warningPercent?: number;
}
export interface UsageRows {
  from: Day;
  to: Day;
  step: 'hour' | 'day' | 'month';
  timeZone: string;
  /**
   * Oldest first.
   */
  usage: UsageRow[];
}
/**
 * What one device, with by=group one group, or with by=network the whole network used in one step. Steps without traffic have no row. With a direction only its columns are there.
 *
 */
export interface UsageRow {
  /**
   * 2026-11-20 for a day, 2026-11 for a month, ISO 8601 in UTC for an hour.
   */
  start: string;
  device?: DeviceId;
  group?: GroupId;
  name?: string;
  download?: Bytes;
  upload?: Bytes;
  localDownload?: Bytes;
  localUpload?: Bytes;
  packets?: number;
}
export interface Peers {
  from: Day;
  to: Day;
  /**
   * null: the whole network.
   */
  device: DeviceId | null;
  /**
   * Largest first. The last row may be `other`: all that is not itemised, so that the sums are those of the usage.
   */
  peers: {
    address: string;
    name: string | null;
    download: Bytes;
    upload: Bytes;
  }[];
}
export interface PeerName {
  name: DeviceName | null;
}
export interface Events {
  /**
   * Newest first.
   */
  events: Event[];
  /**
   * Give it as `before` to read on; null at the end.
   */
  next: number | null;
}
export interface Event {
  id: number;
  at: Time;
  type: EventType;
  device: DeviceId | null;
  /**
   * The group it is about.
   */
  group: GroupId | null;
  /**
   * The limit it is about.
   */
  limit: LimitId | null;
  /**
   * One sentence.
   */
  message: string;
  /**
   * Somebody has seen it, or nobody needs to. Only device-new, limit-warning, limit-exceeded, frames-dropped, interface-down, checkpoint-failed and clock-set begin with false.
   */
  acknowledged: boolean;
}
/**
 * Which events to acknowledge: either `events`, or `through` and perhaps `type`. Ids that are not there are passed over.
 *
 */
export interface EventAcknowledgement {
  /**
   * Ids.
   *
   * @minItems 1
   * @maxItems 1000
   */
  events?: [number, ...number[]];
  /**
   * All events up to this id, included.
   */
  through?: number;
  /**
   * With `through`: only events of these types.
   */
  type?: EventType | EventTypes;
}
export interface EventsAcknowledged {
  /**
   * How many were not acknowledged before.
   */
  acknowledged: number;
}
export interface Status {
  /**
   * degraded: something in `problems` needs attention. down: nothing is metered.
   */
  status: 'ok' | 'degraded' | 'down';
  problems: string[];
  version: string;
  at: Time;
  startedAt: Time;
  timeZone: string;
  checkpointAt: Time;
  checkpointAgeSeconds: number;
  storeBytes: Bytes;
  broker: Broker;
  monitors: Monitor[];
}
/**
 * The MQTT broker.
 *
 */
export interface Broker {
  connected: boolean;
  /**
   * Host and port.
   */
  name: string;
  embedded: boolean;
  protocol: '5' | '3.1.1' | null;
  trouble: string | null;
}
export interface Monitor {
  monitor: string;
  lastBatchAt: Time;
  counters: {
    [k: string]: number;
  };
  interfaces: Interface[];
}
export interface Interface {
  name: string;
  up: boolean;
  /**
   * Frames metered since the start.
   */
  received: number;
  /**
   * Frames the kernel had to drop because the ring was full.
   */
  dropped: number;
  /**
   * Packets the interface itself counted in the same time; null where unknown.
   */
  kernelPackets: number | null;
  /**
   * received / kernelPackets: 1 is all. Less than 1 is normal where the kernel merges packets (GRO, TSO), they are counted all the same, or with a capture filter.
   */
  coverage: number | null;
}
/**
 * Who asks, and what they may do.
 *
 */
export interface Access {
  /**
   * That of the access token, or Home Assistant; null where nobody needs a token.
   */
  name: string | null;
  scope: 'read' | 'write';
}
export interface Configuration {
  settings: Setting[];
}
export interface Setting {
  key: string;
  /**
   * Secrets are masked.
   */
  value: {
    [k: string]: unknown;
  };
  /**
   * Where the value comes from.
   */
  source: string;
  /**
   * Takes effect on SIGHUP, without a restart.
   */
  reloadable: boolean;
  description: string;
}
export interface CheckpointDone {
  checkpointAt: Time;
}
export interface LogLevelChange {
  level: LogLevel;
}
export interface CommandCall {
  command: string;
  input?: {};
}
/**
 * RFC 9457.
 *
 */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  /**
   * One sentence for people.
   */
  detail: string;
  /**
   * Stable, for programs.
   */
  code?: string;
  /**
   * What is to blame.
   */
  field?: string;
  reason?: string;
}
export interface Empty {}
export interface DeviceReference {
  device: DeviceReferenceText;
}
/**
 * What is absent stays; null takes away what the user had chosen.
 *
 */
export interface DeviceUpdate {
  device: DeviceReferenceText;
  name?: DeviceName | null;
  icon?: Icon | null;
  hidden?: boolean;
}
export interface DeviceRename {
  device: DeviceReferenceText;
  name: DeviceName | null;
}
export interface DeviceHide {
  device: DeviceReferenceText;
  hidden?: boolean;
}
/**
 * All usage of `device`, past and to come, becomes that of `into`.
 *
 */
export interface DeviceMerge {
  device: DeviceReferenceText;
  into: DeviceReferenceText;
}
/**
 * The device that was merged goes by itself again. What it used before stays where it is.
 *
 */
export interface DeviceSplit {
  device: DeviceId;
}
export interface PeerRename {
  address: Address;
  name: DeviceName | null;
}
export interface GroupReference {
  group: GroupReferenceText;
}
/**
 * Without `group` a new one is made.
 *
 */
export interface GroupSet {
  group?: GroupReferenceText;
  name: GroupName;
  icon?: Icon | null;
  devices: Devices1;
}
export interface LimitReference {
  target: LimitTargetText;
  period: LimitPeriod;
  direction?: 'download' | 'upload' | 'both';
}
/**
 * There is one limit for each target, period and direction; a changed one is judged anew. 0 bytes take it away.
 *
 */
export interface LimitSet {
  target: LimitTargetText;
  period: LimitPeriod;
  direction?: 'download' | 'upload' | 'both';
  bytes: number;
  /**
   * A warning is raised at this share of the limit.
   */
  warningPercent?: number;
}
export interface UsageSelection {
  from?: Day;
  to?: Day;
  step?: 'hour' | 'day' | 'month';
  by?: 'device' | 'group' | 'network';
  devices?: Devices2;
  direction?: 'download' | 'upload' | 'local';
}
export interface PeerSelection {
  from?: Day;
  to?: Day;
  device?: DeviceReferenceText;
  limit?: number;
}
export interface EventSelection {
  before?: number;
  limit?: number;
  device?: DeviceReferenceText;
  type?: EventTypeChoice;
  acknowledged?: boolean;
}
export interface Probe {
  status: 'ok' | 'degraded' | 'down';
}
export interface LiveRates {
  at: Time;
  network: Rate;
  /**
   * Those with traffic in the last second, by id.
   */
  devices: {
    [k: string]: Rate;
  };
}
export interface LiveAcknowledged {
  /**
   * Ids.
   *
   * @minItems 1
   */
  events: [number, ...number[]];
}
export interface WhiteStatRename {
  ip?: string | null;
  mac?: string | null;
  name: DeviceName;
  oldName?: string | null;
  /**
   * 0, "0" or false: a remote address, by `ip`; else a device, by `mac` or `ip`.
   */
  local?: number | boolean | string | null;
}
export interface WhiteStatRows {
  columns: [
    'IP',
    'MAC',
    'Hostname',
    'LastSeen',
    'KBIn',
    'KBOut',
    'DATE',
    'LSTDAY_KBIn',
    'LSTDAY_KBOut',
    'LOCAL',
  ];
  data: never[][];
}

/** Paths relative to the dashboard. */
export const routes = {
  listDevices: { method: 'GET', path: 'api/v1/devices', query: [] },
  showDevice: { method: 'GET', path: 'api/v1/devices/{device}', query: [] },
  updateDevice: { method: 'PATCH', path: 'api/v1/devices/{device}', query: [] },
  forgetDevice: { method: 'DELETE', path: 'api/v1/devices/{device}', query: [] },
  mergeDevice: { method: 'POST', path: 'api/v1/devices/{device}/merge', query: [] },
  splitDevice: { method: 'POST', path: 'api/v1/devices/{device}/split', query: [] },
  listGroups: { method: 'GET', path: 'api/v1/groups', query: [] },
  createGroup: { method: 'POST', path: 'api/v1/groups', query: [] },
  setGroup: { method: 'PUT', path: 'api/v1/groups/{group}', query: [] },
  removeGroup: { method: 'DELETE', path: 'api/v1/groups/{group}', query: [] },
  listLimits: { method: 'GET', path: 'api/v1/limits', query: [] },
  setLimit: { method: 'PUT', path: 'api/v1/limits/{target}/{period}/{direction}', query: [] },
  removeLimit: { method: 'DELETE', path: 'api/v1/limits/{target}/{period}/{direction}', query: [] },
  showUsage: {
    method: 'GET',
    path: 'api/v1/usage',
    query: ['from', 'to', 'step', 'by', 'devices', 'direction', 'format'],
  },
  listPeers: { method: 'GET', path: 'api/v1/peers', query: ['from', 'to', 'device', 'limit'] },
  renamePeer: { method: 'PATCH', path: 'api/v1/peers/{address}', query: [] },
  listEvents: {
    method: 'GET',
    path: 'api/v1/events',
    query: ['before', 'limit', 'device', 'type', 'acknowledged'],
  },
  acknowledgeEvents: { method: 'POST', path: 'api/v1/events/acknowledge', query: [] },
  showHealth: { method: 'GET', path: 'api/v1/health', query: [] },
  showAccess: { method: 'GET', path: 'api/v1/access', query: [] },
  showConfiguration: { method: 'GET', path: 'api/v1/configuration', query: [] },
  checkpoint: { method: 'POST', path: 'api/v1/checkpoint', query: [] },
  setLogLevel: { method: 'PUT', path: 'api/v1/log-level', query: [] },
  runCommand: { method: 'POST', path: 'api/v1/commands', query: [] },
} as const;
