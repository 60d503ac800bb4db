import { isRandomisedMac, parseMac } from './address.ts';

/** How something was learned about a device. */
export type SightingSource = NameSource | 'arp' | 'ndp' | 'traffic';

/** The only way anyone learns who a device is. */
export interface Sighting {
  /** `aa:bb:cc:dd:ee:ff` */
  mac: string;
  ip?: string;
  hostname?: string;
  via: SightingSource;
  /** Epoch milliseconds. */
  at: number;
}

/**
 * Where the name of a device comes from, best first: the user, what the device said in DHCP, a DHCP server's lease file,
 * the hosts file, what the device said in mDNS, reverse DNS.
 */
export const nameSources = ['user', 'dhcp', 'lease', 'hosts', 'mdns', 'dns'] as const;
export type NameSource = (typeof nameSources)[number];

/** What is known of one device. */
export interface Device {
  /** Never changes: the MAC address as 12 hexadecimal digits, `ip:<address>` where only an address is known, or `other`. */
  id: string;
  /** `aa:bb:cc:dd:ee:ff`, absent for devices known by address only. */
  mac?: string;
  names: Partial<Record<NameSource, string>>;
  vendor?: string;
  /** Chosen by the user, a Material Design icon such as `mdi:laptop`. */
  icon?: string;
  /** The user does not want to see it in lists; it is metered like any other. */
  hidden: boolean;
  /** The device forwards other devices' traffic. */
  router: boolean;
  /** Epoch milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** Every address seen, with the time it was seen last (epoch ms). */
  addresses: Map<string, number>;
}

/** Collects the traffic of devices beyond the bound of the tables. */
export const OTHER_DEVICE_ID = 'other';

export function deviceIdOfMac(mac: string): string {
  return mac.replaceAll(':', '');
}

export function deviceIdOfAddress(address: string): string {
  return `ip:${address}`;
}

/** The address in an id `ip:<address>`, or undefined. */
export function addressOfDeviceId(id: string): string | undefined {
  return id.startsWith('ip:') ? id.slice(3) : undefined;
}

/** The MAC address in an id, or undefined. */
export function macOfDeviceId(id: string): string | undefined {
  return parseMac(id) === undefined ? undefined : id.replace(/..(?!$)/g, '$&:');
}

export function bestNameSource({ names }: Device): NameSource | undefined {
  return nameSources.find((source) => names[source] !== undefined);
}

/** The name to show: what the user chose, else what the device says of itself, else vendor and the end of the MAC. */
export function displayName(device: Device): string {
  const source = bestNameSource(device);
  if (source !== undefined) return device.names[source] as string;
  if (device.mac === undefined) return addressOfDeviceId(device.id) ?? 'Other devices';
  const tail = device.mac.slice(-8);
  if (isRandomisedMac(device.mac)) return `Private ${tail}`;
  return device.vendor === undefined ? device.mac : `${device.vendor} ${tail}`;
}

/** Addresses with the time each was seen last (epoch ms), the latest first. */
export function latestAddresses({ addresses }: Pick<Device, 'addresses'>): [string, number][] {
  return [...addresses].toSorted(([, left], [, right]) => right - left);
}

/** The device that had each address last. */
export function latestHolders(devices: Iterable<Device>): Map<string, Device> {
  const holders = new Map<string, Device>();
  for (const device of devices) {
    for (const [address, at] of device.addresses) {
      const other = holders.get(address)?.addresses.get(address) ?? -Infinity;
      if (at > other) holders.set(address, device);
    }
  }
  return holders;
}

/** It sent something within the last `offlineAfterMs`; a clock that stepped back does not make it offline. */
export function isOnline(device: Device, now: number, offlineAfterMs: number): boolean {
  return now - device.lastSeen < offlineAfterMs;
}

/** What the user can choose for a device; `null` takes it away. */
export interface DeviceChange {
  name?: string | null;
  icon?: string | null;
  hidden?: boolean;
}
