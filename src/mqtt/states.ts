import { formatDay } from '../model/checkpoint.ts';
import { publishedDevice, publishedUsage } from '../model/published.ts';
import type { DeviceReport, Report } from '../model/report.ts';
import type { Topics } from './topics.ts';

/** Topic and JSON text of one retained message. */
export type State = readonly [topic: string, payload: string];

/**
 * Every state message of a report: health, the network, the list of devices, then one message for each device. Bytes and
 * bytes per second are integers; times are ISO 8601, UTC; what is unknown is null, so that templates find every key.
 */
export function buildStates(report: Report, topics: Topics): State[] {
  const day = formatDay(report.day);
  const { status, problems } = report.health;
  const states: State[] = [
    [topics.health, JSON.stringify({ status, problems })],
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

/**
 * What rarely changes, by id and with the addresses in order, so that the message is not sent again with every byte of
 * a device: that is what the devices' own messages are for.
 */
function deviceList(devices: readonly DeviceReport[]): object[] {
  return devices
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, mac, name, icon, hidden, addresses, vendor, router, online }) => ({
      id,
      mac: mac ?? null,
      name,
      icon: icon ?? null,
      hidden,
      addresses: addresses.toSorted(),
      vendor: vendor ?? null,
      router,
      online,
    }));
}
