import { describe, expect, test } from 'vitest';
import { newStore } from '../store/ledger.ts';
import type { WhitestatContent, WhitestatRow } from '../support/whitestat-database.ts';
import { allDays, bring, internet, laptop, laptopId, newFile, remote, router } from './old-home.ts';

describe('a router', () => {
  const day = '2026-11-01';
  /** One-armed: the gateway beside the router has everybody's traffic, and remote addresses count twice. */
  const oneArmed: WhitestatContent = {
    rows: [
      { day, ip: '192.168.1.20', mac: laptop, kb: [100, 10] },
      { day, ip: '192.168.1.2', mac: router, kb: [100, 10] },
      remote(day, '198.51.100.1', [15, 150]),
      remote(day, '203.0.113.1', [5, 50]),
    ],
  };

  test('is left out, with a list, for it has the traffic of all; addresses count once', () => {
    const store = newStore();
    const { leftOut, changed } = bring(store, newFile(oneArmed));
    expect(store.devices().map(({ id }) => id)).toEqual([laptopId]);
    expect(leftOut).toEqual([
      {
        count: 1,
        what: 'days of routers, which have the traffic of all (--with-routers takes them)',
        examples: [`${router}: 2026-11-01`],
      },
    ]);
    expect(changed.map(({ count, what }) => [count, what])).toEqual([
      [1, 'days whose remote addresses came to more than the devices: reduced to these'],
    ]);
    expect(store.peers({ from: 20261101, to: 20261101 })).toEqual([
      { day: 20261101, address: '198.51.100.1', usage: { download: 76_800, upload: 7680 } },
      { day: 20261101, address: '203.0.113.1', usage: { download: 25_600, upload: 2560 } },
    ]);
  });

  test('is taken where that is wanted, and known as one', () => {
    const store = newStore();
    bring(store, newFile(oneArmed), { withRouters: true });
    expect(store.devices().map(({ id, router: isRouter }) => [id, isRouter])).toEqual([
      [laptopId, false],
      ['02005e000001', true],
    ]);
    expect(store.totals(20261101).get('02005e000001')?.total).toEqual(internet(102_400, 10_240));
  });

  test('is not who has global IPv6 addresses: what WhiteStat took for remote is the device’s', () => {
    const store = newStore();
    const { changed, peers } = bring(
      store,
      newFile({
        rows: [
          { day, ip: '192.168.1.20', mac: laptop, kb: [1, 1] },
          { day, ip: '2001:db8:1::20', mac: laptop, kb: [100, 10], local: 0 },
          { day, ip: '2001:db8:1::21', mac: laptop, kb: [50, 5], local: 0 },
          remote(day, '2001:db9::1', [15, 150]),
          remote(day, '198.51.100.1', [1, 1]),
        ],
      }),
    );
    expect(store.usage({ ...allDays, step: 'day' })).toEqual([
      { device: laptopId, start: 20261101, usage: internet(151 * 1024, 16 * 1024) },
    ]);
    expect(changed).toEqual([
      {
        count: 2,
        what: 'rows of addresses that WhiteStat took for remote are counted for their device',
        examples: [laptop],
      },
    ]);
    expect([peers.download, peers.upload]).toEqual([151 * 1024, 16 * 1024]);
  });

  test('is not who lives in private networks that WhiteStat does not know', () => {
    const store = newStore();
    bring(
      store,
      newFile({
        rows: [
          { day, ip: '172.20.0.5', mac: laptop, kb: [100, 10], local: 0 },
          remote(day, '198.51.100.1', [10, 100]),
        ],
      }),
    );
    expect(store.usage({ ...allDays, step: 'day' })).toEqual([
      { device: laptopId, start: 20261101, usage: internet(102_400, 10_240) },
    ]);
    expect(store.devices()[0]?.addresses.has('172.20.0.5')).toBe(true);
    expect(store.peers({ from: 20261101, to: 20261101 }).map(({ address }) => address)).toEqual([
      '198.51.100.1',
    ]);
  });

  test('is not who once brought an address from elsewhere', () => {
    const store = newStore();
    const rows = Array.from({ length: 9 }, (_, index) =>
      remote(day, `198.${18 + index}.0.1`, [1, 1]),
    );
    const stray = { day, ip: '203.0.113.9', mac: laptop, kb: [1, 1], local: 0 } as WhitestatRow;
    bring(
      store,
      newFile({ rows: [...rows, stray, { day, ip: '192.168.1.20', mac: laptop, kb: [9, 9] }] }),
    );
    expect(store.devices().map(({ id }) => id)).toEqual([laptopId]);
  });
});
