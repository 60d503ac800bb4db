import { describe, expect, test } from 'vitest';
import { phone, tablet } from './support/two-devices.ts';
import type { ControlledDaemon } from './support/control.ts';
import { daemonAt, day, hour, restarted, standing, told, use } from './support/limited-daemon.ts';

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

  test('tells nothing twice after a start with a clock that was not set yet', () => {
    const daemon = daemonAt('2026-11-20T09:00:00Z');
    daemon.ask('limit/set', { target: 'network', period: 'month', bytes: 1000 });
    use(daemon, 1200);
    daemon.clock.pass(-30 * day);
    const next = restarted(daemon);
    next.pass().pass();
    next.clock.pass(30 * day);
    next.pass().pass();
    expect(told(next)).toEqual([]);
    expect(standing(next)).toEqual([{ from: 20261101, usedBytes: 1200, level: 'exceeded' }]);
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
