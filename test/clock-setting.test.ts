import { describe, expect, test } from 'vitest';
import type { Store } from '../src/store/store.ts';
import { checkpoint, device } from './store/ledger.ts';
import type { SampleRow } from './support/batch.ts';
import { ScheduledDaemon, hour, second } from './support/scheduled-daemon.ts';

const setForward = (seconds: number) =>
  `warn: The clock was set forward by ${seconds} seconds: recent usage moves to the right time.`;
const setBack = (seconds: number) =>
  `warn: The clock was set back by ${seconds} seconds: recent usage moves to the right time.`;
const movedToToday = 'warn: Usage that was recorded before the clock was set was moved to today.';

describe('a start with a clock that is some hours behind', () => {
  const lastNight = (store: Store) =>
    store.checkpoint(checkpoint({ at: Date.parse('2026-11-20T23:30:00Z') }));

  test('goes on with the day that the ledger had reached, until the clock is set', () => {
    // Half past midnight in Berlin; the clock of a machine without a battery says it is nine in the evening before.
    const daemon = new ScheduledDaemon('2026-11-20T20:00:00Z', lastNight).start().run(3);
    expect(daemon.report().day).toBe(20261121);
    daemon.clock.set('2026-11-21T08:00:00Z');
    expect(daemon.run(1).report().day).toBe(20261121);
    daemon.clock.set('2026-11-20T08:00:00Z');
    expect(daemon.run(1).report().day).toBe(20261120);
  });

  test('by more than a day is believed', () => {
    const daemon = new ScheduledDaemon('2026-11-19T20:00:00Z', lastNight).start().run(1);
    expect(daemon.report().day).toBe(20261119);
  });
});

describe('a start with a clock that is behind', () => {
  test('takes nobody for present who was seen before, once the clock is set', () => {
    const seenAt = Date.parse('2026-11-20T12:00:00Z');
    const daemon = new ScheduledDaemon('2026-11-20T11:30:00Z', (store) =>
      store.checkpoint(
        checkpoint({
          at: seenAt,
          devices: [device('020000000101', { firstSeen: seenAt, lastSeen: seenAt })],
        }),
      ),
    );
    daemon.start().run(3);
    daemon.clock.set('2026-11-20T14:00:00Z');
    daemon.run(1);
    const startedAt = Date.parse('2026-11-20T11:30:00Z');
    const [seen] = daemon.report().devices;
    expect(seen).toMatchObject({ online: false, lastSeen: startedAt - second });
  });
});

describe('a wall clock that is set', () => {
  test.each([-7200, 7200])('by %i seconds makes nobody silent, and hides no silence', (seconds) => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').start().run(1).silence().run(10);
    daemon.clock.set(new Date(daemon.clock.now() + seconds * second).toISOString());
    expect(daemon.report().health).toMatchObject({ status: 'ok', problems: [] });
    expect(daemon.run(60).report().health.status).toBe('down');
  });

  test('from 1970 to the present takes along what was counted, on disk at once', () => {
    const daemon = new ScheduledDaemon('1970-01-01T00:00:10Z').start().run(1).download(100).run(40);
    expect([daemon.days, daemon.log]).toEqual([{ 19700101: 100 }, []]);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.schedule.followClock();
    const seconds = (Date.parse('2026-11-20T12:00:00Z') - 51 * second) / second;
    expect(daemon.log).toEqual([setForward(seconds)]);
    expect(daemon.days).toEqual({ 20261120: 100 });
    daemon.run(1).download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261120, [107, 107, 107]]);
  });

  test('back over midnight opens the day before again', () => {
    const daemon = new ScheduledDaemon('2026-11-20T23:10:00Z').run(1).download(100);
    daemon.clock.set('2026-11-20T22:10:00Z');
    daemon.run(1).download(7);
    expect([daemon.report().day, daemon.totals]).toEqual([20261120, [107, 107, 107]]);
    expect(daemon.log).toEqual([setBack(3601)]);
    expect(daemon.days).toEqual({ 20261120: 100 });
  });

  test.each([1, -1])(
    'by hours, give or take %s ms, keeps what was used after midnight after it',
    (jitter) => {
      const daemon = new ScheduledDaemon('2026-11-20T23:00:02Z').run(1).download(100);
      daemon.clock.set(new Date(daemon.clock.now() + 48 * hour + jitter).toISOString());
      daemon.run(1).download(20);
      expect(daemon.report().day).toBe(20261123);
      daemon.clock.set(new Date(daemon.clock.now() - 48 * hour + jitter).toISOString());
      daemon.run(1).download(3);
      daemon.bookkeeper.checkpoint();
      expect(daemon.days).toEqual({ 20261121: 123 });
    },
  );

  test('takes no more from a remote address than retention has left of it', () => {
    const daemon = new ScheduledDaemon('2026-11-19T12:00:00Z', undefined, {
      store: { peersPerDevice: 0 },
    });
    const peers: SampleRow['peers'] = { '203.0.113.7': [60, 1], '203.0.113.8': [30, 1] };
    daemon.run(1).download(100, { upload: 5, peers }).run(90);
    const peersOf = (day: number) => daemon.store.peers({ from: day, to: day });
    const rest = { day: 20261119, address: 'other', usage: { download: 100, upload: 5 } };
    expect(peersOf(20261119)).toEqual([rest]);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1);
    expect(peersOf(20261119)).toEqual([]);
    expect(peersOf(20261120)).toEqual([
      { day: 20261120, address: '203.0.113.7', usage: { download: 60, upload: 1 } },
      { day: 20261120, address: '203.0.113.8', usage: { download: 30, upload: 1 } },
      { day: 20261120, address: 'other', usage: { download: 10, upload: 3 } },
    ]);
  });

  test.each([
    ['59 seconds forward', '2026-11-20T12:01:00Z'],
    ['59 seconds back', '2026-11-20T11:59:02Z'],
  ])('by %s is ordinary discipline', (_, to) => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1).download(100);
    daemon.clock.set(to);
    daemon.run(1);
    expect([daemon.log, daemon.totals]).toEqual([[], [100, 100, 100]]);
  });

  test('years ahead, and then right, leaves nothing in the future', () => {
    const daemon = new ScheduledDaemon('2036-11-20T12:00:00Z').start().run(1).download(100).run(30);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1).download(7).run(30);
    expect([daemon.days, daemon.totals]).toEqual([{ 20261120: 107 }, [107, 107, 107]]);
    expect(daemon.log).toEqual([setBack(315_619_231)]);
  });

  test.each([
    ['forward', '2026-11-20T14:00:00Z'],
    ['back', '2026-11-20T10:00:00Z'],
  ])('%s leaves who was here and who was away as it was', (_, to) => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    daemon.download(1, { device: '020000000102', upload: 1 }).run(1800);
    daemon.download(1, { upload: 1 }).run(1);
    const online = () => daemon.report().devices.map(({ id, online: is }) => [id, is]);
    const before = online();
    expect(Object.fromEntries(before)).toEqual({ '020000000101': true, '020000000102': false });
    daemon.clock.set(to);
    daemon.schedule.followClock();
    expect(online()).toEqual(before);
    const now = daemon.clock.now();
    expect(daemon.bookkeeper.registry.get('020000000101')?.firstSeen).toBe(now - second);
    expect(daemon.bookkeeper.registry.get('020000000102')?.lastSeen).toBe(now - 1801 * second);
  });

  test('years ahead, and then right, lets devices go offline again', () => {
    const daemon = new ScheduledDaemon('2036-11-20T12:00:00Z').run(1).download(100, { upload: 1 });
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1);
    daemon.clock.pass(hour);
    daemon.schedule.tick();
    expect(daemon.report().devices).toMatchObject([{ id: '020000000101', online: false }]);
  });
});

describe('what earlier runs recorded before their clock was set', () => {
  const laptop = (download: number) => ({
    device: '020000000101',
    usage: { download, upload: 0, localDownload: 0, localUpload: 0, packets: 1 },
  });
  const early = (store: Store) =>
    store.checkpoint(
      checkpoint({
        days: [
          { ...laptop(100), day: 19700101 },
          { ...laptop(20), day: 20361120 },
          { ...laptop(3), day: 20261119 },
        ],
        hours: [{ ...laptop(100), hour: 0 }],
      }),
    );

  test('moves to today at the start and counts in its totals; what looks late stays', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z', early).start();
    expect(daemon.days).toEqual({ 20261119: 3, 20261120: 100, 20361120: 20 });
    expect([daemon.totals, daemon.log]).toEqual([[100, 103, 123], [movedToToday]]);
    const at = Date.parse('2026-11-20T12:00:00Z');
    expect(daemon.store.usageHours(0, 2 * at)).toEqual([{ ...laptop(100), start: at }]);
    daemon.start();
    expect(daemon.log).toEqual([movedToToday]);
  });

  test('waits for a clock that can be trusted', () => {
    const daemon = new ScheduledDaemon('1970-01-01T00:00:10Z', early).start().run(5);
    expect([daemon.days, daemon.log]).toEqual([{ 19700101: 100, 20261119: 3, 20361120: 20 }, []]);
    daemon.clock.set('2026-11-20T12:00:00Z');
    daemon.run(1);
    expect(daemon.days).toEqual({ 20261119: 3, 20261120: 100, 20361120: 20 });
    expect(daemon.log).toHaveLength(2);
    expect(daemon.log[1]).toBe(movedToToday);
  });
});
