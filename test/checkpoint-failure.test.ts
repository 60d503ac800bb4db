import { describe, expect, test, vi } from 'vitest';
import { AppError, type ErrorCode } from '../src/base/errors.ts';
import type { Batch } from '../src/model/batch.ts';
import { ScheduledDaemon } from './support/scheduled-daemon.ts';

describe('a checkpoint that fails', () => {
  const sentence =
    'error: The disk is broken. Metering goes on; the ledger is written as soon as it can be.';

  test('changes nothing on disk, stays pending, is logged once and in the health, and recovers', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1).download(100).run(30);
    expect(daemon.days).toEqual({ 20261120: 100 });
    const written = daemon.store.lastCheckpointAt();
    const mend = daemon.breakLedger();
    daemon.download(7).run(90).download(10).run(1);
    expect(daemon.log).toEqual([sentence]);
    expect([daemon.days, daemon.store.lastCheckpointAt()]).toEqual([{ 20261120: 100 }, written]);
    expect(daemon.totals).toEqual([117, 117, 117]);
    expect(daemon.report().health).toMatchObject({
      status: 'degraded',
      problems: ['The disk is broken.'],
      checkpointAt: written,
    });
    mend();
    daemon.run(30);
    expect(daemon.log).toEqual([sentence, 'info: The ledger can be written again.']);
    expect([daemon.days, daemon.totals]).toEqual([{ 20261120: 117 }, [117, 117, 117]]);
    expect(daemon.report().health).toMatchObject({ status: 'ok', problems: [] });
    daemon.run(60);
    expect(daemon.days).toEqual({ 20261120: 117 });
  });

  test('is logged once however SQLite words it, and again where there is something else to mend', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    const checkpoint = vi.spyOn(daemon.store, 'checkpoint');
    const fail = (code: ErrorCode, message: string) => {
      checkpoint.mockImplementationOnce(() => {
        throw new AppError(code, message);
      });
      daemon.bookkeeper.checkpoint();
      return daemon.bookkeeper.checkpointFailure;
    };
    for (const words of ['database or disk is full', 'disk I/O error']) {
      const message = `The disk is full. (${words})`;
      expect(fail('STORE_FULL', message)).toBe(message);
    }
    fail('STORE_BUSY', 'Another program is writing.');
    daemon.bookkeeper.checkpoint();
    fail('STORE_BUSY', 'Another program is writing.');
    const goesOn = 'Metering goes on; the ledger is written as soon as it can be.';
    expect(daemon.log).toEqual([
      `error: The disk is full. (database or disk is full) ${goesOn}`,
      `error: Another program is writing. ${goesOn}`,
      'info: The ledger can be written again.',
      `error: Another program is writing. ${goesOn}`,
    ]);
  });

  test('at the end is told with what it loses', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    const mend = daemon.breakLedger();
    daemon.download(7).run(60);
    daemon.bookkeeper.finish();
    expect(daemon.log).toEqual([
      sentence,
      'error: What was metered since the last checkpoint (2026-11-20T12:00:01.000Z) is lost: the ledger could not be written before the end.',
    ]);
    mend();
    daemon.bookkeeper.finish();
    expect(daemon.log).toHaveLength(3);
  });

  test('at midnight leaves the totals right', () => {
    const daemon = new ScheduledDaemon('2026-11-20T22:59:50Z').run(1).download(100);
    const mend = daemon.breakLedger();
    daemon.run(9).download(7);
    expect([daemon.report().day, daemon.totals, daemon.days]).toEqual([
      20261121,
      [7, 107, 107],
      {},
    ]);
    mend();
    daemon.run(30);
    expect([daemon.totals, daemon.days]).toEqual([[7, 107, 107], { 20261120: 100, 20261121: 7 }]);
  });

  test('keeps a merge for the next one', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    daemon.download(100, { device: 'ip:192.168.7.9' });
    const mend = daemon.breakLedger();
    const sightings: Batch['sightings'] = [
      { mac: '02:00:00:00:01:01', ip: '192.168.7.9', via: 'arp', at: daemon.clock.now() },
    ];
    daemon.download(7, {}, { sightings }).run(30);
    mend();
    daemon.run(30);
    expect([daemon.totals, daemon.days]).toEqual([[107, 107, 107], { 20261120: 107 }]);
    expect(daemon.store.merges()).toEqual([{ from: 'ip:192.168.7.9', into: '020000000101' }]);
    expect(daemon.store.devices().map(({ id }) => id)).toEqual(['020000000101']);
  });

  test('keeps a merge over midnight, in the totals too', () => {
    const daemon = new ScheduledDaemon('2026-11-20T22:59:00Z').run(1);
    daemon.download(100, { device: 'ip:192.168.7.9' }).run(30);
    const mend = daemon.breakLedger();
    const sightings: Batch['sightings'] = [
      { mac: '02:00:00:00:01:01', ip: '192.168.7.9', via: 'arp', at: daemon.clock.now() },
    ];
    daemon.download(7, {}, { sightings });
    expect(daemon.totals).toEqual([107, 107, 107]);
    daemon.run(30);
    expect([daemon.report().day, daemon.totals]).toEqual([20261121, [0, 107, 107]]);
    mend();
  });

  test('keeps a batch that arrives again from being booked twice', () => {
    const daemon = new ScheduledDaemon('2026-11-20T12:00:00Z').run(1);
    const mend = daemon.breakLedger();
    daemon.download(100, {}, { seq: 5 }).run(30).download(100, {}, { seq: 5 });
    mend();
    daemon.run(30).download(100, {}, { seq: 5 });
    expect([daemon.totals, daemon.store.applied()]).toEqual([
      [100, 100, 100],
      [{ monitor: 'local', boot: 'boot-1', seq: 5 }],
    ]);
  });
});
