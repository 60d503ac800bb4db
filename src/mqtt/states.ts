import { formatDay } from '../model/checkpoint.ts';
import {
  publishedDevice,
  publishedGroup,
  publishedLimits,
  publishedNetwork,
  publishedTime,
} from '../model/published.ts';
import type { DeviceReport, Health, Report, Since } from '../model/report.ts';
import type { Topics } from './topics.ts';

const MOST_TOP_DEVICES = 5;

/** Topic and JSON text of one retained message. */
export type State = readonly [topic: string, payload: string];

/**
 * Every state message of a report: health, the network, the limits, the list of devices, then one message for each device
 * and group. Bytes and bytes per second are integers; times are ISO 8601, UTC; what is unknown is null, so that templates
 * find every key.
 */
export function buildStates(report: Report, topics: Topics): State[] {
  const current = { day: formatDay(report.day), since: publishedSince(report.since) };
  const members = [
    ...report.devices.map(
      (device) => [topics.device(device.id), { ...publishedDevice(device), ...current }] as const,
    ),
    ...report.groups.map(
      (group) => [topics.group(group.id), { ...publishedGroup(group), ...current }] as const,
    ),
  ];
  const states: State[] = [
    [topics.health, JSON.stringify(healthState(report.health))],
    [
      topics.network,
      JSON.stringify({ ...publishedNetwork(report), top: topDevices(report), ...current }),
    ],
    [topics.limits, JSON.stringify(publishedLimits(report))],
    [topics.devices, JSON.stringify(deviceList(report.devices))],
  ];
  for (const [topic, state] of members) {
    if (topic !== undefined) states.push([topic, JSON.stringify(state)]);
  }
  return states;
}

function healthState({ status, problems, checkpointAt, monitors }: Health): object {
  const captureLossPercent = lossPercent(monitors);
  return { status, problems, checkpointAt: publishedTime(checkpointAt), captureLossPercent };
}

/** Frames that were lost of those that passed since the start, to two places; null where none passed. */
function lossPercent(monitors: Health['monitors']): number | null {
  const interfaces = monitors.flatMap(({ counters }) => counters.interfaces);
  const [received, dropped] = (['received', 'dropped'] as const).map((what) =>
    interfaces.reduce((sum, one) => sum + one[what], 0),
  ) as [number, number];
  const passed = received + dropped;
  return passed === 0 ? null : Math.round((10_000 * dropped) / passed) / 100;
}

/** The devices with the most internet traffic today, most first. */
function topDevices({ devices }: Report): object[] {
  const bytesToday = ({ today }: DeviceReport) => today.download + today.upload;
  return devices
    .filter((device) => !device.hidden && bytesToday(device) > 0)
    .toSorted((a, b) => bytesToday(b) - bytesToday(a) || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_TOP_DEVICES)
    .map(({ id, name, today: { download, upload } }) => ({ id, name, download, upload }));
}

/** When `today` and `month` began. */
function publishedSince({ day, month }: Since) {
  return { day: publishedTime(day), month: publishedTime(month) };
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
