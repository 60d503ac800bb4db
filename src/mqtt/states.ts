import { formatDay } from '../model/checkpoint.ts';
import type { DeviceReport, Report, UsageReport } from '../model/report.ts';
import type { Usage } from '../model/usage.ts';
import type { Topics } from './topics.ts';

/** Topic and JSON text of one retained message. */
export type State = readonly [topic: string, payload: string];

/**
 * Every state message of a report: the network, the list of devices, then one message for each device. Bytes and bytes
 * per second are integers; times are ISO 8601, UTC; what is unknown is null, so that templates find every key.
 */
export function buildStates(report: Report, topics: Topics): State[] {
  const day = formatDay(report.day);
  const states: State[] = [
    [topics.network, JSON.stringify(networkState(report, day))],
    [topics.devices, JSON.stringify(deviceList(report.devices))],
  ];
  for (const device of report.devices) {
    const topic = topics.device(device.id);
    if (topic !== undefined) states.push([topic, JSON.stringify(deviceState(device, day))]);
  }
  return states;
}

function networkState({ network }: Report, day: string): object {
  const { devices, devicesOnline } = network;
  return { day, devices, devicesOnline, ...usageState(network) };
}

/** Sorted by id: the order of the report changes with every byte, and the message would with it. */
function deviceList(devices: readonly DeviceReport[]): object[] {
  return devices
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, mac, name, addresses, vendor, router, online, lastSeen }) => ({
      id,
      mac: mac ?? null,
      name,
      addresses,
      vendor: vendor ?? null,
      router,
      online,
      lastSeen: formatTime(lastSeen),
    }));
}

function deviceState(device: DeviceReport, day: string): object {
  return {
    id: device.id,
    mac: device.mac ?? null,
    name: device.name,
    online: device.online,
    router: device.router,
    addresses: device.addresses,
    vendor: device.vendor ?? null,
    firstSeen: formatTime(device.firstSeen),
    lastSeen: formatTime(device.lastSeen),
    day,
    ...usageState(device),
  };
}

function usageState({ today, month, total, rate }: UsageReport): object {
  return {
    today: bytes(today),
    month: bytes(month),
    total: bytes(total),
    rate: { download: Math.round(rate.download), upload: Math.round(rate.upload) },
  };
}

function bytes({ download, upload, localDownload, localUpload, packets }: Usage): Usage {
  return { download, upload, localDownload, localUpload, packets };
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}
