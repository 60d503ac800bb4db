import type { Clock } from './base/clock.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Config } from './config/config.ts';
import { buildHealth } from './health.ts';
import type { Rates } from './insights/rates.ts';
import type { LimitBook } from './limit-book.ts';
import type { MemoryGuard } from './memory-guard.ts';
import { isRandomisedMac } from './model/address.ts';
import { monthOf } from './model/checkpoint.ts';
import {
  bestNameSource,
  displayName,
  isOnline,
  latestAddresses,
  type Device,
} from './model/device.ts';
import type { Group } from './model/group.ts';
import type {
  DeviceReport,
  GroupReport,
  MonitorHealth,
  NetworkReport,
  Report,
} from './model/report.ts';
import { addUsage, noTotals, type PeerUsage, type UsageTotals } from './model/usage.ts';
import { version } from './version.ts';

export interface ReportSources {
  config: Config;
  clock: Clock;
  bookkeeper: Bookkeeper;
  rates: Rates;
  monitors: ReadonlyMap<string, MonitorHealth>;
  limitBook: LimitBook;
  memory: Pick<MemoryGuard, 'problem'>;
}

/** Brings the parts together in the one picture that every output reads; each call draws it anew. */
export function createReporter(sources: ReportSources): () => Report {
  const { config, clock, bookkeeper, rates, monitors, limitBook, memory } = sources;
  const startedAt = clock.now();
  const begunAt = clock.monotonic();
  return () => {
    const offlineAfterMs = config.devices.offlineAfterSeconds * 1000;
    const now = clock.now();
    const parts = bookkeeper.registry.parts();
    const devices = [...bookkeeper.registry.all()]
      .map((device) => {
        const totals = bookkeeper.ledger.totalsOf(device.id);
        const online = isOnline(device, now, offlineAfterMs);
        const merged = parts.get(device.id) ?? [];
        return buildDevice(device, { totals, rate: rates.of(device.id), online, merged });
      })
      .toSorted(
        (left, right) =>
          right.today.download - left.today.download || left.id.localeCompare(right.id),
      );
    const { checkpointAt, checkpointFailure, calendar, ledger } = bookkeeper;
    const day = ledger.today;
    const network = sum(devices);
    const byId = new Map(devices.map((device) => [device.id, device]));
    const groups = [...bookkeeper.groups.all()].map((group) => buildGroup(group, byId));
    return {
      at: now,
      timeZone: config.timeZone,
      day,
      since: {
        day: calendar.startOfDay(day),
        month: calendar.startOfDay(monthOf(day) * 100 + 1),
      },
      devices,
      network,
      groups,
      limits: limitBook.limits({ devices, groups, network }),
      billing: limitBook.billing(network, now),
      health: buildHealth({
        now: clock.monotonic(),
        begunAt,
        version,
        startedAt,
        checkpointAt,
        checkpointFailure,
        memoryProblem: memory.problem,
        monitors: [...monitors.values()],
      }),
    };
  };
}

interface DeviceState {
  totals: UsageTotals;
  rate: PeerUsage;
  online: boolean;
  merged: string[];
}

function buildDevice(device: Device, { totals, rate, online, merged }: DeviceState): DeviceReport {
  const { id, mac, vendor, icon, hidden, router, firstSeen, lastSeen } = device;
  const nameSource = bestNameSource(device);
  const { today, month, total } = totals;
  return {
    id,
    ...(mac === undefined ? {} : { mac }),
    name: displayName(device),
    ...(nameSource === undefined ? {} : { nameSource }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(icon === undefined ? {} : { icon }),
    hidden,
    randomisedMac: mac !== undefined && isRandomisedMac(mac),
    router,
    online,
    addresses: latestAddresses(device).map(([address]) => address),
    merged,
    firstSeen,
    lastSeen,
    today: { ...today },
    month: { ...month },
    total: { ...total },
    rate,
  };
}

function buildGroup(group: Group, devices: ReadonlyMap<string, DeviceReport>): GroupReport {
  const members = group.devices.flatMap((id) => devices.get(id) ?? []);
  const { today, month, total, rate, devicesOnline } = sum(members);
  return { ...group, devicesOnline, today, month, total, rate };
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
