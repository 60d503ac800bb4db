import { expect, test } from 'vitest';
import { ControlledDaemon, checkSchema } from './support/control.ts';

const now = Date.parse('2026-11-20T09:00:00Z');
const phone = '3c5282000001';
const tablet = '3c5282000002';

/** Two devices with usage today. */
function home(): ControlledDaemon {
  return new ControlledDaemon().add(
    { device: phone, at: now, download: 1000 },
    { device: tablet, at: now, download: 30, upload: 4 },
  );
}

function restarted(daemon: ControlledDaemon): ControlledDaemon {
  daemon.store.close();
  return new ControlledDaemon(daemon.path);
}

function keysOf(daemon: ControlledDaemon): string[] {
  const { limits } = daemon.ask('limits') as { limits: { id: string }[] };
  return limits.map(({ id }) => id);
}

const networkLimit = {
  id: 'network/month/both',
  target: 'network',
  name: 'Network',
  period: 'month',
  direction: 'both',
  bytes: 2000,
  warningPercent: 80,
  from: '2026-11-01',
  next: '2026-12-01',
  usedBytes: 1034,
  level: 'ok',
};

test('a limit is set: at once, with an event, and after a restart', () => {
  const daemon = home();
  daemon.bookkeeper.checkpoint();
  const set = { target: 'Network', period: 'month', bytes: 2000 };
  expect(daemon.ask('limit/set', set)).toEqual(networkLimit);
  expect(daemon.publications).toBe(1);
  const message = 'The monthly limit of the network is 2 kB, with a warning at 80 %.';
  const limit = networkLimit.id;
  expect(daemon.told).toEqual([
    { id: 1, at: now, type: 'limit-changed', limit, message, acknowledged: true },
  ]);
  checkSchema('Limits', daemon.ask('limits'));
  const next = restarted(daemon);
  expect(next.ask('limits')).toEqual({ limits: [networkLimit] });
  const events = next.ask('events');
  checkSchema('Events', events);
  expect(events).toMatchObject({ events: [{ limit, device: null, group: null }] });
});

test('there is one for each target, period and direction', () => {
  const daemon = home();
  daemon.ask('group/set', { name: 'Children', devices: [phone] });
  const set = { period: 'day', bytes: 5000 };
  daemon.ask('limit/set', { ...set, target: '3C:52:82:00:00:01' });
  daemon.ask('limit/set', { ...set, target: phone, direction: 'upload' });
  daemon.ask('limit/set', { ...set, target: 'children', period: 'week' });
  daemon.ask('limit/set', { ...set, target: 'network' });
  const change = { ...set, target: 'Hewlett Packard 00:00:01', bytes: 1250, warningPercent: 90 };
  expect(daemon.ask('limit/set', change)).toMatchObject({
    id: `${phone}/day/both`,
    name: 'Hewlett Packard 00:00:01',
    bytes: 1250,
    warningPercent: 90,
    usedBytes: 1000,
    level: 'ok',
  });
  const all = [`${phone}/day/both`, `${phone}/day/upload`, 'g1/week/both', 'network/day/both'];
  expect(keysOf(daemon)).toEqual(all);
  checkSchema('Limits', daemon.ask('limits'));
  expect(keysOf(restarted(daemon))).toEqual(all);
});

test('one that is set as it is changes nothing', () => {
  const daemon = home();
  const set = { target: phone, period: 'day', bytes: 1100 };
  const before = daemon.ask('limit/set', set);
  daemon.pass();
  expect(daemon.ask('limit/set', set)).toEqual({ ...(before as object), level: 'warning' });
  expect(daemon.told.map(({ type }) => type)).toEqual(['limit-changed', 'limit-warning']);
});

test('a limit is removed, or set to 0 bytes', () => {
  const daemon = home();
  const id = { target: phone, period: 'day' };
  daemon.ask('limit/set', { ...id, bytes: 5000 });
  expect(daemon.ask('limit/remove', id)).toEqual({});
  expect(daemon.told.at(-1)).toMatchObject({
    type: 'limit-changed',
    device: phone,
    message: 'The daily limit of Hewlett Packard 00:00:01 was removed.',
  });
  expect(daemon.refusal('limit/remove', id)).toEqual({
    code: 'LIMIT_UNKNOWN',
    message: `There is no limit ${phone}/day/both.`,
  });
  daemon.ask('limit/set', { ...id, bytes: 5000 });
  expect(daemon.ask('limit/set', { ...id, bytes: 0 })).toEqual({});
  expect(daemon.ask('limit/set', { ...id, bytes: 0 })).toEqual({});
  expect(keysOf(restarted(daemon))).toEqual([]);
});

test('limits of a device go with it, whether merged or forgotten', () => {
  const daemon = home();
  for (const target of [phone, tablet, 'network']) {
    daemon.ask('limit/set', { target, period: 'day', bytes: 5000 });
  }
  daemon.ask('device/merge', { device: phone, into: tablet });
  expect(keysOf(daemon)).toEqual([`${tablet}/day/both`, 'network/day/both']);
  expect(daemon.told.at(-1)).toMatchObject({
    type: 'limit-changed',
    device: phone,
    limit: `${phone}/day/both`,
    message: `The limit ${phone}/day/both was removed, for ${phone} is no more.`,
  });
  daemon.ask('device/forget', { device: tablet });
  expect(keysOf(daemon)).toEqual(['network/day/both']);
  expect(keysOf(restarted(daemon))).toEqual(['network/day/both']);
});

test.each([
  [{ target: 'nobody', period: 'day', bytes: 1 }, 'DEVICE_UNKNOWN', undefined],
  [{ target: phone, period: 'year', bytes: 1 }, 'REQUEST_INVALID', 'period'],
  [{ target: phone, period: 'day' }, 'REQUEST_INVALID', 'bytes'],
  [{ target: phone, period: 'day', bytes: -1 }, 'REQUEST_INVALID', 'bytes'],
  [{ target: phone, period: 'day', bytes: 1.5 }, 'REQUEST_INVALID', 'bytes'],
  [{ target: phone, period: 'day', bytes: 2 ** 53 }, 'REQUEST_INVALID', 'bytes'],
  [
    { target: phone, period: 'day', bytes: 1, warningPercent: 0 },
    'REQUEST_INVALID',
    'warningPercent',
  ],
  [{ target: phone, period: 'day', bytes: 1, direction: 'in' }, 'REQUEST_INVALID', 'direction'],
  [{ period: 'day', bytes: 1 }, 'REQUEST_INVALID', 'target'],
])('%j is refused with %s', (input, code, field) => {
  const refusal = home().refusal('limit/set', input);
  expect([refusal.code, refusal.field]).toEqual([code, field]);
});

test('a name that both a group and a device have is refused; ids always work', () => {
  const daemon = home();
  daemon.ask('device/rename', { device: phone, name: 'Anna' });
  daemon.ask('group/set', { name: 'Anna', devices: [phone, tablet] });
  expect(daemon.refusal('limit/set', { target: 'anna', period: 'day', bytes: 1 })).toEqual({
    code: 'REQUEST_INVALID',
    message: `Both a group (g1) and a device (${phone}) are called "anna": use the id of the one you mean.`,
  });
  daemon.ask('limit/set', { target: 'g1', period: 'day', bytes: 1 });
  daemon.ask('limit/set', { target: phone, period: 'day', bytes: 1 });
  expect(keysOf(daemon)).toEqual([`${phone}/day/both`, 'g1/day/both']);
});

test('the whole picture has the billing period', () => {
  const daemon = home();
  daemon.ask('limit/set', { target: 'network', period: 'billing', bytes: 9000 });
  const devices = daemon.ask('devices');
  checkSchema('Devices', devices);
  expect(devices).toMatchObject({
    network: {
      billing: {
        from: '2026-11-01',
        next: '2026-12-01',
        daysLeft: 11,
        usedBytes: 1034,
        limitBytes: 9000,
      },
    },
  });
});
