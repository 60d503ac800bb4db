import { isRandomisedMac, parseMac } from './address.ts';

/** How something was learned about a device. */
export type SightingSource = 'user' | 'dhcp' | 'mdns' | 'arp' | 'ndp' | 'traffic';

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

/** A name somebody gave a device, best source first: user, dhcp, mdns. */
export type NameSource = 'user' | 'dhcp' | 'mdns';

/** What is known of one device. */
export interface Device {
  /** Never changes: the MAC address as 12 hexadecimal digits, `ip:<address>` where only an address is known, or `other`. */
  id: string;
  /** `aa:bb:cc:dd:ee:ff`, absent for devices known by address only. */
  mac?: string;
  names: Partial<Record<NameSource, string>>;
  vendor?: string;
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

/** The name to show: what the user chose, else what the device says of itself, else vendor and the end of the MAC. */
export function displayName(device: Device): string {
  const { user, dhcp, mdns } = device.names;
  const named = user ?? dhcp ?? mdns;
  if (named !== undefined) return named;
  if (device.mac === undefined) return addressOfDeviceId(device.id) ?? 'Other devices';
  const tail = device.mac.slice(-8);
  if (isRandomisedMac(device.mac)) return `Private ${tail}`;
  return device.vendor === undefined ? device.mac : `${device.vendor} ${tail}`;
}

/** It sent something within the last `offlineAfterMs`; a clock that stepped back does not make it offline. */
export function isOnline(device: Device, now: number, offlineAfterMs: number): boolean {
  return now - device.lastSeen < offlineAfterMs;
}
