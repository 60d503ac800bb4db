import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/model/checkpoint.ts';
import { noUsage, type Usage } from '../../src/model/usage.ts';
import { openStore } from '../../src/store/store.ts';
import { checkpoint, device, downloadSums, ledgerPath, newStore, usage } from './ledger.ts';

const hour = 1_795_168_800_000;
const day = 20261120;
const today = { from: day, to: day, step: 'day' } as const;

function negative(amount: Usage): Usage {
  return Object.fromEntries(
    Object.entries(amount).map(([name, value]) => [name, -value]),
  ) as unknown as Usage;
}

/** The same amount everywhere: in an hour, a day and a peer of device a. */
function everywhere(amount: Usage, date: number, start: number): Checkpoint {
  return checkpoint({
    hours: [{ device: 'a', hour: start, usage: amount }],
    days: [{ device: 'a', day: date, usage: amount }],
    peers: [{ device: 'a', day: date, address: '192.0.2.1', usage: amount }],
  });
}

describe('increments', () => {
  test('add up in hours, days, months and totals', () => {
    const store = newStore();
    const rows = (scale: number) => ({
      hours: [{ device: 'aabbccddeeff', hour, usage: usage(scale) }],
      days: [{ device: 'aabbccddeeff', day, usage: usage(scale) }],
    });
    store.checkpoint(checkpoint(rows(1)));
    store.checkpoint(checkpoint(rows(4)));

    const record = { device: 'aabbccddeeff', usage: usage(5) };
    expect(store.usageHours(hour, hour + 1)).toEqual([{ ...record, start: hour }]);
    expect(store.usage(today)).toEqual([{ ...record, start: day }]);
    expect(store.usage({ ...today, step: 'month' })).toEqual([{ ...record, start: 202611 }]);
    expect(store.totals(day)).toEqual(
      new Map([['aabbccddeeff', { today: usage(5), month: usage(5), total: usage(5) }]]),
    );
    expect(store.totals(20261201)).toEqual(
      new Map([['aabbccddeeff', { today: noUsage(), month: noUsage(), total: usage(5) }]]),
    );
  });

  test('that are negative take away, and rows that come to nothing go', () => {
    const store = newStore();
    store.checkpoint(everywhere(usage(3), 20261031, hour - 3_600_000));
    store.checkpoint(everywhere(negative(usage(3)), 20261031, hour - 3_600_000));
    expect(downloadSums(store)).toEqual({ hours: 0, days: 0, months: 0, totals: 0 });
    expect(store.usage({ from: 0, to: 99991231, step: 'day' })).toEqual([]);
    expect(store.usage({ from: 0, to: 99991231, step: 'month' })).toEqual([]);
    expect(store.usageHours(0, hour * 2)).toEqual([]);
    expect(store.totals(day)).toEqual(new Map());
    expect(store.peers({ from: 0, to: 99991231 })).toEqual([]);

    store.checkpoint(everywhere(usage(3), day, hour));
    store.checkpoint(everywhere(negative(usage(1)), day, hour));
    expect(store.usage(today)).toEqual([{ device: 'a', start: day, usage: usage(2) }]);
    expect(store.peers({ from: day, to: day })).toEqual([
      { day, address: '192.0.2.1', usage: { download: 200, upload: 20 } },
    ]);
  });

  test('of nothing leave no rows', () => {
    const store = newStore();
    store.checkpoint(
      checkpoint({
        hours: [{ device: 'a', hour, usage: noUsage() }],
        days: [{ device: 'a', day, usage: noUsage() }],
        peers: [{ device: 'a', day, address: '192.0.2.1', usage: { download: 0, upload: 0 } }],
      }),
    );
    expect(store.usageHours(0, hour * 2)).toEqual([]);
    expect(store.totals(day)).toEqual(new Map());
    expect(store.devices()).toEqual([]);
  });

  test('stay exact up to 2^53', () => {
    const store = newStore();
    const large = { ...noUsage(), download: 2 ** 52, upload: 2 ** 52 - 1 };
    store.checkpoint(checkpoint({ days: [{ device: 'a', day, usage: large }] }));
    store.checkpoint(checkpoint({ days: [{ device: 'a', day, usage: large }] }));
    expect(store.totals(day).get('a')?.total).toEqual({
      ...noUsage(),
      download: 2 ** 53,
      upload: 2 ** 53 - 2,
    });
  });

  test('that are not whole bytes are refused, wholly', () => {
    const store = newStore();
    const days = [
      { device: 'a', day, usage: usage(1) },
      { device: 'b', day, usage: usage(0.5) },
    ];
    expect(() => store.checkpoint(checkpoint({ days }))).toThrow('cannot store REAL value');
    expect(store.usage(today)).toEqual([]);
  });
});

describe('devices', () => {
  const phone = device('aabbccddeeff', {
    mac: 'aa:bb:cc:dd:ee:ff',
    names: {
      user: 'Mum’s phone',
      dhcp: 'phone',
      lease: 'phone-lease',
      hosts: 'phone-hosts',
      mdns: 'phone.local',
      dns: 'phone.lan',
    },
    vendor: 'Fairphone',
    icon: 'mdi:cellphone',
    hidden: true,
    router: true,
    firstSeen: 1_700_000_000_123,
    lastSeen: 1_795_168_800_456,
    addresses: new Map([
      ['192.168.1.20', 1_795_168_800_000],
      ['2001:db8::20', 1_795_168_800_456],
    ]),
  });

  test('are read as they were written, after a restart too', () => {
    const path = ledgerPath();
    const first = openStore(path);
    first.checkpoint(checkpoint({ devices: [phone, device('ip:192.0.2.7')] }));
    expect(first.devices()).toEqual([phone, device('ip:192.0.2.7')]);
    first.close();
    expect(newStore(path).devices()).toEqual([phone, device('ip:192.0.2.7')]);
  });

  test('lose what they no longer have', () => {
    const store = newStore();
    store.checkpoint(checkpoint({ devices: [phone] }));
    const changed = device('aabbccddeeff', { addresses: new Map([['192.168.1.21', 5]]) });
    store.checkpoint(checkpoint({ devices: [changed] }));
    expect(store.devices()).toEqual([changed]);
  });

  test('nobody introduced are made from their id', () => {
    const store = newStore();
    const days = ['aabbccddeeff', 'other'].map((id) => ({ device: id, day, usage: usage(1) }));
    store.checkpoint(checkpoint({ at: 77, days }));
    expect(store.devices()).toEqual([
      device('aabbccddeeff', { mac: 'aa:bb:cc:dd:ee:ff', firstSeen: 77, lastSeen: 77 }),
      device('other', { firstSeen: 77, lastSeen: 77 }),
    ]);
  });
});

describe('bookkeeping', () => {
  test('the last batch of each monitor and the time belong to the checkpoint', () => {
    const path = ledgerPath();
    const store = openStore(path);
    expect([store.applied(), store.lastCheckpointAt()]).toEqual([[], undefined]);
    const eth0 = { monitor: 'eth0', boot: 'b1', seq: 41 };
    store.checkpoint(checkpoint({ at: 1, applied: [eth0, { ...eth0, monitor: 'eth1' }] }));
    store.checkpoint(checkpoint({ at: 2, applied: [{ monitor: 'eth0', boot: 'b2', seq: 3 }] }));
    store.close();

    const again = newStore(path);
    expect(again.lastCheckpointAt()).toBe(2);
    expect(again.applied()).toEqual([
      { monitor: 'eth0', boot: 'b2', seq: 3 },
      { monitor: 'eth1', boot: 'b1', seq: 41 },
    ]);
  });
});
