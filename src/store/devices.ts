import type { Database } from 'better-sqlite3';
import type { DeviceMerge } from '../model/checkpoint.ts';
import { macOfDeviceId, nameSources, type Device, type NameSource } from '../model/device.ts';

/** The tables `device` and `address`. */
export interface StoredDevices {
  /** All devices that have not been merged into another. */
  devices(): Device[];
  /** Merged devices, and what each became: always a device that is there. */
  merges(): DeviceMerge[];
  /** Writes all that is known of a device: what `device` lacks is forgotten. A merged device is its own again. */
  put(device: Device): void;
  /**
   * The row that holds the usage of a device: its own, or that of the device it was merged into. A device nobody
   * introduced gets a row, first seen `at` (epoch ms), for no byte may be lost.
   */
  usageRow(deviceId: string, at: number): number;
  /** The device's own row, alive or merged; made where it is missing. */
  ownRow(deviceId: string, at: number): number;
}

/** What is known of a device, in the columns of its table. */
interface DeviceFacts extends Record<`${NameSource}_name`, string | null> {
  device_id: string;
  mac: string | null;
  vendor: string | null;
  icon: string | null;
  hidden: number;
  router: number;
  first_seen: number;
  last_seen: number;
}

interface DeviceRow extends DeviceFacts {
  id: number;
}

const columns = [
  'device_id',
  'mac',
  ...nameSources.map((source) => `${source}_name`),
  'vendor',
  'icon',
  'hidden',
  'router',
  'first_seen',
  'last_seen',
];

interface AddressRow {
  device: number;
  address: string;
  last_seen: number;
}

export function createStoredDevices(database: Database): StoredDevices {
  const all = database.prepare<[], DeviceRow>(
    'SELECT * FROM device WHERE merged_into IS NULL ORDER BY id',
  );
  const allAddresses = database.prepare<[], AddressRow>('SELECT * FROM address ORDER BY last_seen');
  const allMerges = database.prepare<[], DeviceMerge>(
    `SELECT gone.device_id AS "from", target.device_id AS "into"
     FROM device AS gone JOIN device AS target ON target.id = gone.merged_into ORDER BY gone.id`,
  );
  const upsert = database.prepare<[DeviceFacts], { id: number }>(
    `INSERT INTO device (${columns.join(', ')}) VALUES (${columns.map((name) => `:${name}`).join(', ')})
     ON CONFLICT (device_id) DO UPDATE SET
       ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}, merged_into = NULL
     RETURNING id`,
  );
  const find = database.prepare<[string], { id: number; merged_into: number | null }>(
    'SELECT id, merged_into FROM device WHERE device_id = ?',
  );
  const addressesOf = database.prepare<[number], AddressRow>(
    'SELECT * FROM address WHERE device = ?',
  );
  const putAddress = database.prepare<[number, string, number]>(
    `INSERT INTO address (device, address, last_seen) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen`,
  );
  const dropAddress = database.prepare<[number, string]>(
    'DELETE FROM address WHERE device = ? AND address = ?',
  );

  function insertUnknown(deviceId: string, at: number): number {
    const mac = macOfDeviceId(deviceId);
    const device: Device = {
      id: deviceId,
      ...(mac === undefined ? {} : { mac }),
      names: {},
      hidden: false,
      router: false,
      firstSeen: at,
      lastSeen: at,
      addresses: new Map(),
    };
    return putDevice(device);
  }

  function putDevice(device: Device): number {
    return (upsert.get(toRow(device)) as { id: number }).id;
  }

  /** Most devices keep their addresses from one checkpoint to the next, so only differences are written. */
  function putAddresses(row: number, addresses: ReadonlyMap<string, number>): void {
    const stored = new Map(addressesOf.all(row).map((each) => [each.address, each.last_seen]));
    for (const address of stored.keys()) {
      if (!addresses.has(address)) dropAddress.run(row, address);
    }
    for (const [address, lastSeen] of addresses) {
      if (stored.get(address) !== lastSeen) putAddress.run(row, address, lastSeen);
    }
  }

  return {
    devices() {
      const addresses = new Map<number, Map<string, number>>();
      for (const { device, address, last_seen } of allAddresses.all()) {
        const known = addresses.get(device);
        if (known === undefined) addresses.set(device, new Map([[address, last_seen]]));
        else known.set(address, last_seen);
      }
      return all.all().map((row) => toDevice(row, addresses.get(row.id) ?? new Map()));
    },
    merges: () => allMerges.all(),
    put: (device) => putAddresses(putDevice(device), device.addresses),
    usageRow(deviceId, at) {
      const found = find.get(deviceId);
      return found === undefined ? insertUnknown(deviceId, at) : (found.merged_into ?? found.id);
    },
    ownRow: (deviceId, at) => find.get(deviceId)?.id ?? insertUnknown(deviceId, at),
  };
}

function toRow(device: Device): DeviceFacts {
  const { names } = device;
  return {
    device_id: device.id,
    mac: device.mac ?? null,
    user_name: names.user ?? null,
    dhcp_name: names.dhcp ?? null,
    lease_name: names.lease ?? null,
    hosts_name: names.hosts ?? null,
    mdns_name: names.mdns ?? null,
    dns_name: names.dns ?? null,
    vendor: device.vendor ?? null,
    icon: device.icon ?? null,
    hidden: device.hidden ? 1 : 0,
    router: device.router ? 1 : 0,
    first_seen: device.firstSeen,
    last_seen: device.lastSeen,
  };
}

function toDevice(row: DeviceRow, addresses: Map<string, number>): Device {
  const named = nameSources.map((source) => [source, row[`${source}_name`]] as const);
  return {
    id: row.device_id,
    ...(row.mac === null ? {} : { mac: row.mac }),
    names: Object.fromEntries(named.filter(([, name]) => name !== null)),
    ...(row.vendor === null ? {} : { vendor: row.vendor }),
    ...(row.icon === null ? {} : { icon: row.icon }),
    hidden: row.hidden === 1,
    router: row.router === 1,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    addresses,
  };
}
