import { describe, expect, test } from 'vitest';
import { checkSchema, type ControlledDaemon } from './support/control.ts';
import { home, now, phone, restarted, tablet } from './support/two-devices.ts';

function devicesOf(daemon: ControlledDaemon) {
  const { devices, network } = daemon.ask('devices') as {
    devices: { id: string; name: string; today: { download: number } }[];
    network: { today: { download: number }; total: { download: number } };
  };
  const usage = devices.map(({ id, name, today }) => [id, name, today.download]);
  return { usage, network: [network.today.download, network.total.download] };
}

describe('devices', () => {
  test('are listed, and one is shown, as the schemas say', () => {
    const daemon = home();
    checkSchema('Devices', daemon.ask('devices'));
    const device = daemon.ask('device', { device: '3c:52:82:00:00:01' });
    checkSchema('DeviceDetails', device);
    expect(device).toMatchObject({ id: phone, today: { download: 1000, packets: 1 } });
    expect(() => checkSchema('Device', device)).toThrow('addressesSeen is not known here');
  });

  test('are renamed: at once, with an event, and after a restart', () => {
    const daemon = home();
    const answer = daemon.ask('device/rename', { device: phone, name: '  Anna’s   phone ' });
    expect(answer).toMatchObject({ id: phone, name: 'Anna’s phone', nameSource: 'user' });
    expect(daemon.publications).toBe(1);
    expect(daemon.told).toEqual([
      {
        id: 1,
        at: now,
        type: 'device-changed',
        device: phone,
        message: 'Hewlett Packard 00:00:01 is called Anna’s phone from now on.',
        acknowledged: true,
      },
    ]);
    expect(daemon.ask('device', { device: 'anna’s PHONE' })).toMatchObject({ id: phone });

    const next = restarted(daemon);
    expect(next.ask('device', { device: phone })).toMatchObject({ name: 'Anna’s phone' });
    expect(next.ask('events')).toMatchObject({ events: [{ id: 1, device: phone }], next: null });
    expect(next.ask('device/rename', { device: phone, name: null })).toMatchObject({
      name: 'Hewlett Packard 00:00:01',
      nameSource: null,
    });
    // An earlier run may have told up to a thousand events that it could not write.
    expect(next.told.map(({ id }) => id)).toEqual([1002]);
  });

  test('are shown with all their names and with the times of their addresses', () => {
    const daemon = home();
    const mac = '3c:52:82:00:00:01';
    const { registry } = daemon.bookkeeper;
    const at = now + 500;
    registry.learn({ mac, hostname: 'phone.local', via: 'mdns', at });
    registry.learn({ mac, hostname: 'pixel', via: 'dhcp', ip: '192.168.1.20', at });
    registry.learn({ mac, ip: '2001:db8::20', via: 'ndp', at: at + 1 });
    const details = daemon.ask('device/rename', { device: phone, name: 'Phone' });
    checkSchema('DeviceDetails', details);
    expect(details).toMatchObject({
      addresses: ['2001:db8::20', '192.168.1.20'],
      addressesSeen: [
        { address: '2001:db8::20', lastSeen: '2026-11-20T09:00:00.501Z' },
        { address: '192.168.1.20', lastSeen: '2026-11-20T09:00:00.500Z' },
      ],
      names: [
        { source: 'user', name: 'Phone' },
        { source: 'dhcp', name: 'pixel' },
        { source: 'mdns', name: 'phone.local' },
      ],
    });
    expect(restarted(daemon).ask('device', { device: phone })).toEqual(details);
    expect(home().ask('device', { device: phone })).toMatchObject({ addressesSeen: [], names: [] });
  });

  test('keep the name where the new one is refused', () => {
    const daemon = home();
    daemon.ask('device/rename', { device: phone, name: 'Phone' });
    const change = { device: tablet, name: 'PHONE', hidden: true };
    expect(daemon.refusal('device/update', change)).toEqual({
      code: 'NAME_TAKEN',
      message: `Another device (${phone}) is called "Phone": choose a different name.`,
    });
    expect(daemon.ask('device', { device: tablet })).toMatchObject({ hidden: false });
    expect(daemon.refusal('device/rename', { device: phone, name: ' ' })).toMatchObject({
      code: 'REQUEST_INVALID',
      field: 'name',
    });
    expect(daemon.refusal('device/rename', { device: phone, name: 'x'.repeat(65) })).toMatchObject({
      field: 'name',
    });
    expect(daemon.refusal('device/update', { device: phone })).toMatchObject({
      message: 'The input has fewer than 2 fields.',
    });
    expect(daemon.ask('device', { device: phone })).toMatchObject({ name: 'Phone' });
  });

  test('get an icon and are hidden, and keep that over a restart', () => {
    const daemon = home();
    daemon.ask('device/update', { device: phone, icon: 'mdi:cellphone' });
    daemon.ask('device/hide', { device: phone });
    expect(restarted(daemon).ask('device', { device: phone })).toMatchObject({
      icon: 'mdi:cellphone',
      hidden: true,
    });
    daemon.ask('device/hide', { device: phone, hidden: false });
    expect(daemon.ask('device/update', { device: phone, icon: null })).toMatchObject({
      icon: null,
      hidden: false,
    });
  });

  test('are merged: past and coming usage is the other one’s, also after a restart', () => {
    const daemon = home();
    expect(daemon.ask('device/merge', { device: phone, into: tablet })).toMatchObject({
      id: tablet,
      today: { download: 1030, upload: 4, packets: 3 },
    });
    daemon.add({ device: phone, at: now, download: 500, packets: 1 });
    const expected = {
      usage: [[tablet, 'Hewlett Packard 00:00:02', 1530]],
      network: [1530, 1530],
    };
    expect(devicesOf(daemon)).toEqual(expected);
    expect(daemon.ask('peers', { device: tablet })).toMatchObject({
      peers: [
        { address: '203.0.113.5', download: 700, upload: 0 },
        { address: 'other', download: 830, upload: 4 },
      ],
    });
    daemon.bookkeeper.checkpoint();
    expect(devicesOf(restarted(daemon))).toEqual(expected);
  });

  test('that are merged take name and icon along, where the other has none, and tell who is part of whom', () => {
    const daemon = home();
    daemon.ask('device/update', { device: phone, name: 'Phone', icon: 'mdi:cellphone' });
    const merged = daemon.ask('device/merge', { device: phone, into: tablet });
    expect(merged).toMatchObject({ name: 'Phone', icon: 'mdi:cellphone', merged: [phone] });
    checkSchema('DeviceDetails', merged);
    expect(restarted(daemon).ask('device', { device: 'Phone' })).toMatchObject({
      id: tablet,
      icon: 'mdi:cellphone',
      merged: [phone],
    });
  });

  test('that a sighting merges have one history at once, by day, group and remote address', () => {
    const at = now;
    const byAddress = 'ip:192.168.1.5';
    const peers = { '203.0.113.9': [5, 0] } satisfies Record<string, [number, number]>;
    const daemon = home().add({ device: byAddress, at, download: 5, peers });
    daemon.ask('group/set', { name: 'Phones', devices: [phone] });
    const mac = '3c:52:82:00:00:01';
    daemon.bookkeeper.registry.learn({ mac, ip: '192.168.1.5', via: 'arp', at });
    daemon.bookkeeper.settleMerges();
    expect(devicesOf(daemon).usage[0]).toEqual([phone, 'Hewlett Packard 00:00:01', 1005]);
    const top = { peers: [{ download: 700 }, { address: '203.0.113.9' }, { download: 300 }] };
    expect(daemon.ask('peers', { device: phone })).toMatchObject(top);
    for (const selection of [{ devices: [phone] }, { by: 'group' }]) {
      const whole = { usage: [{ download: 1005 }] };
      expect(daemon.ask('usage', selection)).toMatchObject(whole);
    }
  });

  test('that were merged are split: what comes is their own, what was stays', () => {
    const daemon = home();
    daemon.ask('device/merge', { device: phone, into: tablet });
    const before = restarted(daemon);
    expect(before.ask('device/split', { device: phone })).toMatchObject({
      id: phone,
      today: { download: 0 },
    });
    before.add({ device: phone, at: now, download: 7, packets: 1 });
    const expected = {
      usage: [
        [tablet, 'Hewlett Packard 00:00:02', 1030],
        [phone, 'Hewlett Packard 00:00:01', 7],
      ],
      network: [1037, 1037],
    };
    expect(devicesOf(before)).toEqual(expected);
    before.bookkeeper.checkpoint();
    expect(devicesOf(restarted(before))).toEqual(expected);
    expect(before.refusal('device/split', { device: phone }).code).toBe('DEVICE_UNKNOWN');
  });

  test('are forgotten: their name is gone, their usage stays in the network', () => {
    const daemon = home();
    daemon.ask('device/rename', { device: phone, name: 'Secret' });
    expect(daemon.ask('device/forget', { device: 'Secret' })).toEqual({});
    const forgotten = {
      usage: [
        ['other', 'Other devices', 1000],
        [tablet, 'Hewlett Packard 00:00:02', 30],
      ],
      network: [1030, 1030],
    };
    expect(devicesOf(daemon)).toEqual(forgotten);
    const next = restarted(daemon);
    expect(devicesOf(next)).toEqual(forgotten);
    expect(next.ask('events')).toMatchObject({
      events: [{ type: 'device-forgotten', message: `The device ${phone} was forgotten.` }],
    });
    expect(next.refusal('device', { device: phone }).code).toBe('DEVICE_UNKNOWN');
    next.add({ device: phone, at: now, download: 5, packets: 1 });
    expect(next.ask('device', { device: phone })).toMatchObject({
      name: 'Hewlett Packard 00:00:01',
      total: { download: 5 },
    });
  });

  test('cannot be merged with themselves, nor forgotten together', () => {
    const daemon = home();
    daemon.ask('device/forget', { device: phone });
    expect(daemon.refusal('device/merge', { device: tablet, into: tablet }).field).toBe('into');
    expect(daemon.refusal('device/forget', { device: 'other' }).field).toBe('device');
    expect(daemon.refusal('device/merge', { device: 'other', into: tablet }).field).toBe('device');
  });
});
