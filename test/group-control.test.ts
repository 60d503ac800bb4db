import { expect, test } from 'vitest';
import { ControlledDaemon, checkSchema } from './support/control.ts';

const now = Date.parse('2026-11-20T09:00:00Z');
const phone = '3c5282000001';
const tablet = '3c5282000002';
const laptop = '3c5282000003';

/** Three devices with usage today. */
function home(): ControlledDaemon {
  return new ControlledDaemon().add(
    { device: phone, at: now, download: 1000, upload: 1, packets: 1 },
    { device: tablet, at: now, download: 30, upload: 4, packets: 2 },
    { device: laptop, at: now, download: 500, packets: 3 },
  );
}

function restarted(daemon: ControlledDaemon): ControlledDaemon {
  daemon.store.close();
  return new ControlledDaemon(daemon.path);
}

const amounts = { download: 1030, upload: 5, localDownload: 0, localUpload: 0, packets: 3 };
const children = {
  id: 'g1',
  name: 'Children',
  icon: 'mdi:account-child',
  devices: [phone, tablet],
  devicesOnline: 2,
  today: amounts,
  month: amounts,
  total: amounts,
  rate: { download: 0, upload: 0 },
};

/** The children's group, its devices meant in different ways. */
function withChildren(): ControlledDaemon {
  const daemon = home();
  const devices = ['3C-52-82-00-00-02', 'Hewlett Packard 00:00:01', phone];
  const group = { name: ' Children ', icon: 'mdi:account-child', devices };
  expect(daemon.ask('group/set', group)).toEqual(children);
  return daemon;
}

test('a group is made: at once, with an event, and after a restart', () => {
  const daemon = withChildren();
  expect(daemon.publications).toBe(1);
  expect(daemon.told).toEqual([
    {
      id: 1,
      at: now,
      type: 'group-changed',
      group: 'g1',
      message: 'The group Children was made.',
      acknowledged: true,
    },
  ]);
  const groups = daemon.ask('groups');
  expect(groups).toEqual({ groups: [children] });
  checkSchema('Groups', groups);
  const next = restarted(daemon);
  expect(next.ask('groups')).toEqual({ groups: [children] });
  const events = next.ask('events');
  checkSchema('Events', events);
  expect(events).toMatchObject({ events: [{ group: 'g1', device: null, limit: null }] });
});

test('a group is set as a whole, by id or name', () => {
  const daemon = withChildren();
  const set = { group: 'children', name: 'Kids', devices: [laptop] };
  expect(daemon.ask('group/set', set)).toMatchObject({
    id: 'g1',
    name: 'Kids',
    icon: null,
    devices: [laptop],
    today: { download: 500 },
  });
  daemon.ask('group/set', { ...set, group: 'g1', icon: 'mdi:home' });
  expect(daemon.told.map(({ message }) => message)).toEqual([
    'The group Children was made.',
    'The group Children is called Kids from now on.',
    'The group Kids was changed.',
  ]);
  expect(restarted(daemon).ask('groups')).toMatchObject({
    groups: [{ id: 'g1', name: 'Kids', icon: 'mdi:home', devices: [laptop] }],
  });
});

test('a group that is removed takes its limits along, and its id is never given again', () => {
  const daemon = withChildren();
  daemon.ask('limit/set', { target: 'g1', period: 'day', bytes: 1 });
  daemon.ask('limit/set', { target: phone, period: 'day', bytes: 1 });
  expect(daemon.ask('group/remove', { group: 'CHILDREN' })).toEqual({});
  expect(daemon.told.slice(-2)).toMatchObject([
    { type: 'group-changed', group: 'g1', message: 'The group Children was removed.' },
    { type: 'limit-changed', group: 'g1', limit: 'g1/day/both' },
  ]);
  const next = restarted(daemon);
  expect(next.ask('groups')).toEqual({ groups: [] });
  expect(next.ask('limits')).toMatchObject({ limits: [{ target: phone }] });
  expect(next.ask('group/set', { name: 'Children', devices: [] })).toMatchObject({ id: 'g2' });
});

test('a name that is taken, and a device that is unknown, change nothing', () => {
  const daemon = withChildren();
  expect(daemon.refusal('group/set', { name: 'CHILDREN', devices: [] })).toEqual({
    code: 'NAME_TAKEN',
    message: 'Another group (g1) is called "Children": choose a different name.',
  });
  const change = { group: 'g1', name: 'Kids', devices: [phone, 'nobody'] };
  expect(daemon.refusal('group/set', change).code).toBe('DEVICE_UNKNOWN');
  expect(daemon.refusal('group/set', { ...change, group: 'g2', devices: [] }).code).toBe(
    'GROUP_UNKNOWN',
  );
  expect(daemon.refusal('group/remove', { group: 'Kids' }).code).toBe('GROUP_UNKNOWN');
  expect(daemon.refusal('group/set', { name: 'x' })).toMatchObject({ field: 'devices' });
  expect(daemon.refusal('group/set', { name: 'x', devices: [], icon: 'home' })).toMatchObject({
    field: 'icon',
  });
  expect(daemon.ask('groups')).toEqual({ groups: [children] });
  expect(daemon.ask('group/set', { name: 'Kids', devices: [] })).toMatchObject({ id: 'g2' });
});

test('members follow merges and leave when they are forgotten, after a restart too', () => {
  const daemon = withChildren();
  daemon.ask('device/merge', { device: phone, into: laptop });
  daemon.ask('device/forget', { device: tablet });
  const expected = { groups: [{ devices: [laptop], today: { download: 1500 } }] };
  expect(daemon.ask('groups')).toMatchObject(expected);
  expect(restarted(daemon).ask('groups')).toMatchObject(expected);
});

test('usage of a group is that of its devices', () => {
  const daemon = withChildren();
  const asked = daemon.ask('usage', { devices: ['children'], direction: 'download' });
  expect(asked).toMatchObject({
    usage: [
      { device: phone, download: 1000 },
      { device: tablet, download: 30 },
    ],
  });
  const both = { devices: ['g1', laptop, phone], by: 'network', direction: 'download' };
  expect(daemon.ask('usage', both)).toMatchObject({ usage: [{ download: 1530 }] });
  daemon.ask('group/set', { name: 'Nobody', devices: [] });
  expect(daemon.ask('usage', { devices: ['Nobody'] })).toMatchObject({ usage: [] });
});
