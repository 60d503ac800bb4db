import { describe, expect, test } from 'vitest';
import { checkpoint, device, newStore } from '../store/ledger.ts';
import { bring, home, internet, laptop, laptopId, newFile, tabletId } from './old-home.ts';

describe('days that LanLedger metered', () => {
  const day = 20261031;
  function metered() {
    const store = newStore();
    const usage = { ...internet(1000, 100), packets: 3 };
    store.checkpoint(
      checkpoint({
        devices: [device(laptopId, { mac: laptop, names: { user: 'Mine' } })],
        days: [{ device: laptopId, day, usage }],
        peers: [{ device: laptopId, day, address: '198.51.100.1', usage: internet(900, 90) }],
      }),
    );
    return store;
  }

  test('stay as they are, with a list; other devices of the day are brought', () => {
    const store = metered();
    const report = bring(store, newFile(home));
    expect(store.usage({ from: day, to: day, step: 'day' })).toEqual([
      { device: laptopId, start: day, usage: { ...internet(1000, 100), packets: 3 } },
      { device: tabletId, start: day, usage: internet(51_200, 5120) },
    ]);
    expect(report.leftOut).toEqual([
      {
        count: 1,
        what: 'days of devices that LanLedger has metered itself (--with-metered-days adds them)',
        examples: ['Mine: 2026-10-31'],
      },
      {
        count: 1,
        what: 'names of devices that have one in the ledger',
        examples: ['"Mine", not "Anna’s laptop"'],
      },
      {
        count: 1,
        what: 'names of remote addresses that reverse DNS gave (names.reverseDns: all asks anew)',
        examples: [],
      },
      {
        count: 1,
        what: 'days of remote addresses that LanLedger has metered itself (--with-metered-days adds them)',
        examples: ['2026-10-31'],
      },
    ]);
    expect(store.peers({ from: day, to: day })).toEqual([
      { day, address: '198.51.100.1', usage: { download: 900, upload: 90 } },
      { day, address: 'other', usage: { download: 51_300, upload: 5130 } },
    ]);
  });

  test('get what the file has on top, where that is wanted; then it is not added again', () => {
    const store = metered();
    const path = newFile(home);
    bring(store, path, { withMeteredDays: true });
    const peers = [
      { day, address: '198.51.100.1', usage: { download: 123_780, upload: 10_330 } },
      { day, address: '2001:db8::1', usage: { download: 20_480, upload: 2560 } },
      { day, address: 'other', usage: { download: 10_473, upload: 2580 } },
    ];
    expect(store.peers({ from: day, to: day })).toEqual(peers);
    expect(bring(store, path, { withMeteredDays: true }).deviceDays).toBe(0);
    expect(store.peers({ from: day, to: day })).toEqual(peers);
  });

  test('and that retention has removed are recognised by their month', () => {
    const store = metered();
    const keepAll = { hoursBeforeMs: undefined, peersBefore: undefined, eventsBeforeMs: undefined };
    store.prune({ ...keepAll, daysBefore: 20261101, peersPerDevice: undefined, today: 20261120 });
    const { leftOut } = bring(store, newFile(home));
    expect(leftOut.map(({ what }) => what)).toContain(
      'days of devices that LanLedger has metered itself (--with-metered-days adds them)',
    );
    expect(store.totals(20261120).get(laptopId)?.total).toMatchObject({ download: 2536 });
  });
});
