import { formatDay, type UsageRecord } from './checkpoint.ts';
import { latestAddresses, nameSources, type Device } from './device.ts';
import type { LedgerEvent } from './event.ts';
import { limitKey, NETWORK_TARGET } from './limit.ts';
import type { BillingReport, DeviceReport, GroupReport, Report, UsageReport } from './report.ts';
import type { Direction, UsageRow } from './selection.ts';
import type { Step, Usage } from './usage.ts';

/** A device as every output publishes it: unknown is `null`, times are ISO 8601 in UTC, amounts are whole bytes. */
export function publishedDevice(device: DeviceReport) {
  return {
    id: device.id,
    mac: device.mac ?? null,
    name: device.name,
    nameSource: device.nameSource ?? null,
    vendor: device.vendor ?? null,
    icon: device.icon ?? null,
    hidden: device.hidden,
    randomisedMac: device.randomisedMac,
    router: device.router,
    online: device.online,
    addresses: device.addresses,
    merged: device.merged,
    firstSeen: publishedTime(device.firstSeen),
    lastSeen: publishedTime(device.lastSeen),
    ...publishedUsage(device),
  };
}

/** A device with all its names, best first, and when each of its addresses was seen, the latest first. */
export function publishedDeviceDetails(
  device: DeviceReport,
  known: Pick<Device, 'addresses' | 'names'>,
) {
  return {
    ...publishedDevice(device),
    addressesSeen: latestAddresses(known).map(([address, at]) => ({
      address,
      lastSeen: publishedTime(at),
    })),
    names: nameSources.flatMap((source) => {
      const name = known.names[source];
      return name === undefined ? [] : [{ source, name }];
    }),
  };
}

/** The whole picture, as `Devices` of schemas.json. */
export function publishedDevices({ at, timeZone, day, devices, network, billing }: Report) {
  return {
    at: publishedTime(at),
    timeZone,
    day: formatDay(day),
    devices: devices.map(publishedDevice),
    network: publishedNetwork({ network, billing }),
  };
}

/** The sums of all devices, and the billing period. */
export function publishedNetwork({ network, billing }: Pick<Report, 'network' | 'billing'>) {
  const { devices, devicesOnline } = network;
  return {
    devices,
    devicesOnline,
    ...publishedUsage(network),
    billing: publishedBilling(billing),
  };
}

function publishedBilling({ from, next, limitBytes, ...rest }: BillingReport) {
  const { daysLeft, usedBytes, forecastBytes } = rest;
  return {
    from: formatDay(from),
    next: formatDay(next),
    daysLeft,
    usedBytes,
    forecastBytes,
    limitBytes: limitBytes ?? null,
  };
}

export function publishedGroup(group: GroupReport) {
  const { id, name, icon, devices, devicesOnline } = group;
  return { id, name, icon: icon ?? null, devices, devicesOnline, ...publishedUsage(group) };
}

/** All limits and how they stand, by id. */
export function publishedLimits({ limits, groups, devices }: Report) {
  const names = new Map([...devices, ...groups].map(({ id, name }) => [id, name]));
  names.set(NETWORK_TARGET, 'Network');
  return limits.map((limit) => ({
    id: limitKey(limit),
    target: limit.target,
    name: names.get(limit.target) ?? limit.target,
    period: limit.period,
    direction: limit.direction,
    bytes: limit.bytes,
    warningPercent: limit.warningPercent,
    from: formatDay(limit.from),
    next: formatDay(limit.next),
    usedBytes: limit.usedBytes,
    level: limit.level,
  }));
}

/** Which columns a row of usage has. */
export interface UsageColumns {
  step: Step;
  /** Whose id the record has; rows of the whole network have none. */
  by: 'device' | 'group' | 'network';
  /** By id. */
  names: ReadonlyMap<string, string>;
  /** Only this direction. */
  direction?: Direction;
}

export function publishedUsageRow(record: UsageRecord, columns: UsageColumns): UsageRow {
  const { step, by, names, direction } = columns;
  const start = publishedStart(record.start, step);
  const { download, upload, localDownload, localUpload } = record.usage;
  const id = record.device;
  const who = by === 'network' ? {} : { [by]: id, name: names.get(id) ?? id };
  if (direction === 'download') return { start, ...who, download };
  if (direction === 'upload') return { start, ...who, upload };
  if (direction === 'local') return { start, ...who, localDownload, localUpload };
  return { start, ...who, ...amounts(record.usage) };
}

/** The start of an hour (epoch ms), a day (20261120) or a month (202611). */
export function publishedStart(start: number, step: Step): string {
  if (step === 'hour') return publishedTime(start);
  return step === 'day' ? formatDay(start) : formatDay(start * 100).slice(0, 7);
}

/** Usage and rate of a device or of the network. */
function publishedUsage({ today, month, total, rate }: UsageReport) {
  return {
    today: amounts(today),
    month: amounts(month),
    total: amounts(total),
    rate: { download: Math.round(rate.download), upload: Math.round(rate.upload) },
  };
}

/** An event as every output publishes it. */
export function publishedEvent(event: LedgerEvent) {
  const { id, at, type, device, group, limit, message, acknowledged } = event;
  return {
    id,
    at: publishedTime(at),
    type,
    device: device ?? null,
    group: group ?? null,
    limit: limit ?? null,
    message,
    acknowledged,
  };
}

/** Epoch milliseconds as ISO 8601 in UTC. */
export function publishedTime(at: number): string {
  return new Date(at).toISOString();
}

function amounts({ download, upload, localDownload, localUpload, packets }: Usage): Usage {
  return { download, upload, localDownload, localUpload, packets };
}
