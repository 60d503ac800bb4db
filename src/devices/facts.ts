import { addressOfDeviceId, macOfDeviceId, type Device, type Sighting } from '../model/device.ts';

/** Addresses remembered for one device, the most recent ones: IPv6 privacy extensions bring a new one every day. */
const ADDRESSES_LIMIT = 32;

/** A device of which only the id is known. `vendorOf`: manufacturer of a MAC address, where known. */
export function createDevice(
  id: string,
  at: number,
  vendorOf: (mac: string) => string | undefined,
): Device {
  const mac = macOfDeviceId(id);
  const vendor = mac === undefined ? undefined : vendorOf(mac);
  const address = addressOfDeviceId(id);
  return {
    id,
    ...(mac === undefined ? {} : { mac }),
    ...(vendor === undefined ? {} : { vendor }),
    names: {},
    hidden: false,
    router: false,
    firstSeen: at,
    lastSeen: at,
    addresses: new Map(address === undefined ? [] : [[address, at]]),
  };
}

/** Takes up the name that a sighting tells; true where that is news. */
export function learnName(device: Device, { via, hostname }: Sighting): boolean {
  if (hostname === undefined || via === 'arp' || via === 'ndp' || via === 'traffic') return false;
  if (device.names[via] === hostname) return false;
  device.names[via] = hostname;
  return true;
}

/** Takes up an address, or that it was seen again. */
export function learnAddress(device: Device, ip: string, at: number): void {
  const seenAt = Math.max(at, device.addresses.get(ip) ?? 0);
  device.addresses.delete(ip);
  device.addresses.set(ip, seenAt);
  if (device.addresses.size <= ADDRESSES_LIMIT) return;
  const [oldest] = device.addresses.keys();
  if (oldest !== undefined) device.addresses.delete(oldest);
}
