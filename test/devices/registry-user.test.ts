import { describe, expect, test } from 'vitest';
import type { Registry } from '../../src/devices/registry.ts';
import { id, registryWith, sighting, known, ids } from './sample-registry.ts';

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
    registry.forget('3c5282000003');
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
      devices: [
        known({ firstSeen: 5, lastSeen: 9 }),
        known({ id: other, firstSeen: 7, lastSeen: 9 }),
      ],
    });
    registry.forget(other);
    expect(registry.get('other')?.firstSeen).toBe(7);
    registry.commit();
    registry.forget(id);
    expect(registry.changed()).toMatchObject([{ id: 'other', firstSeen: 5 }]);
    registry.admit('3c5282000003', 5000);
    registry.forget('3c5282000003');
    expect(registry.get('other')?.firstSeen).toBe(5);
  });

  test('makes "other" seen when the latest that was forgotten was, not when it was forgotten', () => {
    const devices = [
      { id, lastSeen: 50 },
      { id: other, lastSeen: 70 },
    ].map(known);
    const registry = registryWith({ devices });
    registry.forget(id);
    expect(registry.get('other')?.lastSeen).toBe(50);
    registry.forget(other);
    expect(registry.get('other')?.lastSeen).toBe(70);
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
    const addresses = new Map([
      ['192.168.1.9', 4_000],
      ['192.168.1.10', 8_000],
    ]);
    const ahead = known({ firstSeen: 7_000, lastSeen: 8_000, addresses });
    const registry = registryWith({ devices: [ahead] });
    registry.seenUntil(5_000);
    expect(registry.get(id)).toMatchObject({ firstSeen: 5_000, lastSeen: 5_000 });
    expect([...addresses.values()]).toEqual([4_000, 5_000]);
  });
});
