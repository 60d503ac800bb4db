import { openSqlite } from '../../src/store/sqlite.ts';
import { describe, expect, test } from 'vitest';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import { checkpoint, device, ledgerPath, newStore, peersOfDay } from './ledger.ts';

function internet(download: number, upload: number): Usage {
  return { ...noUsage(), download, upload };
}

describe('peers', () => {
  const day = 20261120;

  function twoDevices(path = ledgerPath()) {
    const store = newStore(path);
    store.checkpoint(
      checkpoint({
        devices: [device('a'), device('b')],
        days: [
          { device: 'a', day, usage: internet(1000, 100) },
          { device: 'b', day, usage: internet(500, 50) },
          { device: 'b', day: day + 1, usage: internet(9, 9) },
        ],
        peers: [
          { device: 'a', day, address: '192.0.2.1', usage: { download: 300, upload: 20 } },
          { device: 'a', day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
          { device: 'a', day, address: 'other', usage: { download: 100, upload: 50 } },
          { device: 'b', day, address: '192.0.2.1', usage: { download: 500, upload: 50 } },
        ],
      }),
    );
    return store;
  }

  test('of a device end with the rest, so that they sum up to its day', () => {
    const store = twoDevices();
    expect(peersOfDay(store, 'a', day)).toEqual([
      { day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
      { day, address: '192.0.2.1', usage: { download: 300, upload: 20 } },
      { day, address: 'other', usage: { download: 100, upload: 50 } },
    ]);
    expect(peersOfDay(store, 'b', day)).toEqual([
      { day, address: '192.0.2.1', usage: { download: 500, upload: 50 } },
    ]);
    expect(peersOfDay(store, 'b', day + 1)).toEqual([
      { day: day + 1, address: 'other', usage: { download: 9, upload: 9 } },
    ]);
    expect(peersOfDay(store, 'a', day + 1)).toEqual([]);
  });

  test('of the network are summed over the devices', () => {
    expect(twoDevices().peers({ from: day, to: day + 1 })).toEqual([
      { day, address: '192.0.2.1', usage: { download: 800, upload: 70 } },
      { day, address: '2001:db8::1', usage: { download: 600, upload: 30 } },
      { day, address: 'other', usage: { download: 100, upload: 50 } },
      { day: day + 1, address: 'other', usage: { download: 9, upload: 9 } },
    ]);
  });

  test('of a device over several days are those of each day', () => {
    expect(twoDevices().peers({ from: 0, to: 99991231, device: 'b' })).toEqual([
      { day, address: '192.0.2.1', usage: { download: 500, upload: 50 } },
      { day: day + 1, address: 'other', usage: { download: 9, upload: 9 } },
    ]);
    expect(twoDevices().peers({ from: day, to: day, device: "a' OR 1=1" })).toEqual([]);
  });

  test('put the rest of a day last, however large', () => {
    const store = newStore();
    store.checkpoint(
      checkpoint({
        days: [{ device: 'a', day, usage: internet(1000, 0) }],
        peers: ['192.0.2.2', '192.0.2.1'].map((address) => {
          return { device: 'a', day, address, usage: { download: 1, upload: 0 } };
        }),
      }),
    );
    const expected = [
      { day, address: '192.0.2.1', usage: { download: 1, upload: 0 } },
      { day, address: '192.0.2.2', usage: { download: 1, upload: 0 } },
      { day, address: 'other', usage: { download: 998, upload: 0 } },
    ];
    expect(store.peers({ from: day, to: day })).toEqual(expected);
    expect(peersOfDay(store, 'a', day)).toEqual(expected);
  });

  test('are complete for everybody who opens the file, and cheap to look up', () => {
    const path = ledgerPath();
    twoDevices(path);
    const file = openSqlite(path, { readonly: true });
    const sums = `SELECT sum(download) AS download, sum(upload) AS upload FROM`;
    expect(file.prepare(`${sums} peer_day_complete`).get()).toEqual({
      download: 1509,
      upload: 159,
    });
    const plan = file
      .prepare(`EXPLAIN QUERY PLAN SELECT * FROM peer_day_complete WHERE device = ? AND day = ?`)
      .all('a', day) as { detail: string }[];
    expect(plan.filter(({ detail }) => /^SCAN (?!peer_day_complete)/.test(detail))).toEqual([]);
    file.close();
  });
});

describe('the largest peers', () => {
  const [yesterday, day] = [20261119, 20261120];
  const range = { from: yesterday, to: day };
  const total = (address: string, download: number, upload: number) => {
    return { address, usage: { download, upload } };
  };

  /** 192.0.2.2 is the largest of no device and no day, and of all of them together. */
  function twoDays() {
    const peer = (deviceId: string, date: number, address: string, download: number) => {
      return { device: deviceId, day: date, address, usage: { download, upload: 1 } };
    };
    const store = newStore();
    store.checkpoint(
      checkpoint({
        days: [
          { device: 'a', day: yesterday, usage: internet(100, 10) },
          { device: 'a', day, usage: internet(100, 10) },
          { device: 'b', day, usage: internet(100, 10) },
          { device: 'b', day: 20261118, usage: internet(1000, 10) },
        ],
        peers: [
          peer('a', yesterday, '192.0.2.1', 40),
          peer('a', yesterday, '192.0.2.2', 30),
          peer('a', day, '192.0.2.2', 30),
          peer('a', day, '192.0.2.3', 50),
          peer('b', day, '192.0.2.2', 30),
          peer('b', day, '2001:db8::4', 45),
          peer('b', 20261118, '192.0.2.5', 999),
        ],
      }),
    );
    return store;
  }

  test('are summed over days and devices, with all others in the rest', () => {
    const store = twoDays();
    expect(store.topPeers({ ...range, limit: 2 })).toEqual([
      total('192.0.2.2', 90, 3),
      total('192.0.2.3', 50, 1),
      total('other', 160, 26),
    ]);
    expect(store.topPeers({ ...range, limit: 9 })).toEqual([
      total('192.0.2.2', 90, 3),
      total('192.0.2.3', 50, 1),
      total('2001:db8::4', 45, 1),
      total('192.0.2.1', 40, 1),
      total('other', 75, 24),
    ]);
    expect(store.topPeers({ ...range, limit: 0 })).toEqual([total('other', 300, 30)]);
    expect(store.topPeers({ from: 20270101, to: 20271231, limit: 9 })).toEqual([]);
  });

  test('of one device', () => {
    const store = twoDays();
    expect(store.topPeers({ ...range, device: 'b', limit: 1 })).toEqual([
      total('2001:db8::4', 45, 1),
      total('other', 55, 9),
    ]);
    expect(store.topPeers({ ...range, device: 'nobody', limit: 1 })).toEqual([]);
  });

  test('count what is not stored yet, and may change places for it', () => {
    const unstored = {
      days: [{ device: 'b', day, usage: internet(105, 3) }],
      peers: [
        { device: 'b', day, address: '192.0.2.1', usage: { download: 55, upload: 2 } },
        { device: 'b', day, address: '192.0.2.3', usage: { download: -20, upload: 0 } },
        { device: 'b', day, address: '192.0.2.9', usage: { download: 10, upload: 1 } },
      ],
    };
    expect(twoDays().topPeers({ ...range, limit: 3 }, unstored)).toEqual([
      total('192.0.2.1', 95, 3),
      total('192.0.2.2', 90, 3),
      total('2001:db8::4', 45, 1),
      total('other', 175, 26),
    ]);
  });

  test('are the same where there are too many to look at them all at once', () => {
    const store = newStore();
    // 310,000 rows.
    const addresses = Array.from({ length: 15_500 }, (_, index) => {
      return `2001:db8::${index.toString(16)}`;
    });
    for (let date = 20261101; date <= 20261120; date++) {
      const peers = addresses.map((address, index) => {
        return { device: 'a', day: date, address, usage: { download: index + 1, upload: 1 } };
      });
      const sum = (addresses.length * (addresses.length + 1)) / 2;
      const days = [{ device: 'a', day: date, usage: internet(sum, addresses.length) }];
      store.checkpoint(checkpoint({ days, peers }));
    }
    const month = { from: 20261101, to: 20261130 };
    const top = store.topPeers({ ...month, limit: 40 });
    expect(top.slice(0, 40)).toEqual(
      Array.from({ length: 40 }, (_, place) => {
        const index = 15_499 - place;
        return total(`2001:db8::${index.toString(16)}`, 20 * (index + 1), 20);
      }),
    );
    const bytes = top.reduce((sum, { usage }) => sum + usage.download, 0);
    expect(bytes).toBe(20 * ((15_500 * 15_501) / 2));
    expect(top).toHaveLength(41);
  });
});
