import { describe, expect, test } from 'vitest';
import { Registry, type RegistryOptions } from '../../src/devices/registry.ts';
import { displayName, type Device, type Sighting } from '../../src/model/device.ts';

const mac = '3c:52:82:00:00:01';
const id = '3c5282000001';

function registryWith(options: Partial<RegistryOptions> = {}): Registry {
  return new Registry({
    devices: [],
    merges: [],
    vendorOf: (of) => (of.startsWith('3c:52:82') ? 'Hewlett Packard' : undefined),
    limit: 100,
    ...options,
  });
}

function sighting(parts: Partial<Sighting>): Sighting {
  return { mac, via: 'arp', at: 1000, ...parts };
}

function known(parts: Partial<Device> = {}): Device {
  return {
    id,
    mac,
    names: {},
    hidden: false,
    router: false,
    firstSeen: 1,
    lastSeen: 2,
    addresses: new Map(),
    ...parts,
  };
}

/** A registry that knows the device by its traffic, and then learns. */
function learned(...sightings: Partial<Sighting>[]): Registry {
  const registry = registryWith({ devices: [known()] });
  for (const parts of sightings) registry.learn(sighting(parts));
  return registry;
}

function ids(devices: Iterable<Device>): string[] {
  return [...devices].map((device) => device.id);
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

describe('changes', () => {
  test('are told until they are committed, each device once', () => {
    const registry = registryWith({ devices: [known(), known({ id: '020000000009' })] });
    registry.markRouter(id);
    registry.heard(id, 1000);
    registry.learn(sighting({ hostname: 'phone', via: 'dhcp', at: 1000 }));
    expect(registry.changed()).toEqual([
      known({ router: true, lastSeen: 1000, names: { dhcp: 'phone' } }),
    ]);
    expect(registry.changed()).toHaveLength(1);
    registry.commit();
    expect(registry.changed()).toEqual([]);
  });

  test('are none where nothing is new', () => {
    const device = known({ router: true, lastSeen: 1000, names: { dhcp: 'phone' } });
    const registry = registryWith({ devices: [device] });
    registry.markRouter(id);
    registry.learn(sighting({ hostname: 'phone', via: 'dhcp', at: 1000 }));
    expect(registry.changed()).toEqual([]);
  });
});

describe('a lease', () => {
  test('names a device and tells its address, and does not make it seem present', () => {
    const registry = registryWith({
      devices: [known({ addresses: new Map([['192.168.1.7', 5000]]) })],
    });
    registry.learn(sighting({ via: 'lease', hostname: 'tablet', ip: '192.168.1.7', at: 4000 }));
    expect(registry.get(id)).toMatchObject({
      names: { lease: 'tablet' },
      lastSeen: 2,
      addresses: new Map([['192.168.1.7', 5000]]),
    });
  });
});

describe('the user', () => {
  const other = '3c5282000002';

  test('merges, splits and forgets: whoever was part of a device goes with it', () => {
    const registry = registryWith();
    for (const each of [id, other, '3c5282000003']) registry.admit(each, 1000);
    registry.merge(id, other);
    registry.merge(other, '3c5282000003');
    expect(registry.admit(id, 2000)).toBe('3c5282000003');
    registry.forget('3c5282000003', 3000);
    expect(registry.takeMerges()).toEqual([
      { from: id, into: other },
      { from: other, into: '3c5282000003' },
      { from: '3c5282000003', into: 'other' },
    ]);
    expect(registry.admit(id, 4000)).toBe(id);
    expect(() => registry.split('3c5282000003', 5000)).toThrow(
      expect.objectContaining({ code: 'DEVICE_UNKNOWN' }),
    );
  });

  test('makes "other" as old as the oldest that was forgotten', () => {
    const registry = registryWith({
      devices: [known({ firstSeen: 5 }), known({ id: other, firstSeen: 7 })],
    });
    registry.forget(other, 3000);
    expect(registry.get('other')?.firstSeen).toBe(7);
    registry.commit();
    registry.forget(id, 4000);
    expect(registry.changed()).toMatchObject([{ id: 'other', firstSeen: 5 }]);
    registry.admit('3c5282000003', 5000);
    registry.forget('3c5282000003', 6000);
    expect(registry.get('other')?.firstSeen).toBe(5);
  });

  test('gives the target of a merge the earliest and latest of both', () => {
    const registry = registryWith({
      devices: [
        known({ firstSeen: 5, lastSeen: 50, addresses: new Map([['192.168.1.7', 9]]) }),
        known({ id: other, firstSeen: 7, lastSeen: 20 }),
      ],
    });
    registry.merge(id, other);
    expect(registry.get(other)).toMatchObject({
      firstSeen: 5,
      lastSeen: 50,
      addresses: new Map([['192.168.1.7', 9]]),
    });
    expect(ids(registry.all())).toEqual([other]);
  });
});

describe('the clock is set', () => {
  const startedAt = 10_000;
  const away = '3c5282000002';

  /** One device since before the start, one new, one that was silent all the time; and a stranger. */
  function running(): Registry {
    const registry = registryWith({
      devices: [
        known({ firstSeen: 500, lastSeen: 900, addresses: new Map([['192.168.1.7', 900], ['192.168.1.8', 800]]) }),
        known({ id: away, firstSeen: 500, lastSeen: 9_999, addresses: new Map() }),
      ],
    }); // prettier-ignore
    registry.learn(sighting({ ip: '192.168.1.7', at: 12_000 }));
    registry.admit('ip:192.168.1.9', startedAt);
    registry.learn(sighting({ mac: '3c:52:82:00:00:03', ip: '192.168.1.10', at: 11_000 }));
    registry.commit();
    return registry;
  }

  test.each([
    ['forward', 3_600_000],
    ['back', -5_000],
  ])('%s: what it stamped since the start moves with it, and nothing else', (_, byMs) => {
    const registry = running();
    registry.shiftClock(byMs, startedAt);
    expect(registry.get(id)).toMatchObject({
      firstSeen: 500,
      lastSeen: 12_000 + byMs,
      addresses: new Map([
        ['192.168.1.8', 800],
        ['192.168.1.7', 12_000 + byMs],
      ]),
    });
    expect(registry.get('ip:192.168.1.9')).toMatchObject({
      firstSeen: startedAt + byMs,
      lastSeen: startedAt + byMs,
      addresses: new Map([['192.168.1.9', startedAt + byMs]]),
    });
    expect(registry.get(away)).toMatchObject({ firstSeen: 500, lastSeen: 9_999 });
    expect(ids(registry.changed())).toEqual([id, 'ip:192.168.1.9']);
  });

  test('so does what was heard of a device before its first packet', () => {
    const registry = running();
    registry.shiftClock(3_600_000, startedAt);
    registry.admit('3c5282000003', 3_611_500);
    expect(registry.get('3c5282000003')).toMatchObject({
      firstSeen: 3_611_500,
      lastSeen: 3_611_500,
      addresses: new Map([['192.168.1.10', 3_611_000]]),
    });
  });

  test('after an earlier run whose clock was ahead: nobody was seen, first or last, later than now', () => {
    const registry = registryWith({ devices: [known({ firstSeen: 7_000, lastSeen: 8_000 })] });
    registry.seenUntil(5_000);
    expect(registry.get(id)).toMatchObject({ firstSeen: 5_000, lastSeen: 5_000 });
  });
});
