import { isRandomisedMac } from './model/address.ts';
import { displayName, isOnline, type Device } from './model/device.ts';
import type { DeviceReport, Health, NetworkReport, Report } from './model/report.ts';
import { addUsage, noTotals, type PeerUsage, type UsageTotals } from './model/usage.ts';

export interface ReportParts {
  now: number;
  timeZone: string;
  day: number;
  offlineAfterMs: number;
  devices: Iterable<Device>;
  totalsOf: (device: string) => UsageTotals;
  rateOf: (device: string) => PeerUsage;
  health: Health;
}

/** Brings the parts together in the one picture that every output reads. */
export function buildReport(parts: ReportParts): Report {
  const devices = [...parts.devices]
    .map((device) => buildDevice(device, parts))
    .toSorted(
      (left, right) =>
        right.today.download - left.today.download || left.id.localeCompare(right.id),
    );
  const { now: at, timeZone, day, health } = parts;
  return { at, timeZone, day, devices, network: sum(devices), health };
}

function buildDevice(device: Device, parts: ReportParts): DeviceReport {
  const { id, mac, vendor, router, firstSeen, lastSeen, names } = device;
  const nameSource = (['user', 'dhcp', 'mdns'] as const).find((source) => names[source]);
  const { today, month, total } = parts.totalsOf(id);
  return {
    id,
    ...(mac === undefined ? {} : { mac }),
    name: displayName(device),
    ...(nameSource === undefined ? {} : { nameSource }),
    ...(vendor === undefined ? {} : { vendor }),
    randomisedMac: mac !== undefined && isRandomisedMac(mac),
    router,
    online: isOnline(device, parts.now, parts.offlineAfterMs),
    addresses: [...device.addresses]
      .toSorted(([, left], [, right]) => right - left)
      .map(([address]) => address),
    firstSeen,
    lastSeen,
    today: { ...today },
    month: { ...month },
    total: { ...total },
    rate: parts.rateOf(id),
  };
}

function sum(devices: readonly DeviceReport[]): NetworkReport {
  const totals = noTotals();
  const rate = { download: 0, upload: 0 };
  for (const device of devices) {
    addUsage(totals.today, device.today);
    addUsage(totals.month, device.month);
    addUsage(totals.total, device.total);
    rate.download += device.rate.download;
    rate.upload += device.rate.upload;
  }
  const devicesOnline = devices.filter(({ online }) => online).length;
  return { ...totals, rate, devicesOnline, devices: devices.length };
}
