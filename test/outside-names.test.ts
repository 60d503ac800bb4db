import { expect, test } from 'vitest';
import { Registry } from '../src/devices/registry.ts';
import type { Device, Sighting } from '../src/model/device.ts';
import type { AddressName, Names } from '../src/names/names.ts';
import { nameDevices } from '../src/outside-names.ts';

function device(id: string, addresses: Record<string, number>): Device {
  return {
    id,
    mac: id.replaceAll(/..(?!$)/g, '$&:'),
    names: {},
    hidden: false,
    router: false,
    firstSeen: 1,
    lastSeen: 2,
    addresses: new Map(Object.entries(addresses)),
  };
}

function registryOf(...devices: Device[]): Registry {
  return new Registry({ devices, merges: [], vendorOf: () => undefined, limit: 100 });
}

function namesOf(
  known: Record<string, AddressName>,
  sightings: Sighting[] = [],
  leases: Sighting[] = [],
): Names {
  return {
    start() {},
    stop: () => Promise.resolve(),
    sightings: () => sightings,
    nameOfAddress: (address) => known[address],
    leaseOf: (mac) => leases.find((lease) => lease.mac === mac),
  };
}

const old = '020000000001';
const young = '020000000002';

test('an address names the device that used it last', () => {
  const registry = registryOf(
    device(old, { '192.168.1.7': 100, 'fe80::1': 50 }),
    device(young, { '192.168.1.7': 200 }),
  );
  nameDevices(registry, namesOf({ '192.168.1.7': { name: 'tablet', source: 'dns' } }));
  expect([registry.get(old)?.names, registry.get(young)?.names]).toEqual([{}, { dns: 'tablet' }]);
});

test('leases, hosts file and DNS are kept apart, and what left the hosts file is gone', () => {
  const registry = registryOf(device(old, { '192.168.1.7': 100, '2001:db8::7': 90 }));
  const lease: Sighting = { mac: '02:00:00:00:00:01', hostname: 'lease', via: 'lease', at: 300 };
  const hosts: AddressName = { name: 'hosts', source: 'hosts' };
  const dns: AddressName = { name: 'dns', source: 'dns' };
  nameDevices(registry, namesOf({ '192.168.1.7': hosts, '2001:db8::7': dns }, [lease]));
  expect(registry.get(old)?.names).toEqual({ lease: 'lease', hosts: 'hosts', dns: 'dns' });
  nameDevices(registry, namesOf({}));
  expect(registry.get(old)?.names).toEqual({ lease: 'lease', dns: 'dns' });
});

test('of several addresses the one that was seen last names the device, in whatever order they became known', () => {
  const registry = registryOf(
    device(old, { '192.168.1.8': 200, '192.168.1.7': 100, '192.168.1.6': 50 }),
  );
  const name = (host: string): AddressName => ({ name: host, source: 'dns' });
  nameDevices(registry, namesOf({ '192.168.1.7': name('before'), '192.168.1.8': name('latest') }));
  expect(registry.get(old)?.names).toEqual({ dns: 'latest' });
});

test('a name for the IPv4 address comes before one for a more recent IPv6 address', () => {
  const registry = registryOf(device(old, { '192.168.1.7': 100, '2001:db8::7': 200 }));
  nameDevices(
    registry,
    namesOf({
      '192.168.1.7': { name: 'tablet', source: 'dns' },
      '2001:db8::7': { name: 'dyn-7.provider.example', source: 'dns' },
    }),
  );
  expect(registry.get(old)?.names).toEqual({ dns: 'tablet' });
});

test('a device that returns after its lease was news has its name again', () => {
  const mac = '02:00:00:00:00:01';
  const lease: Sighting = { mac, ip: '192.168.1.7', hostname: 'tablet', via: 'lease', at: 300 };
  const registry = registryOf(device(old, {}), device(young, {}));
  nameDevices(registry, namesOf({}, [lease], [lease]));
  registry.commit();
  registry.forget(old);
  nameDevices(registry, namesOf({}, [], [lease]));
  expect(registry.get(old)).toBeUndefined();
  registry.admit(old, 500);
  nameDevices(registry, namesOf({}, [], [lease]));
  const { names, addresses } = registry.get(old) ?? {};
  expect([names, addresses]).toEqual([{ lease: 'tablet' }, new Map([['192.168.1.7', 300]])]);
  expect(registry.get(young)?.names).toEqual({});

  registry.commit();
  nameDevices(registry, namesOf({}, [], [lease]));
  expect(registry.changed(), 'nothing is learned again').toEqual([]);
});
