import { describe, expect, test } from 'vitest';
import type { Registry } from '../../src/devices/registry.ts';
import { displayName, type Device, type Sighting } from '../../src/model/device.ts';
import { id, registryWith, sighting, known, ids } from './sample-registry.ts';

/** A registry that knows the device by its traffic, and then learns. */
function learned(...sightings: Partial<Sighting>[]): Registry {
  const registry = registryWith({ devices: [known()] });
  for (const parts of sightings) registry.learn(sighting(parts));
  return registry;
}

describe('a device is admitted', () => {
  test('with what its id tells', () => {
    const registry = registryWith();
    expect(registry.admit(id, 1000)).toBe(id);
    expect(registry.admit('ip:2001:db8::5', 2000)).toBe('ip:2001:db8::5');
    expect([...registry.all()]).toEqual([
      known({ vendor: 'Hewlett Packard', firstSeen: 1000, lastSeen: 1000 }),
      {
        id: 'ip:2001:db8::5',
        names: {},
        hidden: false,
        router: false,
        firstSeen: 2000,
        lastSeen: 2000,
        addresses: new Map([['2001:db8::5', 2000]]),
      },
    ]);
  });

  test('once', () => {
    const registry = registryWith({ devices: [known()] });
    expect(registry.admit(id, 1000)).toBe(id);
    expect([...registry.all()]).toEqual([known()]);
    expect(registry.changed()).toEqual([]);
  });

  test('as "other" where there is no room; known ones keep theirs', () => {
    const registry = registryWith({ devices: [known()], limit: 2 });
    expect(registry.admit('020000000001', 5)).toBe('020000000001');
    expect(registry.admit('020000000002', 5)).toBe('other');
    expect(registry.admit('020000000003', 6)).toBe('other');
    expect(registry.admit(id, 6)).toBe(id);
    expect(ids(registry.all())).toEqual([id, '020000000001', 'other']);
    expect(registry.get('other')).toMatchObject({ names: {}, firstSeen: 5, lastSeen: 5 });
  });

  test('and "other" is never a router', () => {
    const registry = registryWith({ limit: 0 });
    expect(registry.admit(id, 5)).toBe('other');
    registry.markRouter('other');
    expect(registry.get('other')?.router).toBe(false);
  });

  test('in the place of the one that was silent longest, if that was a day', () => {
    const dayMs = 86_400_000;
    const registry = registryWith({
      devices: [
        known({ id: '020000000001', lastSeen: 30 }),
        known({ id: '020000000002', lastSeen: 20 }),
        known({ id: '020000000003', lastSeen: 10, names: { user: 'Mum' } }),
      ],
      limit: 3,
    });
    expect(registry.admit(id, dayMs + 19)).toBe('other');
    expect(registry.takeMerges()).toEqual([]);
    expect(registry.admit(id, dayMs + 20)).toBe(id);
    expect(registry.takeMerges()).toEqual([{ from: '020000000002', into: 'other' }]);
    expect(registry.takeMerges()).toEqual([]);
    expect(ids(registry.all())).toEqual(['020000000001', '020000000003', 'other', id]);
  });

  test('under the id it was merged into, in this run or an earlier one', () => {
    const registry = registryWith({ merges: [{ from: 'ip:192.168.1.5', into: id }] });
    expect(registry.admit('ip:192.168.1.5', 1000)).toBe(id);
    expect(ids(registry.all())).toEqual([id]);
  });

  test('anew where it became part of "other"', () => {
    const registry = registryWith({ merges: [{ from: id, into: 'other' }] });
    expect(registry.admit(id, 1000)).toBe(id);
    expect(registry.get(id)).toMatchObject({ firstSeen: 1000 });
  });

  test('not by a sighting, which anybody can forge', () => {
    const registry = registryWith();
    registry.learn(sighting({ ip: '192.168.1.5', hostname: 'phone', via: 'dhcp' }));
    expect([...registry.all()]).toEqual([]);
  });
});

describe('last seen', () => {
  test('grows, and does not shrink where packets come a little late', () => {
    const registry = registryWith({ devices: [known({ lastSeen: 50 })] });
    registry.heard(id, 40);
    expect([registry.get(id)?.lastSeen, ids(registry.changed())]).toEqual([50, []]);
    registry.heard(id, 60);
    expect([registry.get(id)?.lastSeen, ids(registry.changed())]).toEqual([60, [id]]);
    registry.heard('unknown', 60);
    expect(registry.get('unknown')).toBeUndefined();
  });
});

describe('names', () => {
  const named = (names: Device['names'], parts: Partial<Device> = {}) =>
    displayName(known({ names, ...parts }));

  test.each([
    ['the user', { user: 'Mum', dhcp: 'phone', mdns: 'phone.local' }, 'Mum'],
    ['DHCP', { dhcp: 'phone', mdns: 'phone.local' }, 'phone'],
    ['mDNS', { mdns: 'phone.local' }, 'phone.local'],
    ['nobody', {}, '3c:52:82:00:00:01'],
  ])('best from %s', (_, names, expected) => {
    expect(named(names)).toBe(expected);
  });

  test('without any, come from the vendor, the randomised MAC or the address', () => {
    expect(named({}, { vendor: 'Hewlett Packard' })).toBe('Hewlett Packard 00:00:01');
    expect(named({}, { mac: 'da:a1:19:3c:5e:07' })).toBe('Private 3c:5e:07');
    const { mac: _, ...withoutMac } = known({ id: 'ip:192.168.7.9' });
    expect(displayName(withoutMac)).toBe('192.168.7.9');
    expect(displayName({ ...withoutMac, id: 'other' })).toBe('Other devices');
  });

  test('are learned by source, the newest of each', () => {
    const registry = learned(
      { hostname: 'old', via: 'dhcp' },
      { hostname: 'phone', via: 'mdns' },
      { hostname: 'new', via: 'dhcp' },
      { hostname: 'not a name', via: 'arp' },
    );
    expect(registry.get(id)?.names).toEqual({ dhcp: 'new', mdns: 'phone' });
  });
});

describe('addresses', () => {
  const stamps = (registry: Registry) =>
    [...(registry.get(id)?.addresses.values() ?? [])].toSorted((left, right) => left - right);

  test('are kept with the time they were seen last, newest last', () => {
    const registry = learned(
      { ip: '192.168.1.5', at: 1000 },
      { ip: '2001:db8::5', at: 2000 },
      { ip: '192.168.1.5', at: 3000 },
    );
    const device = registry.get(id);
    expect([...(device?.addresses ?? [])]).toEqual([
      ['2001:db8::5', 2000],
      ['192.168.1.5', 3000],
    ]);
    expect([device?.firstSeen, device?.lastSeen]).toEqual([1, 3000]);
  });

  test('beyond 32 push out the one that was not seen for longest', () => {
    const days = Array.from({ length: 32 }, (_, index) => index + 1);
    const registry = learned(
      ...days.map((day) => ({ ip: `2001:db8::${day}`, at: day })),
      { ip: '2001:db8::1', at: 33 },
      { ip: '2001:db8::99', at: 34 },
    );
    const addresses = [...(registry.get(id)?.addresses.keys() ?? [])];
    expect(addresses).toHaveLength(32);
    expect([addresses.at(0), addresses.at(-2), addresses.at(-1)]).toEqual([
      '2001:db8::3',
      '2001:db8::1',
      '2001:db8::99',
    ]);
  });

  test('that are told late do not push out later ones', () => {
    const days = Array.from({ length: 32 }, (_, index) => index + 2);
    const registry = learned(
      ...days.toReversed().map((day) => ({ ip: `2001:db8::${day}`, at: day })),
      { ip: '2001:db8::1', at: 1 },
      { ip: '2001:db8::99', at: 99 },
    );
    expect(stamps(registry)).toEqual([...days.slice(1), 99]);
  });

  test('of a device that becomes part of another are 32 with its own, the latest of both', () => {
    const addresses = (first: number) =>
      new Map(Array.from({ length: 32 }, (_, n) => [`2001:db8::${first + 2 * n}`, first + 2 * n]));
    const devices = [
      known({ addresses: addresses(2) }),
      known({ id: 'b', addresses: addresses(1) }),
    ];
    const registry = registryWith({ devices });
    registry.merge('b', id);
    expect(stamps(registry)).toEqual(Array.from({ length: 32 }, (_, n) => n + 33));
  });
});

describe('a device known by address only', () => {
  test.each(['arp', 'ndp', 'dhcp', 'mdns'] as const)('turns out to be a MAC by %s', (via) => {
    const registry = registryWith({ devices: [known()] });
    registry.admit('ip:192.168.1.5', 500);
    registry.learn(sighting({ ip: '192.168.1.5', via }));
    registry.learn(sighting({ ip: '192.168.1.5', via, at: 2000 }));
    expect(registry.takeMerges()).toEqual([{ from: 'ip:192.168.1.5', into: id }]);
    expect(ids(registry.all())).toEqual([id]);
    expect(ids(registry.changed())).toEqual([id]);
    expect(registry.admit('ip:192.168.1.5', 3000)).toBe(id);
  });

  test('brings along what the user chose for it, and since when it is known', () => {
    const registry = registryWith({ devices: [known({ firstSeen: 700 })] });
    registry.admit('ip:192.168.1.5', 500);
    registry.change('ip:192.168.1.5', { name: 'Printer', icon: 'mdi:printer' });
    registry.learn(sighting({ ip: '192.168.1.5', via: 'dhcp' }));
    expect(registry.get(id)).toMatchObject({
      names: { user: 'Printer' },
      icon: 'mdi:printer',
      firstSeen: 500,
    });
  });

  test('shows that the device was no router: what seemed to be behind it was its own', () => {
    const registry = registryWith({ devices: [known({ router: true })] });
    registry.admit('ip:192.168.1.5', 500);
    registry.learn(sighting({ ip: '192.168.1.6', via: 'arp' }));
    expect(registry.get(id)?.router).toBe(true);
    registry.learn(sighting({ ip: '192.168.1.5', via: 'arp' }));
    expect(registry.get(id)?.router).toBe(false);
  });

  test('is not proven to be one by traffic, which a router may have forwarded', () => {
    const registry = registryWith({ devices: [known()] });
    registry.admit('ip:192.168.1.5', 500);
    registry.learn(sighting({ ip: '192.168.1.5', via: 'traffic' }));
    expect(registry.takeMerges()).toEqual([]);
    expect(ids(registry.all())).toEqual([id, 'ip:192.168.1.5']);
  });

  test('stays what it is where the MAC was made part of it', () => {
    const registry = registryWith({ devices: [known()] });
    registry.admit('ip:192.168.1.5', 500);
    registry.merge(id, 'ip:192.168.1.5');
    registry.takeMerges();
    registry.learn(sighting({ ip: '192.168.1.5', via: 'arp' }));
    expect(registry.takeMerges()).toEqual([]);
    expect(ids(registry.all())).toEqual(['ip:192.168.1.5']);
    expect(registry.admit(id, 3000)).toBe('ip:192.168.1.5');
  });

  test('moves on with its address to another MAC', () => {
    const other = known({ id: '020000000009', mac: '02:00:00:00:00:09' });
    const registry = registryWith({ devices: [known(), other] });
    registry.admit('ip:192.168.1.5', 500);
    registry.learn(sighting({ ip: '192.168.1.5' }));
    registry.learn(sighting({ ip: '192.168.1.5', mac: '02:00:00:00:00:09', at: 2000 }));
    expect(registry.admit('ip:192.168.1.5', 3000)).toBe('020000000009');
  });
});
