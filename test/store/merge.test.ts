import { readFileSync } from 'node:fs';
import { openSqlite } from '../../src/store/sqlite.ts';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import {
  checkpoint,
  device,
  downloadSums,
  ledgerPath,
  newStore,
  peersOfDay,
  usage,
} from './ledger.ts';
import { openStore } from '../../src/store/store.ts';

const hour = 1_795_168_800_000;
const day = 20261120;
const all = { from: 0, to: 99_991_231 };

/** Usage of both devices in the same hour and day, and of `a` in some more. */
function twoDevices(store: Store): void {
  store.checkpoint(
    checkpoint({
      devices: [
        device('a', { addresses: new Map([['192.168.1.2', 5], ['192.168.1.3', 5]]) }), // prettier-ignore
        device('b', { addresses: new Map([['192.168.1.3', 9]]) }),
        device('c'),
      ],
      hours: [
        { device: 'a', hour: hour - 3_600_000, usage: usage(1) },
        { device: 'a', hour, usage: usage(2) },
        { device: 'b', hour, usage: usage(4) },
        { device: 'c', hour, usage: usage(100) },
      ],
      days: [
        { device: 'a', day: 20261031, usage: usage(1) },
        { device: 'a', day, usage: usage(2) },
        { device: 'b', day, usage: usage(4) },
        { device: 'c', day, usage: usage(100) },
      ],
      peers: [
        { device: 'a', day: 20261031, address: '192.0.2.1', usage: { download: 90, upload: 9 } },
        { device: 'a', day, address: '192.0.2.1', usage: { download: 150, upload: 15 } },
        { device: 'b', day, address: '192.0.2.1', usage: { download: 300, upload: 30 } },
      ],
    }),
  );
}

describe('a merge', () => {
  test('moves everything of one device to another', () => {
    const store = newStore();
    twoDevices(store);
    const before = downloadSums(store);
    store.checkpoint(checkpoint({ merges: [{ from: 'a', into: 'b' }] }));

    expect(downloadSums(store)).toEqual(before);
    expect(store.usageHours(0, hour * 2)).toEqual([
      { device: 'b', start: hour - 3_600_000, usage: usage(1) },
      { device: 'b', start: hour, usage: usage(6) },
      { device: 'c', start: hour, usage: usage(100) },
    ]);
    expect(store.usage({ ...all, step: 'day' })).toEqual([
      { device: 'b', start: 20261031, usage: usage(1) },
      { device: 'b', start: day, usage: usage(6) },
      { device: 'c', start: day, usage: usage(100) },
    ]);
    expect(store.usage({ ...all, step: 'month' })).toEqual([
      { device: 'b', start: 202610, usage: usage(1) },
      { device: 'b', start: 202611, usage: usage(6) },
      { device: 'c', start: 202611, usage: usage(100) },
    ]);
    expect(store.totals(day).get('b')?.total).toEqual(usage(7));
    expect(peersOfDay(store, 'b', day)).toEqual([
      { day, address: '192.0.2.1', usage: { download: 450, upload: 45 } },
      { day, address: 'other', usage: { download: 150, upload: 15 } },
    ]);
    expect(store.devices().map(({ id, addresses }) => [id, addresses])).toEqual([
      ['b', new Map([['192.168.1.2', 5], ['192.168.1.3', 9]])], // prettier-ignore
      ['c', new Map()],
    ]);
  });

  test('is known after a restart, and usage under the old id goes where it belongs', () => {
    const path = ledgerPath();
    const store = openStore(path);
    twoDevices(store);
    store.checkpoint(checkpoint({ merges: [{ from: 'a', into: 'b' }] }));
    store.close();

    const again = newStore(path);
    expect(again.merges()).toEqual([{ from: 'a', into: 'b' }]);
    again.checkpoint(checkpoint({ days: [{ device: 'a', day, usage: usage(1) }] }));
    expect(again.totals(day).get('b')?.total).toEqual(usage(8));
    expect(again.totals(day).has('a')).toBe(false);
  });

  test('comes before the rest of its checkpoint', () => {
    const store = newStore();
    twoDevices(store);
    const renamed = device('b', {
      names: { user: 'TV' },
      addresses: new Map([['192.168.1.2', 7]]),
    });
    store.checkpoint(
      checkpoint({
        merges: [{ from: 'a', into: 'b' }],
        devices: [renamed],
        days: [{ device: 'b', day, usage: usage(1) }],
      }),
    );
    expect(store.devices()).toEqual([renamed, device('c')]);
    expect(store.totals(day).get('b')?.today).toEqual(usage(7));
  });

  test('of merged devices follows, in either direction', () => {
    const store = newStore();
    twoDevices(store);
    const merges = [{ from: 'a', into: 'b' }, { from: 'b', into: 'c' }]; // prettier-ignore
    store.checkpoint(checkpoint({ merges }));
    expect(store.merges()).toEqual([{ from: 'a', into: 'c' }, { from: 'b', into: 'c' }]); // prettier-ignore
    expect([...store.totals(day).keys()]).toEqual(['c']);

    store.checkpoint(checkpoint({ merges: [{ from: 'c', into: 'a' }] }));
    expect(store.merges()).toEqual([{ from: 'b', into: 'a' }, { from: 'c', into: 'a' }]); // prettier-ignore
    expect(store.totals(day).get('a')?.total).toEqual(usage(107));
    expect(store.devices().map(({ id }) => id)).toEqual(['a']);
  });

  test('ends when the device is introduced again', () => {
    const store = newStore();
    twoDevices(store);
    store.checkpoint(checkpoint({ merges: [{ from: 'a', into: 'b' }] }));
    const days = [{ device: 'a', day, usage: usage(1) }];
    store.checkpoint(checkpoint({ devices: [device('a')], days }));
    expect(store.merges()).toEqual([]);
    expect(store.totals(day).get('a')?.total).toEqual(usage(1));
    expect(store.totals(day).get('b')?.total).toEqual(usage(7));
  });

  test('of unknown devices, or of a device with itself, does no harm', () => {
    const store = newStore();
    twoDevices(store);
    const before = downloadSums(store);
    store.checkpoint(checkpoint({ merges: [{ from: 'x', into: 'y' }, { from: 'c', into: 'c' }] })); // prettier-ignore
    expect(downloadSums(store)).toEqual(before);
    expect(store.merges()).toEqual([{ from: 'x', into: 'y' }]);
  });
});

describe('a merge into "other"', () => {
  /** A phone that was known by its address first, with everything a device can have. */
  function phoneLedger(path: string): Store {
    const store = newStore(path);
    const names = {
      user: 'Secret phone',
      dhcp: 'secret-dhcp',
      lease: 'secret-lease',
      hosts: 'secret-hosts',
      mdns: 'secret-mdns',
      dns: 'secret-dns',
    };
    const known = { names, vendor: 'Secret Inc', icon: 'mdi:secret', hidden: true };
    const addresses = new Map([['192.0.2.77', 5]]);
    const mac = 'aa:bb:cc:dd:ee:ff';
    store.checkpoint(
      checkpoint({
        devices: [
          device('ip:192.0.2.77', known),
          device('aabbccddeeff', { ...known, mac, addresses }),
          device('c', { names: { user: 'Stays' }, addresses: new Map([['192.0.2.3', 5]]) }),
        ],
        days: [{ device: 'aabbccddeeff', day, usage: usage(2) }],
        peers: [{ device: 'aabbccddeeff', day, address: '198.51.100.1', usage: usage(1) }],
      }),
    );
    store.checkpoint(checkpoint({ merges: [{ from: 'ip:192.0.2.77', into: 'aabbccddeeff' }] }));
    return store;
  }

  test('keeps the usage and forgets who it was, together with all that had become part of it', () => {
    const path = ledgerPath();
    const store = phoneLedger(path);
    const before = downloadSums(store);
    store.checkpoint(checkpoint({ merges: [{ from: 'aabbccddeeff', into: 'other' }], at: 7 }));

    expect(downloadSums(store)).toEqual(before);
    expect(store.totals(day).get('other')?.total).toEqual(usage(2));
    expect(peersOfDay(store, 'other', day)).toEqual([
      { day, address: '198.51.100.1', usage: { download: 100, upload: 10 } },
      { day, address: 'other', usage: { download: 100, upload: 10 } },
    ]);
    expect(store.devices()).toEqual([
      device('c', { names: { user: 'Stays' }, addresses: new Map([['192.0.2.3', 5]]) }),
      device('other', { firstSeen: 7, lastSeen: 7 }),
    ]);
    expect(store.merges()).toEqual([
      { from: 'ip:192.0.2.77', into: 'other' },
      { from: 'aabbccddeeff', into: 'other' },
    ]);

    const file = openSqlite(path, { readonly: true });
    const gone = file.prepare('SELECT * FROM device WHERE merged_into IS NOT NULL').all();
    expect(gone).toHaveLength(2);
    expect(JSON.stringify(gone)).not.toMatch(/secret/i);
    expect(gone.map((row) => (row as { hidden: number }).hidden)).toEqual([0, 0]);
    expect(file.prepare('SELECT address FROM address').pluck().all()).toEqual(['192.0.2.3']);
    file.close();
  });

  test('leaves nothing of them in the bytes of the file', () => {
    const path = ledgerPath();
    const store = openStore(path);
    const ids = Array.from({ length: 120 }, (_, index) => `020000000${100 + index}`);
    const devices = ids.map((id, index) => {
      const addresses = new Map([[`198.51.100.${index}`, 5]]);
      return device(id, { names: { user: `Secret phone ${index}` }, addresses });
    });
    store.checkpoint(checkpoint({ devices }));
    const merges = ids.map((id) => ({ from: id, into: 'other' }));
    store.checkpoint(checkpoint({ merges }));
    store.close();
    const bytes = readFileSync(path, 'latin1');
    expect(bytes).toContain(ids[0]);
    expect(bytes.match(/Secret phone|198\.51\.100/g)).toBeNull();
  });

  test('is undone from zero by the next one who introduces the device', () => {
    const store = phoneLedger(ledgerPath());
    store.checkpoint(checkpoint({ merges: [{ from: 'aabbccddeeff', into: 'other' }] }));
    const again = device('aabbccddeeff', { mac: 'aa:bb:cc:dd:ee:ff' });
    const days = [{ device: 'aabbccddeeff', day, usage: usage(1) }];
    store.checkpoint(checkpoint({ devices: [again], days }));
    expect(store.devices().find(({ id }) => id === again.id)).toEqual(again);
    expect(store.totals(day).get(again.id)?.total).toEqual(usage(1));
    expect(store.totals(day).get('other')?.total).toEqual(usage(2));
  });
});
