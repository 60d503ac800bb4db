import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { WhitestatImport } from '../../src/whitestat/context.ts';
import { checkpoint, newStore } from '../store/ledger.ts';
import {
  bring,
  config,
  home,
  laptop,
  laptopId,
  newFile,
  remote,
  tablet,
  tabletId,
} from './old-home.ts';

function withStore(part: Partial<Config['store']>): Partial<WhitestatImport> {
  return { config: { ...config, store: { ...config.store, ...part } } };
}

describe('retention', () => {
  test('leaves out addresses that are too old, and says so; more are brought once more may be kept', () => {
    const store = newStore();
    const path = newFile(home);
    const { peers, leftOut } = bring(store, path, withStore({ keepPeersDays: 10 }));
    expect([peers.days, peers.addressDays]).toEqual([1, 1]);
    expect(leftOut[0]).toEqual({
      count: 2,
      what: 'rows of remote addresses before 2026-11-10 (store.keepPeersDays or keepDaysDays)',
      examples: [],
    });
    expect(bring(store, path).peers).toMatchObject({ days: 1, addressDays: 2 });
  });

  test('keeps the largest addresses of each day, so many for each device', () => {
    const store = newStore();
    const { changed, peers } = bring(
      store,
      newFile({
        rows: [
          { day: '2026-11-01', ip: '192.168.1.20', mac: laptop, kb: [100, 100] },
          { day: '2026-11-01', ip: '192.168.1.21', mac: tablet, kb: [100, 100] },
          ...[1, 2, 3, 4, 5].map((size) =>
            remote('2026-11-01', `198.51.100.${size}`, [size, size]),
          ),
        ],
      }),
      withStore({ peersPerDevice: 2 }),
    );
    expect(changed).toEqual([
      {
        count: 1,
        what: 'remote addresses of days became "other" (more than store.peersPerDevice for each device)',
        examples: [],
      },
    ]);
    expect(peers).toEqual({ days: 1, addressDays: 4, download: 14 * 1024, upload: 14 * 1024 });
    const day = 20261101;
    expect(store.peers({ from: day, to: day }).map(({ address }) => address)).toEqual([
      '198.51.100.5',
      '198.51.100.4',
      '198.51.100.3',
      '198.51.100.2',
      'other',
    ]);
  });

  test('of the daemon prunes imported addresses like others; then they may be brought again', () => {
    const store = newStore();
    const path = newFile(home);
    bring(store, path);
    const keepAll = { hoursBeforeMs: undefined, daysBefore: undefined, eventsBeforeMs: undefined };
    const retention = { ...keepAll, today: 20261120 };
    const day = 20261031;
    const all = store.peers({ from: day, to: day });
    // The tablet goes: one device is left, with one address.
    store.checkpoint(checkpoint({ merges: [{ from: tabletId, into: laptopId }] }));
    expect(store.prune({ ...retention, peersBefore: undefined, peersPerDevice: 1 })).toBe(1);
    expect(store.peers({ from: day, to: day })).toEqual([
      { day, address: '198.51.100.1', usage: { download: 122_880, upload: 10_240 } },
      { day, address: 'other', usage: { download: 30_853, upload: 5130 } },
    ]);
    expect(store.prune({ ...retention, peersBefore: 20261101, peersPerDevice: 1 })).toBe(1);
    expect(store.peers({ from: day, to: day })).toEqual([
      { day, address: 'other', usage: { download: 153_733, upload: 15_370 } },
    ]);
    bring(store, path);
    expect(store.peers({ from: day, to: day })).toEqual(all);
  });

  test('of days is told: older ones stay in months and totals', () => {
    const { changed, deviceDays } = bring(
      newStore(),
      newFile(home),
      withStore({ keepDaysDays: 5 }),
    );
    expect(deviceDays).toBe(3);
    expect(changed).toEqual([
      {
        count: 2,
        what: 'days of devices before 2026-11-15 stay in months and totals only (store.keepDaysDays)',
        examples: [],
      },
    ]);
  });
});
