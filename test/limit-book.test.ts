import { describe, expect, test } from 'vitest';
import type { LimitReport } from '../src/model/report.ts';
import { ControlledDaemon } from './support/control.ts';
import { sampleBatch } from './support/batch.ts';
import { ledgerPath } from './store/ledger.ts';

const phone = '3c5282000001';
const tablet = '3c5282000002';
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A daemon that begins at this time, its billing period on `startDay`. */
function daemonAt(at: string, startDay = 1, path = ledgerPath()): ControlledDaemon {
  const daemon = new ControlledDaemon(path, at);
  daemon.config.billing.startDay = startDay;
  return daemon;
}

/** The device downloads this much, and a second passes. */
function use(daemon: ControlledDaemon, download: number, device = phone): void {
  daemon.add({ device, at: daemon.clock.now(), download }).pass();
}

/** Type, limit and sentence of what was told about limits, oldest first. */
function told({ told: events }: ControlledDaemon): string[] {
  return events
    .filter(({ type }) => /^(limit-(warning|exceeded)|period-closed)$/.test(type))
    .map(({ type, limit, message }) => `${type} ${limit}: ${message}`);
}

function standing(daemon: ControlledDaemon): Pick<LimitReport, 'from' | 'usedBytes' | 'level'>[] {
  return daemon.report().limits.map(({ from, usedBytes, level }) => ({ from, usedBytes, level }));
}

function restarted({ store, path, clock, config }: ControlledDaemon): ControlledDaemon {
  store.close();
  return daemonAt(new Date(clock.now()).toISOString(), config.billing.startDay, path);
}

describe('a limit', () => {
  test('is told at its warning and when it is reached, once each', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    use(daemon, 100);
    daemon.ask('limit/set', { target: phone, period: 'day', bytes: 1000 });
    use(daemon, 699);
    expect(told(daemon)).toEqual([]);
    const before = daemon.publications;
    use(daemon, 1);
    expect(daemon.publications).toBe(before + 1);
    for (const bytes of [1, 198, 1, 500]) use(daemon, bytes);
    expect(told(daemon)).toEqual([
      `limit-warning ${phone}/day/both: Hewlett Packard 00:00:01 has used 800 B of 1 kB today, at least 80 % of the limit.`,
      `limit-exceeded ${phone}/day/both: Hewlett Packard 00:00:01 has used 1 kB of 1 kB today: the limit is reached.`,
    ]);
    expect(daemon.told.at(-1)).toMatchObject({ device: phone, limit: `${phone}/day/both` });
    expect(standing(daemon)).toEqual([{ from: 20261120, usedBytes: 1500, level: 'exceeded' }]);
  });

  test('that is jumped over is told as reached only', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    daemon.ask('limit/set', { target: 'network', period: 'month', bytes: 1000 });
    use(daemon, 1000);
    expect(told(daemon)).toEqual([
      'limit-exceeded network/month/both: The network has used 1 kB of 1 kB this month: the limit is reached.',
    ]);
  });

  test('of a direction counts that one, and no local traffic', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    for (const direction of ['download', 'upload', 'both']) {
      daemon.ask('limit/set', { target: 'network', period: 'week', direction, bytes: 1000 });
    }
    const at = daemon.clock.now();
    daemon.add({ device: phone, at, download: 5, upload: 3, localDownload: 90, localUpload: 9 });
    daemon.add({ device: tablet, at, upload: 900 }).pass();
    expect(standing(daemon).map(({ usedBytes }) => usedBytes)).toEqual([908, 5, 903]);
    expect(told(daemon).map((event) => event.split(':')[0])).toEqual([
      'limit-warning network/week/both',
      'limit-warning network/week/upload',
    ]);
  });

  test('is safe at once: a kill and a restart tell nothing twice', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    use(daemon, 1);
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    use(daemon, 850);
    const next = restarted(daemon);
    next.pass().pass();
    expect(standing(next)).toEqual([{ from: 20261120, usedBytes: 851, level: 'warning' }]);
    expect(told(next)).toEqual([]);
    use(next, 200);
    expect(told(next)).toHaveLength(1);
    expect(next.ask('events', { type: 'limit-warning' })).toMatchObject({
      events: [{ limit: 'network/day/both', device: null, group: null }],
    });
  });

  test('that is changed is judged anew', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    use(daemon, 900);
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    daemon.pass();
    expect(told(daemon)).toHaveLength(1);
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 2000 });
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261120, usedBytes: 900, level: 'ok' }]);
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 900 });
    daemon.pass();
    expect(told(daemon).map((event) => event.split(' ')[0])).toEqual([
      'limit-warning',
      'limit-exceeded',
    ]);
  });

  test('waits for a clock that was never set', () => {
    const daemon = daemonAt('1970-01-01T00:00:10Z');
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    use(daemon, 5000);
    expect(told(daemon)).toEqual([]);
    daemon.clock.set('2026-11-20T09:00:00Z');
    daemon.pass().pass();
    expect(told(daemon)).toEqual([
      'limit-exceeded network/day/both: The network has used 5 kB of 1 kB today: the limit is reached.',
    ]);
  });
});

describe('a period', () => {
  test('that ends with something raised is told, and the next one begins at 0', () => {
    const daemon = daemonAt('2026-11-20T22:59:50Z');
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    daemon.ask('limit/set', { target: 'network', period: 'day', direction: 'upload', bytes: 9 });
    use(daemon, 1200);
    daemon.pass(8000);
    expect(standing(daemon)[0]).toEqual({ from: 20261120, usedBytes: 1200, level: 'exceeded' });
    daemon.pass();
    expect(standing(daemon)[0]).toEqual({ from: 20261121, usedBytes: 0, level: 'ok' });
    expect(told(daemon).slice(1)).toEqual([
      'period-closed network/day/both: The network has used 1.2 kB of 1 kB on the day that is over: the limit was reached; it counts from 0 again.',
    ]);
    daemon.pass().pass();
    use(daemon, 800);
    expect(told(daemon)).toHaveLength(3);
  });

  test('that ended while the daemon was off is told at its start, with what was used in it', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 1000 });
    use(daemon, 850);
    daemon.clock.pass(10 * day);
    const next = restarted(daemon);
    next.pass().pass();
    expect(told(next)).toEqual([
      'period-closed network/week/both: The network has used 850 B of 1 kB in the week that is over: there was a warning; it counts from 0 again.',
    ]);
    expect(restarted(next).pass().told).toEqual([]);
  });

  test('adds up its days: a week and a billing period over the end of a month', () => {
    const daemon = daemonAt('2026-11-29T09:00:00Z', 28);
    daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 10_000 });
    daemon.ask('limit/set', { target: 'network', period: 'month', bytes: 10_000 });
    daemon.ask('limit/set', { target: 'network', period: 'billing', bytes: 10_000 });
    for (const bytes of [1, 20, 300, 4000]) {
      use(daemon, bytes);
      daemon.pass(day - 1000);
    }
    expect(standing(daemon)).toEqual([
      { from: 20261128, usedBytes: 4321, level: 'ok' },
      { from: 20261201, usedBytes: 4300, level: 'ok' },
      { from: 20261130, usedBytes: 4320, level: 'ok' },
    ]);
    expect(standing(restarted(daemon))).toEqual(standing(daemon));
  });

  test('counts what arrives late for a day that is over', () => {
    const daemon = daemonAt('2026-11-18T22:59:58Z');
    daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 10_000 });
    use(daemon, 1);
    const at = daemon.clock.now();
    daemon.pass();
    expect(standing(daemon)[0]?.usedBytes).toBe(1);
    daemon.add({ device: phone, at, download: 20 }).pass();
    daemon.bookkeeper.checkpoint();
    use(daemon, 300);
    expect(standing(daemon)[0]?.usedBytes).toBe(321);
  });

  test.each([
    ['2026-03-28T23:00:00Z', 20260329, 23],
    ['2026-10-24T22:00:00Z', 20261025, 25],
  ])('of a day in which the clocks change lasts as long as that: %s', (at, from, hours) => {
    const daemon = daemonAt(at);
    daemon.ask('limit/set', { target: 'network', period: 'day', bytes: 1000 });
    use(daemon, 1000);
    daemon.pass(hours * hour - 2000);
    expect(standing(daemon)).toEqual([{ from, usedBytes: 1000, level: 'exceeded' }]);
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: from + 1, usedBytes: 0, level: 'ok' }]);
  });

  test('follows a clock that is set', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 1000 });
    const at = daemon.clock.now();
    daemon.bookkeeper.apply(sampleBatch([{ device: phone, at, download: 850 }], { boot: 'live' }));
    daemon.pass();
    daemon.clock.set('2026-11-30T09:00:00Z');
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261130, usedBytes: 850, level: 'warning' }]);
    daemon.clock.set('2026-11-20T09:00:10Z');
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 850, level: 'warning' }]);
  });
});

describe('usage that moves', () => {
  test('raises a limit of the device it moves to, and takes nothing back', () => {
    const daemon = daemonAt('2026-11-18T09:00:00Z');
    use(daemon, 600, phone);
    use(daemon, 300, tablet);
    daemon.pass(day);
    daemon.ask('limit/set', { target: tablet, period: 'week', bytes: 800 });
    daemon.ask('limit/set', { target: phone, period: 'week', bytes: 700 });
    daemon.pass();
    expect(told(daemon).map((event) => event.split(':')[0])).toEqual([
      `limit-warning ${phone}/week/both`,
    ]);
    daemon.ask('device/merge', { device: phone, into: tablet });
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 900, level: 'exceeded' }]);
    daemon.ask('device/split', { device: phone });
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 900, level: 'exceeded' }]);
    expect(told(daemon)).toHaveLength(2);
  });

  test('by a sighting counts before and after its checkpoint', () => {
    const daemon = daemonAt('2026-11-18T09:00:00Z');
    use(daemon, 600, 'ip:192.168.7.9');
    use(daemon, 1);
    daemon.pass(day);
    daemon.ask('limit/set', { target: phone, period: 'week', bytes: 1000 });
    const sighting = { mac: '3c:52:82:00:00:01', ip: '192.168.7.9', via: 'arp' } as const;
    daemon.bookkeeper.registry.learn({ ...sighting, at: daemon.clock.now() });
    daemon.bookkeeper.settleMerges();
    expect(standing(daemon)[0]?.usedBytes).toBe(601);
    daemon.bookkeeper.checkpoint();
    expect(standing(daemon)[0]?.usedBytes).toBe(601);
    use(daemon, 20);
    daemon.bookkeeper.checkpoint();
    expect(standing(restarted(daemon))[0]?.usedBytes).toBe(621);
  });

  test('to a group counts with its members, whoever they are', () => {
    const daemon = daemonAt('2026-11-18T09:00:00Z');
    use(daemon, 600, phone);
    use(daemon, 300, tablet);
    daemon.pass(day);
    daemon.ask('group/set', { name: 'Children', devices: [phone] });
    daemon.ask('limit/set', { target: 'children', period: 'week', bytes: 800 });
    use(daemon, 10, tablet);
    expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 600, level: 'ok' }]);
    daemon.ask('group/set', { group: 'g1', name: 'Children', devices: [phone, tablet] });
    daemon.pass();
    expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 910, level: 'exceeded' }]);
    expect(daemon.told.at(-1)).toEqual({
      id: 4,
      at: daemon.clock.now(),
      type: 'limit-exceeded',
      group: 'g1',
      limit: 'g1/week/both',
      message: 'Children has used 910 B of 800 B this week: the limit is reached.',
      acknowledged: false,
    });
  });
});

describe('billing', () => {
  test('shows the period, what was used, and what it will come to', () => {
    const daemon = daemonAt('2026-11-14T23:00:00Z', 15);
    use(daemon, 1_000_000);
    expect(daemon.report().billing).toEqual({
      from: 20261115,
      next: 20261215,
      daysLeft: 30,
      usedBytes: 1_000_000,
      forecastBytes: 30_000_000,
    });
    daemon.pass(6 * day - 1000);
    daemon.ask('limit/set', { target: 'network', period: 'billing', bytes: 5_500_000 });
    daemon.ask('limit/set', {
      target: 'network',
      period: 'billing',
      direction: 'upload',
      bytes: 7,
    });
    expect(daemon.report().billing).toEqual({
      from: 20261115,
      next: 20261215,
      daysLeft: 24,
      usedBytes: 1_000_000,
      forecastBytes: 5_000_000,
      limitBytes: 5_500_000,
    });
    daemon.pass(24 * day);
    expect(daemon.report().billing).toEqual({
      from: 20261215,
      next: 20270115,
      daysLeft: 31,
      usedBytes: 0,
      forecastBytes: 0,
      limitBytes: 5_500_000,
    });
  });

  test('follows the configuration while running', () => {
    const daemon = daemonAt('2026-11-09T23:00:00Z');
    use(daemon, 600);
    daemon.pass(day);
    use(daemon, 7);
    expect(daemon.report().billing).toMatchObject({ from: 20261101, usedBytes: 607 });
    daemon.config.billing.startDay = 11;
    expect(daemon.report().billing).toMatchObject({ from: 20261111, usedBytes: 7 });
    daemon.config.billing.startDay = 10;
    expect(daemon.report().billing).toMatchObject({ from: 20261110, usedBytes: 607 });
  });
});

test('since tells when day and month began, the same after a restart', () => {
  const daemon = daemonAt('2026-11-20T09:00:00Z');
  const since = { day: Date.parse('2026-11-19T23:00Z'), month: Date.parse('2026-10-31T23:00Z') };
  expect(daemon.report().since).toEqual(since);
  daemon.pass(hour);
  expect(restarted(daemon).report().since).toEqual(since);
});

test('days are read when something of them changes, and not every second', () => {
  const daemon = daemonAt('2026-11-18T09:00:00Z');
  use(daemon, 1);
  daemon.pass(day);
  daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 1000 });
  const history = { ...daemon.history };
  let reads = 0;
  daemon.history.usage = (query) => {
    reads += 1;
    return history.usage(query);
  };
  for (let second = 0; second < 100; second++) use(daemon, 1);
  expect([standing(daemon)[0]?.usedBytes, reads]).toEqual([101, 0]);
  daemon.pass(day);
  for (let second = 0; second < 100; second++) use(daemon, 1);
  expect([standing(daemon)[0]?.usedBytes, reads]).toEqual([201, 1]);
});

test('a ledger that cannot be read is logged once, and costs no more than the days that are over', () => {
  const daemon = daemonAt('2026-11-18T09:00:00Z');
  use(daemon, 800);
  daemon.ask('limit/set', { target: 'network', period: 'week', bytes: 1000 });
  daemon.pass();
  const history = { ...daemon.history };
  daemon.history.usage = () => {
    throw new Error('The disk is broken.');
  };
  daemon.pass(day);
  for (const bytes of [20, 3]) use(daemon, bytes);
  expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 23, level: 'warning' }]);
  expect(daemon.log).toEqual(['The disk is broken.']);
  daemon.history.usage = (query) => history.usage(query);
  expect(standing(daemon)).toEqual([{ from: 20261116, usedBytes: 823, level: 'warning' }]);
  expect(told(daemon)).toHaveLength(1);
});

describe('the limits of a device that becomes part of another', () => {
  test('become the other’s with what was raised, where that has none of its own', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    use(daemon, 900);
    use(daemon, 1, tablet);
    for (const period of ['day', 'week']) {
      daemon.ask('limit/set', { target: phone, period, bytes: 1000 });
    }
    daemon.ask('limit/set', { target: tablet, period: 'week', bytes: 5000 });
    daemon.pass();
    expect(told(daemon)).toHaveLength(2);
    daemon.ask('device/merge', { device: phone, into: tablet });
    daemon.pass();
    expect(told(daemon)).toHaveLength(2);
    const limits = (of: ControlledDaemon) =>
      of.report().limits.map(({ target, period, bytes }) => [target, period, bytes]);
    const expected = [
      [tablet, 'day', 1000],
      [tablet, 'week', 5000],
    ];
    expect(limits(daemon)).toEqual(expected);
    const next = restarted(daemon);
    expect(limits(next)).toEqual(expected);
    next.pass();
    expect(told(next)).toEqual([]);
  });
});

test('a limit that is set again keeps its warning where nothing is said of it', () => {
  const daemon = daemonAt('2026-11-20T09:00:00Z');
  const limit = { target: 'network', period: 'day' };
  daemon.ask('limit/set', { ...limit, bytes: 1000, warningPercent: 50 });
  daemon.ask('limit/set', { ...limit, bytes: 2000 });
  expect(daemon.report().limits).toMatchObject([{ bytes: 2000, warningPercent: 50 }]);
  daemon.ask('limit/set', { ...limit, period: 'week', bytes: 1000 });
  expect(daemon.report().limits).toMatchObject([{}, { warningPercent: 80 }]);
});
