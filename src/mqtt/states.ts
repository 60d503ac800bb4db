import { formatDay } from '../model/checkpoint.ts';
import { publishedDevice, publishedTime, publishedUsage } from '../model/published.ts';
import type { DeviceReport, Report } from '../model/report.ts';
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
    if (topic !== undefined)
      states.push([topic, JSON.stringify({ ...publishedDevice(device), day })]);
  }
  return states;
}

function networkState({ network }: Report, day: string): object {
  const { devices, devicesOnline } = network;
  return { day, devices, devicesOnline, ...publishedUsage(network) };
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
      lastSeen: publishedTime(lastSeen),
    }));
}
