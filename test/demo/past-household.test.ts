import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/model/address.ts';
import { displayName, isOnline } from '../../src/model/device.ts';
import { attentionTypes } from '../../src/model/event.ts';
import { LocalNetworks } from '../../src/model/networks.ts';
import { bytesOf, levelOf } from '../../src/usage/limits.ts';
import { calendar, samplePast, TODAY } from './household.ts';

import { now, ALL, filledStore, allHours, named } from './past-ledger.ts';

describe('the household', () => {
  test('is a plausible one', () => {
    const devices = filledStore().devices();
    expect(devices.map(displayName).toSorted()).toMatchInlineSnapshot(`
      [
        "Doorbell",
        "Galaxy-S24",
        "Games console",
        "LAPTOP-4F2K9Q",
        "Living room TV",
        "MacBook-Air",
        "NAS",
        "Philips-hue",
        "Pixel-9",
        "Samsung-TV",
        "Sonos-Kitchen",
        "Washing machine",
        "heating",
        "homeassistant",
        "iPad",
        "kindle",
        "printer",
        "router",
      ]
    `);
    expect(devices.filter(({ router }) => router).map(displayName)).toEqual(['router']);
    expect(devices.filter(({ hidden }) => hidden).map(displayName)).toEqual(['printer']);
    const nobodys = devices.filter(({ vendor }) => vendor === undefined).map(displayName);
    expect(nobodys.toSorted()).toEqual(['Galaxy-S24', 'Pixel-9']);
    const offline = devices.filter((device) => !isOnline(device, now, 86_400_000));
    expect(offline.map(displayName).toSorted()).toEqual(['Galaxy-S24', 'kindle']);
    const sources = new Set(devices.flatMap(({ names }) => Object.keys(names)));
    expect([...sources].toSorted()).toEqual(['dhcp', 'dns', 'hosts', 'lease', 'mdns', 'user']);
  });

  test('has work on working days, television in the evening and a guest for two days', () => {
    const ledger = filledStore();
    const busyHours = (name: string) => {
      const { id } = named(ledger.devices(), name);
      const own = allHours(ledger).filter(({ device }) => device === id);
      return own.map(({ start, usage }) => {
        const local = new Date(start).toLocaleString('en-GB', {
          timeZone: 'Europe/Berlin',
          weekday: 'short',
          hour: '2-digit',
        });
        const [weekday = '', hour = ''] = local.split(', ');
        return { weekday, hour: Number(hour), bytes: usage.download, day: calendar.day(start) };
      });
    };
    const part = <Row extends { bytes: number }>(rows: Row[], isIn: (row: Row) => boolean) =>
      rows.filter(isIn).reduce((sum, { bytes }) => sum + bytes, 0) /
      rows.reduce((sum, { bytes }) => sum + bytes, 0);
    const work = part(busyHours('MacBook-Air'), ({ weekday }) => !weekday.startsWith('S'));
    expect(work).toBeGreaterThan(0.9);
    const evening = part(busyHours('Living room TV'), ({ hour }) => hour >= 17);
    expect(evening).toBeGreaterThan(0.6);
    expect(new Set(busyHours('Galaxy-S24').map(({ day }) => day))).toEqual(
      new Set([20261103, 20261104]),
    );
  });

  test('talks to addresses that are neither local nor for documentation', () => {
    const networks = new LocalNetworks();
    for (const prefix of ['192.0.2.0/24', '198.18.0.0/15', '203.0.113.0/24', '2001:db8::/32']) {
      networks.addLocalText(prefix);
    }
    const addresses = filledStore()
      .peers(ALL)
      .flatMap(({ address }) => (address === 'other' ? [] : [address]));
    expect(new Set(addresses).size).toBeGreaterThan(60);
    for (const address of addresses) {
      const words = parseAddress(address);
      expect(words, address).toBeDefined();
      expect(networks.isLocal(...words!), address).toBe(false);
    }
  });

  test('large ones have no address or name twice', () => {
    const { members } = samplePast({ devices: 1000 }).household;
    for (const key of ['id', 'ipv4'] as const) {
      expect(new Set(members.map((member) => member[key])).size).toBe(1000);
    }
    const given = members.flatMap(({ kind }) => kind.names.user ?? []);
    expect(new Set(given).size).toBe(given.length);
  });

  test.each([2, 3, 10])('of %i devices works, too', (devices) => {
    expect(filledStore({ devices, days: [TODAY] }).devices()).toHaveLength(devices);
  });
});

describe('limits and events', () => {
  test('one limit is near its warning, one is exceeded', () => {
    const ledger = filledStore();
    const month = ledger.usage({ from: 202611_01, to: TODAY, step: 'day' });
    const standing = ledger.limits().map((limit) => {
      const rows = month.filter(({ device, start }) => {
        if (limit.target.startsWith('g')) return start === TODAY;
        return limit.target === 'network' || limit.target === device;
      });
      const used = rows.reduce((sum, { usage }) => sum + bytesOf(usage, limit.direction), 0);
      return { limit, level: levelOf(limit, used), share: used / limit.bytes };
    });
    const tv = named(ledger.devices(), 'Living room TV').id;
    const of = (target: string) => standing.find(({ limit }) => limit.target === target)!;
    expect(standing).toHaveLength(3);
    expect(of('network').level).toBe('ok');
    expect(of('network').share).toBeCloseTo(0.78, 2);
    expect(of(tv).level).toBe('exceeded');
    expect(of(tv).limit.mark).toEqual({ from: 20261101, level: 'exceeded' });
  });

  test('groups have members that are there', () => {
    const ledger = filledStore();
    const ids = new Set(ledger.devices().map(({ id }) => id));
    const groups = ledger.groups();
    expect(groups.map(({ id, name }) => `${id} ${name}`).toSorted()).toEqual([
      'g1 Living room',
      'g2 Home office',
      'g3 Children',
    ]);
    for (const { devices } of groups) {
      expect(devices.length).toBeGreaterThan(1);
      expect(devices.filter((id) => !ids.has(id))).toEqual([]);
    }
  });

  test('events are in order, none in the future, and recent alarms wait to be acknowledged', () => {
    const events = filledStore().events({}).toReversed();
    expect(events.length).toBeGreaterThan(300);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    const times = events.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times.at(-1)).toBeLessThanOrEqual(now);
    const messages = events.map(({ message }) => message);
    expect(messages).toContain('PS5-214 is called Games console from now on.');
    expect(messages).toContain('Doorbell was seen for the first time.');
    expect(messages).toContain('Galaxy-S24 is silent.');
    expect(messages.filter((message) => message.endsWith('the limit is reached.'))).toHaveLength(1);
    const waiting = events.filter(({ acknowledged }) => !acknowledged);
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.filter(({ type }) => !attentionTypes.has(type))).toEqual([]);
  });

  test('nobody comes back who did not go', () => {
    const there = new Map<string, boolean>();
    const mistakes: string[] = [];
    for (const { type, device = '', message } of filledStore().events({}).toReversed()) {
      if (!['device-new', 'device-online', 'device-offline'].includes(type)) continue;
      const isThere = type !== 'device-offline';
      if ((there.get(device) ?? false) === isThere) mistakes.push(message);
      there.set(device, isThere);
    }
    expect(mistakes).toEqual([]);
  });
});
