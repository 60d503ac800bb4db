import type { Database } from 'better-sqlite3';
import { monthOf, type Day, type PeerName } from '../model/checkpoint.ts';
import type { Device } from '../model/device.ts';
import { noUsage, type PeerUsage } from '../model/usage.ts';
import type { StoredDevices } from './devices.ts';
import { createNetworkPeers, type NetworkPeers } from './network-peers.ts';
import type { StoredPeerNames } from './peer-names.ts';
import { growing, peerColumns } from './sql.ts';
import { createUsageWriter } from './usage.ts';

/** What an import reads and writes, within its transaction. Days go by the id that the import names, merged or not. */
export interface ImportPage {
  /** What imports brought for a device and day. */
  brought(device: string, day: Day): PeerUsage;
  /** What imports brought for all devices on a day. */
  broughtInAll(day: Day): PeerUsage;
  /**
   * LanLedger itself has metered the device on that day, or may have where retention removed the day: its month then
   * has more packets than its days.
   */
  isMetered(device: string, day: Day): boolean;
  /** LanLedger itself has metered some device on that day. */
  isMeteredDay(day: Day): boolean;
  /** When the device was forgotten last, epoch ms: what it used until then is another's. */
  forgottenAt(device: string): number | undefined;
  /** Adds to the day, and with it to the month and the total. `at`: when a device nobody introduced was seen first. */
  addDay(device: string, day: Day, usage: PeerUsage, at: number): void;
  putDevice(device: Device): void;
  putPeerName(name: PeerName): void;
  peers: NetworkPeers;
}

interface DeviceDay {
  device: string;
  day: Day;
}

/** The row that holds the usage of `:device`. */
const usageRow = '(SELECT coalesce(merged_into, id) FROM device WHERE device_id = :device)';

export function createImportPage(
  database: Database,
  devices: StoredDevices,
  peerNames: StoredPeerNames,
): ImportPage {
  const usage = createUsageWriter(database);
  const brought = database.prepare<[DeviceDay], PeerUsage>(
    `SELECT download, upload FROM imported_day
     WHERE day = :day AND device = (SELECT id FROM device WHERE device_id = :device)`,
  );
  const broughtInAll = database.prepare<[Day], PeerUsage>(
    `SELECT coalesce(sum(download), 0) AS download, coalesce(sum(upload), 0) AS upload
     FROM imported_day WHERE day = ?`,
  );
  const remember = database.prepare<[Day, number, number, number]>(
    `INSERT INTO imported_day (day, device, download, upload) VALUES (?, ?, ?, ?)
     ${growing(peerColumns)}`,
  );
  const packets = database
    .prepare<[DeviceDay], number>(
      `SELECT packets FROM usage_day WHERE day = :day AND device = ${usageRow}`,
    )
    .pluck();
  const lostPackets = database
    .prepare<[DeviceDay & { month: number }], number>(
      `SELECT coalesce((SELECT packets FROM usage_month WHERE month = :month AND device = ${usageRow}), 0) -
         coalesce((SELECT sum(packets) FROM usage_day
           WHERE day BETWEEN :month * 100 AND :month * 100 + 99 AND device = ${usageRow}), 0)`,
    )
    .pluck();
  const meteredDay = database
    .prepare<[Day], number>('SELECT 1 FROM usage_day WHERE day = ? AND packets > 0 LIMIT 1')
    .pluck();

  const forgottenAt = database
    .prepare<[string], number | null>('SELECT forgotten_at FROM device WHERE device_id = ?')
    .pluck();

  return {
    brought: (device, day) => brought.get({ device, day }) ?? { download: 0, upload: 0 },
    broughtInAll: (day) => broughtInAll.get(day) as PeerUsage,
    isMetered(device, day) {
      const counted = packets.get({ device, day });
      if (counted !== undefined) return counted > 0;
      return (lostPackets.get({ device, day, month: monthOf(day) }) ?? 0) > 0;
    },
    forgottenAt: (device) => forgottenAt.get(device) ?? undefined,
    isMeteredDay: (day) => meteredDay.get(day) !== undefined,
    addDay(device, day, { download, upload }, at) {
      const row = devices.usageRow(device, at);
      usage.addDays([{ device, day, usage: { ...noUsage(), download, upload } }], () => row);
      remember.run(day, devices.ownRow(device, at), download, upload);
    },
    putDevice: (device) => devices.put(device),
    putPeerName: (name) => peerNames.put(name),
    peers: createNetworkPeers(database),
  };
}
