import type { Registry } from './devices/registry.ts';
import { latestAddresses, latestHolders } from './model/device.ts';
import type { Names } from './names/names.ts';

/** Addresses of a device that are asked for its name, the most recent ones. */
const ADDRESSES_LIMIT = 4;

/** Gives devices the names that lease files, the hosts file and reverse DNS know for them. */
export function nameDevices(registry: Registry, names: Names): void {
  for (const sighting of names.sightings()) registry.learn(sighting);
  for (const { mac, names: known } of registry.all()) {
    // It came, or came back, after its lease was news.
    const lease = mac === undefined || known.lease !== undefined ? undefined : names.leaseOf(mac);
    if (lease !== undefined) registry.learn(lease);
  }
  const holders = latestHolders(registry.all());
  for (const device of registry.all()) {
    const own = latestAddresses(device)
      .map(([address]) => address)
      .filter((address) => holders.get(address) === device)
      // The home's own DNS knows its IPv4 addresses best; for others providers make names up.
      .toSorted((left, right) => Number(left.includes(':')) - Number(right.includes(':')))
      .slice(0, ADDRESSES_LIMIT);
    const found = own.flatMap((address) => names.nameOfAddress(address) ?? []);
    const nameFrom = (source: string) => found.find((each) => each.source === source)?.name;
    registry.callIt(device.id, 'hosts', nameFrom('hosts'));
    // What DNS said holds until it says something else: it may just be silent.
    const inDns = nameFrom('dns');
    if (inDns !== undefined) registry.callIt(device.id, 'dns', inDns);
  }
}
