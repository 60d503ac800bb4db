import { createDevice } from '../devices/facts.ts';
import { addDays, formatDay, nextDay, type Day } from '../model/checkpoint.ts';
import { deviceIdOfMac, displayName, OTHER_DEVICE_ID, type Device } from '../model/device.ts';
import type { PeerUsage } from '../model/usage.ts';
import type { DeviceHistory, Moment } from '../store/whitestat/survey.ts';
import type { ImportContext } from './context.ts';
import { formatDays } from './day-ranges.ts';
import type { ImportReport } from './report.ts';

/** What was brought of days of devices, and how many an earlier import had brought. */
export interface DeviceDays {
  brought: Pick<ImportReport, 'devices' | 'deviceDays' | 'from' | 'to' | 'download' | 'upload'>;
  unchanged: number;
}

const forgottenDays = 'days of devices that were forgotten';

/** Days of one device that may be written. */
interface DeviceImport {
  id: string;
  history: DeviceHistory;
  device: Device;
  days: { day: Day; more: PeerUsage }[];
  unchanged: number;
}

/** Brings in the days of all devices, and who these are. */
export function importDevices(context: ImportContext): DeviceDays {
  const { survey, page, devices } = context;
  const brought: DeviceDays['brought'] = {
    devices: { count: 0, new: 0 },
    deviceDays: 0,
    from: undefined,
    to: undefined,
    download: 0,
    upload: 0,
  };
  let unchanged = 0;
  for (const whole of survey.devices()) {
    const history = isWanted(context, whole) ? sinceForgotten(context, whole) : undefined;
    if (history === undefined) continue;
    const found = compare(context, history);
    unchanged += found.unchanged;
    const isKnown = devices.has(found.device.id);
    if (!isKnown && found.days.length === 0) continue;
    page.putDevice(found.device);
    devices.set(found.device.id, found.device);
    if (found.days.length > 0) brought.devices.count++;
    if (!isKnown) brought.devices.new++;
    for (const { day, more } of found.days) {
      page.addDay(found.id, day, more, found.device.firstSeen);
      brought.deviceDays++;
      brought.from = Math.min(brought.from ?? day, day);
      brought.to = Math.max(brought.to ?? day, day);
      brought.download += more.download;
      brought.upload += more.upload;
    }
    tellRetention(context, found);
  }
  return { brought, unchanged };
}

/** Neither a router, nor a device that was forgotten. */
function isWanted(
  { survey, withRouters, ownerOf, leftOut }: ImportContext,
  history: DeviceHistory,
) {
  const { mac, days } = history;
  if (ownerOf(deviceIdOfMac(mac)) === OTHER_DEVICE_ID) {
    leftOut.add(forgottenDays, undefined, days.size);
    return false;
  }
  if (withRouters || !survey.isRouter(mac)) return true;
  const what = 'days of routers, which have the traffic of all (--with-routers takes them)';
  leftOut.add(what, `${mac}: ${formatDays(days.keys())}`, days.size);
  return false;
}

/** Of a device that came back after it was forgotten, the days since; undefined where there are none. */
function sinceForgotten(
  { page, calendar, leftOut }: ImportContext,
  history: DeviceHistory,
): DeviceHistory | undefined {
  const forgottenAt = page.forgottenAt(deviceIdOfMac(history.mac));
  if (forgottenAt === undefined) return history;
  const until = calendar.day(forgottenAt);
  const days = new Map([...history.days].filter(([day]) => day > until));
  leftOut.add(forgottenDays, undefined, history.days.size - days.size);
  const first = history.first.day > until ? history.first : { day: nextDay(until), seconds: 0 };
  return days.size === 0 ? undefined : { ...history, days, first };
}

/** What the file has more than earlier imports brought. */
function compare(context: ImportContext, history: DeviceHistory): DeviceImport {
  const { page, leftOut, withMeteredDays } = context;
  const id = deviceIdOfMac(history.mac);
  const device = deviceOf(context, id, history);
  const metered: Day[] = [];
  const found: DeviceImport = { id, history, device, days: [], unchanged: 0 };
  for (const [day, amounts] of [...history.days].toSorted(([a], [b]) => a - b)) {
    const before = page.brought(id, day);
    const more = {
      download: Math.max(0, amounts.in - before.download),
      upload: Math.max(0, amounts.out - before.upload),
    };
    if (more.download === 0 && more.upload === 0) {
      if (amounts.in > 0 || amounts.out > 0) found.unchanged++;
    } else if (!withMeteredDays && page.isMetered(id, day)) metered.push(day);
    else found.days.push({ day, more });
  }
  if (metered.length > 0) {
    const what =
      'days of devices that LanLedger has metered itself (--with-metered-days adds them)';
    leftOut.add(what, `${displayName(device)}: ${formatDays(metered)}`, metered.length);
  }
  return found;
}

/** The device as the ledger knows it, or a new one, with what the file tells of it. */
function deviceOf(context: ImportContext, id: string, history: DeviceHistory): Device {
  const { mac, address, first, last } = history;
  const [firstSeen, lastSeen] = [timeOf(context, first), timeOf(context, last)];
  const known = context.devices.get(context.ownerOf(id)) ?? {
    ...createDevice(id, firstSeen, context.vendorOf),
    router: context.survey.isRouter(mac),
  };
  const addresses = new Map(known.addresses);
  if (address !== undefined) {
    addresses.set(address, Math.max(lastSeen, addresses.get(address) ?? 0));
  }
  return {
    ...known,
    names: { ...known.names },
    firstSeen: Math.min(known.firstSeen, firstSeen),
    lastSeen: Math.max(known.lastSeen, lastSeen),
    addresses,
  };
}

function timeOf({ calendar, now }: ImportContext, { day, seconds }: Moment): number {
  return Math.min(now, calendar.startOfDay(day) + seconds * 1000);
}

function tellRetention({ config, calendar, now, changed }: ImportContext, { days }: DeviceImport) {
  const { keepDaysDays } = config.store;
  if (keepDaysDays === 0) return;
  const bound = addDays(calendar.day(now), -keepDaysDays);
  const old = days.filter(({ day }) => day < bound).length;
  const what = `days of devices before ${formatDay(bound)} stay in months and totals only (store.keepDaysDays)`;
  if (old > 0) changed.add(what, undefined, old);
}
