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
  const { addresses } = device;
  const seenAt = Math.max(at, addresses.get(ip) ?? 0);
  addresses.delete(ip);
  addresses.set(ip, seenAt);
  if (addresses.size <= ADDRESSES_LIMIT) return;
  const byAge = [...addresses].toSorted(([, left], [, right]) => left - right);
  for (const [old] of byAge.slice(0, -ADDRESSES_LIMIT)) addresses.delete(old);
}
