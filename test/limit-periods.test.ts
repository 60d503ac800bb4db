import { describe, expect, test } from 'vitest';
import { phone, tablet } from './support/two-devices.ts';
import { sampleBatch } from './support/batch.ts';
import { daemonAt, day, hour, restarted, standing, told, use } from './support/limited-daemon.ts';

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
