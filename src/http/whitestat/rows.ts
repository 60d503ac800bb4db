import { formatDay, type Day, type PeerRecord, type UsageRecord } from '../../model/checkpoint.ts';
import { addressOfDeviceId } from '../../model/device.ts';
import type { DeviceReport, Report } from '../../model/report.ts';
import { createLocalTime, type LocalTime } from '../local-time.ts';

/** WhiteStat's columns, in its order. */
export const columns = [
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
] as const;

/** One value for each of `columns`. */
export type Row = readonly (string | number)[];

/** Names of remote addresses, where they are known. */
export type PeerNames = (address: string) => string | undefined;

/** Turns what the ledger has of some days into rows: DATE descending, then KBIn descending. */
export type RowMaker = (usage: readonly UsageRecord[], peers: readonly PeerRecord[]) => Row[];

const unknownTime = '00:00:00';

export function createRowMaker({ devices, timeZone }: Report, peerName: PeerNames): RowMaker {
  const router = onlyRouter(devices)?.mac ?? '';
  const seenOf = lastSeenOf(devices, timeZone);
  const byId = new Map(devices.map((device) => [device.id, device]));

  function deviceRow({ device: id, start: day, usage }: UsageRecord): Row {
    const device = byId.get(id);
    const seen = seenOf(id);
    return rowOf(day, {
      ip: device?.addresses[0] ?? addressOfDeviceId(id) ?? '',
      mac: device?.mac ?? '',
      name: device?.name ?? id,
      lastSeen: seen?.day === day ? seen.time : unknownTime,
      in: usage.download,
      out: usage.upload,
      local: 1,
    });
  }

  function peerRow({ day, address, usage }: PeerRecord): Row {
    const name = peerName(address) ?? address;
    const bytes = { in: usage.upload, out: usage.download };
    return rowOf(day, {
      ip: address,
      mac: router,
      name,
      lastSeen: unknownTime,
      ...bytes,
      local: 0,
    });
  }

  return (usage, peers) =>
    [...usage.map(deviceRow), ...peers.map(peerRow)].toSorted(newestAndLargest);
}

function onlyRouter(devices: readonly DeviceReport[]): DeviceReport | undefined {
  const routers = devices.filter(({ router, mac }) => router && mac !== undefined);
  return routers.length === 1 ? routers[0] : undefined;
}

/** Local times are slow to make, and a device has a row for each of many days. */
function lastSeenOf(devices: readonly DeviceReport[], timeZone: string) {
  const localTime = createLocalTime(timeZone);
  const moments = new Map(devices.map(({ id, lastSeen }) => [id, lastSeen]));
  const known = new Map<string, LocalTime>();
  return (id: string): LocalTime | undefined => {
    const at = moments.get(id);
    if (at === undefined) return undefined;
    const seen = known.get(id) ?? localTime(at);
    known.set(id, seen);
    return seen;
  };
}

interface RowFields {
  ip: string;
  mac: string;
  name: string;
  lastSeen: string;
  /** Bytes, seen from the row's own side. */
  in: number;
  out: number;
  local: 1 | 0;
}

function rowOf(day: Day, { ip, mac, name, lastSeen, local, ...bytes }: RowFields): Row {
  const [kbIn, kbOut] = [kilobytes(bytes.in), kilobytes(bytes.out)];
  const date = `${formatDay(day)}T00:00:00.000`;
  return [ip, mac, name, lastSeen, kbIn, kbOut, date, kbIn, kbOut, local];
}

/** KB of 1024 bytes, two decimals. */
function kilobytes(bytes: number): number {
  return Math.round((bytes * 100) / 1024) / 100;
}

function newestAndLargest(a: Row, b: Row): number {
  if (a[6] !== b[6]) return String(a[6]) < String(b[6]) ? 1 : -1;
  return Number(b[4]) - Number(a[4]);
}
