import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { commandNames } from '../src/commands.ts';
import { eventTypes } from '../src/model/event.ts';
import { ledgerPath } from './store/ledger.ts';
import { ControlledDaemon, checkSchema } from './support/control.ts';

const now = Date.parse('2026-11-20T09:00:00Z');
const phone = '3c5282000001';
const tablet = '3c5282000002';

/** Two devices with usage today. */
function home(): ControlledDaemon {
  return new ControlledDaemon().add(
    { device: phone, at: now, download: 1000, packets: 1, peers: { '203.0.113.5': [700, 0] } },
    { device: tablet, at: now, download: 30, upload: 4, packets: 2 },
  );
}

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

describe('usage', () => {
  test('comes by step, device and direction', () => {
    const daemon = home();
    const all = daemon.ask('usage');
    checkSchema('UsageRows', all);
    expect(all).toEqual({
      from: '2026-11-20',
      to: '2026-11-20',
      step: 'day',
      timeZone: 'Europe/Berlin',
      usage: [
        row(phone, { download: 1000, packets: 1 }),
        row(tablet, { download: 30, upload: 4, packets: 2 }),
      ],
    });
    const network = { by: 'network', step: 'month', direction: 'download' };
    expect(daemon.ask('usage', network)).toMatchObject({
      usage: [{ start: '2026-11', download: 1030 }],
    });
    expect(daemon.ask('usage', { step: 'hour', devices: [tablet], direction: 'local' })).toEqual(
      expect.objectContaining({
        usage: [
          {
            start: '2026-11-20T09:00:00.000Z',
            device: tablet,
            name: 'Hewlett Packard 00:00:02',
            localDownload: 0,
            localUpload: 0,
          },
        ],
      }),
    );
  });

  test('comes by group: a device counts in each of its groups', () => {
    const daemon = home();
    daemon.ask('group/set', { name: 'Nobody', devices: [] });
    daemon.ask('group/set', { name: 'All', devices: [tablet, phone] });
    daemon.ask('group/set', { name: 'Kids', devices: [tablet] });
    daemon.add({ device: tablet, at: now, download: 5, packets: 1 });
    const all = daemon.ask('usage', { by: 'group' });
    checkSchema('UsageRows', all);
    const start = '2026-11-20';
    const none = { localDownload: 0, localUpload: 0 };
    const kids = { start, group: 'g3', name: 'Kids', download: 35, upload: 4, ...none, packets: 3 };
    expect(all).toMatchObject({
      usage: [
        { start, group: 'g2', name: 'All', download: 1035, upload: 4, ...none, packets: 4 },
        kids,
      ],
    });
    const months = { by: 'group', step: 'month', direction: 'download', devices: ['Kids'] };
    expect(daemon.ask('usage', months)).toMatchObject({
      usage: [
        { start: '2026-11', group: 'g2', name: 'All', download: 35 },
        { start: '2026-11', group: 'g3', name: 'Kids', download: 35 },
      ],
    });
    expect(home().ask('usage', { by: 'group' })).toMatchObject({ usage: [] });
  });

  test.each([
    [{ from: '2026-11-21', to: '2026-11-20' }, 'from'],
    [{ from: '2026-02-30' }, 'from'],
    [{ from: '2024-01-01', step: 'hour' }, 'from'],
    [{ to: 'today' }, 'to'],
    [{ step: 'week' }, 'step'],
    [{ devices: [] }, 'devices'],
    [{ device: phone }, 'device'],
  ])('with %j is refused because of %s', (input, field) => {
    expect(home().refusal('usage', input)).toMatchObject({ code: 'REQUEST_INVALID', field });
  });
});

describe('remote addresses', () => {
  test('are named by their usual spelling; what is no address is refused', () => {
    const daemon = home();
    daemon.ask('peer/rename', { address: '2001:0db8:0:0::1', name: 'Server' });
    expect([...daemon.bookkeeper.peerNames]).toEqual([['2001:db8::1', 'Server']]);
    expect(daemon.refusal('peer/rename', { address: '....', name: 'x' })).toMatchObject({
      field: 'address',
    });
  });

  test('are listed with the rest as "other", and get names that last', () => {
    const daemon = home();
    daemon.ask('peer/rename', { address: '203.0.113.5', name: 'Backup' });
    const expected = {
      from: '2026-11-20',
      to: '2026-11-20',
      device: null,
      peers: [
        { address: '203.0.113.5', name: 'Backup', download: 700, upload: 0 },
        { address: 'other', name: null, download: 330, upload: 4 },
      ],
    };
    expect(daemon.ask('peers')).toEqual(expected);
    checkSchema('Peers', expected);
    const next = restarted(daemon);
    expect(next.ask('peers')).toEqual(expected);
    next.ask('peer/rename', { address: '203.0.113.5', name: null });
    expect(restarted(next).ask('peers', { limit: 1 })).toMatchObject({
      peers: [{ address: '203.0.113.5', name: null }, { address: 'other' }],
    });
  });
});

describe('events', () => {
  test('are read page by page, newest first, those of the last moment included', () => {
    const daemon = home();
    for (const name of ['A', 'B', 'C']) daemon.ask('device/rename', { device: phone, name });
    daemon.bookkeeper.events.add('clock-set', 'The clock was set.');
    const page = (input: object) => {
      const { events, next } = daemon.ask('events', input) as {
        events: { id: number }[];
        next: number | null;
      };
      return [events.map(({ id }) => id), next];
    };
    checkSchema('Events', daemon.ask('events'));
    expect(page({ limit: 2 })).toEqual([[4, 3], 3]);
    expect(page({ limit: 2, before: 3 })).toEqual([[2, 1], 1]);
    expect(page({ limit: 2, before: 1 })).toEqual([[], null]);
    expect(page({ type: 'clock-set' })).toEqual([[4], null]);
    expect(page({ type: ['clock-set', 'device-changed'] })).toEqual([[4, 3, 2, 1], null]);
    expect(page({ acknowledged: false })).toEqual([[4], null]);
    expect(page({ acknowledged: true })).toEqual([[3, 2, 1], null]);
    expect(page({ device: 'C' })).toEqual([[3, 2, 1], null]);
    expect(page({ device: '3c52820000ff' })).toEqual([[], null]);
  });
});

describe('events that want attention', () => {
  /** Ids of events that were not acknowledged, as they are asked for. */
  function open(daemon: ControlledDaemon): number[] {
    const { events } = daemon.ask('events', { acknowledged: false }) as {
      events: { id: number; acknowledged: boolean }[];
    };
    expect(events.filter(({ acknowledged }) => acknowledged)).toEqual([]);
    return events.map(({ id }) => id);
  }

  /** Events 1 to 3 are in the ledger, 4 to 6 wait for a checkpoint; 2 and 5 want no attention. */
  function eventful(): ControlledDaemon {
    const daemon = home();
    const { events } = daemon.bookkeeper;
    events.add('device-new', 'New.', { device: phone });
    events.add('device-online', 'Online.', { device: phone });
    events.add('clock-set', 'Set.');
    daemon.bookkeeper.checkpoint();
    events.add('device-new', 'New.', { device: tablet });
    events.add('device-online', 'Online.', { device: tablet });
    events.add('frames-dropped', 'Dropped.');
    return daemon;
  }

  test('are those of the list', () => {
    const { bookkeeper, told } = home();
    for (const type of eventTypes) bookkeeper.events.add(type, 'It happened.');
    const types = told.filter(({ acknowledged }) => !acknowledged).map(({ type }) => type);
    expect(types).toEqual([
      'device-new',
      'interface-down',
      'frames-dropped',
      'clock-set',
      'checkpoint-failed',
      'limit-warning',
      'limit-exceeded',
    ]);
  });

  test('are acknowledged by id, once, whether they are in the ledger or not', () => {
    const daemon = eventful();
    expect(open(daemon)).toEqual([6, 4, 3, 1]);
    const which = { events: [6, 3, 2, 3, 4711] };
    const answer = daemon.ask('events/acknowledge', which);
    checkSchema('EventsAcknowledged', answer);
    expect(answer).toEqual({ acknowledged: 2 });
    expect(daemon.acknowledged).toEqual([[6, 3]]);
    expect(open(daemon)).toEqual([4, 1]);
    expect(daemon.ask('events/acknowledge', which)).toEqual({ acknowledged: 0 });
    expect(daemon.acknowledged).toEqual([[6, 3]]);
    expect(open(restarted(daemon))).toEqual([4, 1]);
  });

  test('are acknowledged up to one of them, of all types or some', () => {
    const daemon = eventful();
    const some = { through: 4, type: ['device-new', 'limit-warning'] };
    expect(daemon.ask('events/acknowledge', some)).toEqual({ acknowledged: 2 });
    expect(open(daemon)).toEqual([6, 3]);
    const one = { through: Number.MAX_SAFE_INTEGER, type: 'clock-set' };
    expect(daemon.ask('events/acknowledge', one)).toEqual({ acknowledged: 1 });
    expect(daemon.ask('events/acknowledge', { through: 5 })).toEqual({ acknowledged: 0 });
    expect(daemon.ask('events/acknowledge', { through: 6 })).toEqual({ acknowledged: 1 });
    expect(open(daemon)).toEqual([]);
    daemon.bookkeeper.events.add('clock-set', 'Set again.');
    expect(open(daemon)).toEqual([7]);
  });

  test('stay acknowledged where the daemon is killed right after its answer', () => {
    const daemon = eventful();
    daemon.ask('events/acknowledge', { through: 4 });
    // The files as they are while it runs: what was not synced is not in them.
    const left = ledgerPath();
    mkdirSync(dirname(left));
    for (const end of ['', '-wal']) copyFileSync(`${daemon.path}${end}`, `${left}${end}`);
    const next = new ControlledDaemon(left);
    expect(open(next)).toEqual([6]);
    expect(next.ask('events', { limit: 3, before: 5 })).toMatchObject({
      events: [
        { id: 4, acknowledged: true },
        { id: 3, acknowledged: true },
        { id: 2, acknowledged: true },
      ],
    });
  });

  test('are acknowledged at once where the ledger cannot be written, and in it as soon as it can be', () => {
    const daemon = eventful();
    const full = vi.spyOn(daemon.store, 'checkpoint').mockImplementation(() => {
      throw new Error('The disk is full.');
    });
    expect(daemon.ask('events/acknowledge', { events: [3, 4] })).toEqual({ acknowledged: 2 });
    expect(daemon.ask('events/acknowledge', { events: [3, 4] })).toEqual({ acknowledged: 0 });
    expect(open(daemon)).toEqual([6, 1]);
    expect(daemon.store.events({ ids: [3] })).toMatchObject([{ acknowledged: false }]);
    full.mockRestore();
    daemon.bookkeeper.checkpoint();
    expect(open(restarted(daemon))).toEqual([6, 1]);
  });

  test.each([
    [{}, 'events', 'events is missing, and so is through: one of them is needed.'],
    [{ events: [1], through: 1 }, 'events', 'events cannot be given together with through'],
    [{ events: [1], type: 'clock-set' }, 'type', 'type can be given with through only.'],
    [{ events: [] }, 'events', 'fewer than 1 item'],
    [{ events: Array.from({ length: 1001 }, (_, id) => id + 1) }, 'events', '1000 items'],
    [{ events: ['1'] }, 'events.0', 'events.0 is not of type integer.'],
    [{ through: 0 }, 'through', 'through is less than 1.'],
    [{ through: 1, type: ['clock-set', 'nonsense'] }, 'type', 'type is none of '],
    [{ through: 1, device: phone }, 'device', 'device is not known here.'],
  ])('are not acknowledged by %j', (input, field, message) => {
    const daemon = eventful();
    expect(daemon.refusal('events/acknowledge', input)).toEqual({
      code: 'REQUEST_INVALID',
      field,
      message: expect.stringContaining(message),
    });
    expect(open(daemon)).toEqual([6, 4, 3, 1]);
  });
});

describe('any command', () => {
  test('that does not exist is refused', () => {
    expect(home().refusal('device/explode')).toEqual({
      code: 'COMMAND_UNKNOWN',
      message: `There is no command "device/explode": ${commandNames.join(', ')}.`,
    });
    expect(home().refusal('__proto__').code).toBe('COMMAND_UNKNOWN');
  });

  test.each([null, 1, 'x', [], { extra: 1 }, JSON.parse('{"__proto__":{"a":1}}')])(
    'refuses the input %j',
    (input) => {
      const daemon = home();
      for (const command of commandNames) {
        expect(daemon.refusal(command, input).code).toBe('REQUEST_INVALID');
      }
    },
  );

  test('refuses an input that is nested deeper than the stack reaches', () => {
    const input: unknown = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const daemon = home();
    for (const command of commandNames) {
      expect(daemon.refusal(command, input)).toEqual({
        code: 'REQUEST_INVALID',
        message: 'The input is nested more than 16 levels deep.',
        field: 'The input',
      });
    }
    expect(daemon.log).toEqual([]);
  });

  test('leaves its input as it was', () => {
    const input = Object.freeze({ from: '2026-11-20' });
    home().ask('usage', input);
    expect(input).toEqual({ from: '2026-11-20' });
  });

  test('sets the log level, or writes a checkpoint', () => {
    const daemon = home();
    expect(daemon.ask('log/level', { level: 'debug' })).toEqual({ level: 'debug' });
    expect(daemon.log).toEqual(['level debug']);
    expect(daemon.ask('checkpoint')).toEqual({ checkpointAt: '2026-11-20T09:00:00.000Z' });
    expect(daemon.store.lastCheckpointAt()).toBe(now);
  });
});

function row(device: string, usage: object) {
  const name = `Hewlett Packard ${device.slice(-6).replaceAll(/..(?!$)/g, '$&:')}`;
  const none = { download: 0, upload: 0, localDownload: 0, localUpload: 0, packets: 0 };
  return { start: '2026-11-20', device, name, ...none, ...usage };
}

function restarted(daemon: ControlledDaemon): ControlledDaemon {
  daemon.store.close();
  return new ControlledDaemon(daemon.path);
}
