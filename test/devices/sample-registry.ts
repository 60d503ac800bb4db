import { Registry, type RegistryOptions } from '../../src/devices/registry.ts';
import type { Device, Sighting } from '../../src/model/device.ts';
import { device } from '../store/ledger.ts';

const mac = '3c:52:82:00:00:01';

export const id = '3c5282000001';

export function registryWith(options: Partial<RegistryOptions> = {}): Registry {
  return new Registry({
    devices: [],
    merges: [],
    vendorOf: (of) => (of.startsWith('3c:52:82') ? 'Hewlett Packard' : undefined),
    limit: 100,
    ...options,
  });
}

export function sighting(parts: Partial<Sighting>): Sighting {
  return { mac, via: 'arp', at: 1000, ...parts };
}

export function known(parts: Partial<Device> = {}): Device {
  return device(id, { mac, ...parts });
}

export function ids(devices: Iterable<Device>): string[] {
  return Array.from(devices, (each) => each.id);
}
