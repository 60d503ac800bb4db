import { openSqlite } from '../../src/store/sqlite.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkpoint, device, ledgerPath, newStore, peersOfDay } from '../store/ledger.ts';
import { writeWhitestat, type WhitestatRow } from '../support/whitestat-database.ts';
import {
  allDays,
  bring,
  home,
  internet,
  laptop,
  laptopId,
  newFile,
  pictureOf,
  remote,
  tablet,
  tabletId,
} from './old-home.ts';

describe('a WhiteStat.db', () => {
  test('becomes devices with days, months and totals, to the byte', () => {
    const store = newStore();
    const report = bring(store, newFile(home));
    expect(store.usage({ ...allDays, step: 'day' })).toEqual([
      { device: laptopId, start: 20261031, usage: internet(102_533, 10_250) },
      { device: tabletId, start: 20261031, usage: internet(51_200, 5120) },
      { device: laptopId, start: 20261120, usage: internet(1536, 10) },
    ]);
    expect(store.usage({ ...allDays, step: 'month' })).toEqual([
      { device: laptopId, start: 202610, usage: internet(102_533, 10_250) },
      { device: tabletId, start: 202610, usage: internet(51_200, 5120) },
      { device: laptopId, start: 202611, usage: internet(1536, 10) },
    ]);
    expect(store.totals(20261120).get(laptopId)?.total).toEqual(internet(104_069, 10_260));
    expect(report).toEqual({
      devices: { count: 2, new: 2 },
      deviceDays: 3,
      from: 20261031,
      to: 20261120,
      download: 155_269,
      upload: 15_380,
      peers: { days: 2, addressDays: 3, download: 122_880 + 20_480 + 1024, upload: 12_810 },
      names: { devices: 2, addresses: 1 },
      unchanged: { deviceDays: 0, peerDays: 0 },
      changed: [],
      leftOut: [
        {
          count: 1,
          what: 'names of remote addresses that reverse DNS gave (names.reverseDns: all asks anew)',
          examples: [],
        },
      ],
    });
  });

  test('tells who the devices are', () => {
    const store = newStore();
    bring(store, newFile(home));
    expect(store.devices()).toEqual([
      device(laptopId, {
        mac: laptop,
        names: { user: 'Anna’s laptop' },
        firstSeen: Date.parse('2026-10-31T08:00:00+01:00'),
        lastSeen: Date.parse('2026-11-20T10:30:00+01:00'),
        addresses: new Map([['192.168.1.30', Date.parse('2026-11-20T10:30:00+01:00')]]),
      }),
      device(tabletId, {
        mac: tablet,
        names: { dns: 'tablet' },
        firstSeen: Date.parse('2026-10-31T10:07:01+01:00'),
        lastSeen: Date.parse('2026-10-31T10:07:01+01:00'),
        addresses: new Map([['192.168.1.21', Date.parse('2026-10-31T10:07:01+01:00')]]),
      }),
    ]);
    expect(store.peerNames()).toEqual(new Map([['198.51.100.1', 'Bank']]));
  });

  test('has its remote addresses in the network’s days, and in no device’s', () => {
    const store = newStore();
    bring(store, newFile(home));
    const day = 20261031;
    expect(store.peers({ from: day, to: day })).toEqual([
      { day, address: '198.51.100.1', usage: { download: 122_880, upload: 10_240 } },
      { day, address: '2001:db8::1', usage: { download: 20_480, upload: 2560 } },
      { day, address: 'other', usage: { download: 10_373, upload: 2570 } },
    ]);
    expect(peersOfDay(store, laptopId, day)).toEqual([
      { day, address: 'other', usage: { download: 102_533, upload: 10_250 } },
    ]);
    expect(store.topPeers({ ...allDays, limit: 1 })).toEqual([
      { address: '198.51.100.1', usage: { download: 123_904, upload: 10_250 } },
      { address: 'other', usage: { download: 31_365, upload: 5130 } },
    ]);
    expect(store.topPeers({ ...allDays, limit: 9, device: tabletId })).toEqual([
      { address: 'other', usage: { download: 51_200, upload: 5120 } },
    ]);
  });

  test('of which today’s table and the history have the same key counts today’s', () => {
    const store = newStore();
    const row = { day: '2026-11-19', ip: '192.168.1.20', mac: laptop };
    const report = bring(
      store,
      newFile({
        rows: [
          { ...row, kb: [1, 1] },
          { ...row, kb: [2, 3], table: 'DailyUsage' },
          { ...row, ip: '192.168.1.99', kb: [10, 10] },
        ],
      }),
    );
    expect([report.download, report.upload]).toEqual([12 * 1024, 13 * 1024]);
  });
});

describe('a second import', () => {
  test('of the same file brings nothing', () => {
    const store = newStore();
    const path = newFile(home);
    bring(store, path);
    const before = pictureOf(store);
    const { deviceDays, peers, download, names, devices, unchanged } = bring(store, path);
    expect({ deviceDays, peers, download, names, devices }).toEqual({
      deviceDays: 0,
      peers: { days: 0, addressDays: 0, download: 0, upload: 0 },
      download: 0,
      names: { devices: 0, addresses: 0 },
      devices: { count: 0, new: 0 },
    });
    expect(unchanged).toEqual({ deviceDays: 3, peerDays: 2 });
    expect(pictureOf(store)).toEqual(before);
  });

  test('of a file that grew brings the difference, of an older one takes nothing away', () => {
    const store = newStore();
    const old = newFile(home);
    bring(store, old);
    const grown = newFile(home);
    writeWhitestat(grown, {
      rows: [
        { day: '2026-11-20', ip: '192.168.1.30', mac: laptop, kb: [4, 1], table: 'DailyUsage' },
        { ...remote('2026-11-20', '198.51.100.1', [0.5, 2]), table: 'DailyUsage' },
        { ...remote('2026-11-20', '198.51.100.7', [0, 1]), table: 'DailyUsage' },
      ],
    });
    const report = bring(store, grown);
    expect([report.deviceDays, report.download, report.upload]).toEqual([1, 2560, 1014]);
    expect(report.peers).toEqual({ days: 1, addressDays: 1, download: 2048, upload: 502 });
    const day = 20261120;
    const peers = [
      { day, address: '198.51.100.1', usage: { download: 2048, upload: 512 } },
      { day, address: '198.51.100.7', usage: { download: 1024, upload: 0 } },
      { day, address: 'other', usage: { download: 1024, upload: 512 } },
    ];
    expect(store.peers({ from: day, to: day })).toEqual(peers);
    const before = pictureOf(store);
    expect(bring(store, old).deviceDays).toBe(0);
    expect(pictureOf(store)).toEqual(before);
  });

  test('follows a device that was merged since, and leaves one alone that was forgotten', () => {
    const ledger = ledgerPath();
    const store = newStore(ledger);
    const path = newFile(home);
    bring(store, path);
    store.checkpoint(checkpoint({ merges: [{ from: laptopId, into: tabletId }] }));
    writeWhitestat(path, {
      rows: [{ day: '2026-11-19', ip: '192.168.1.20', mac: laptop, kb: [1, 0] }],
    });
    expect(bring(store, path).download).toBe(1024);
    expect(store.totals(20261120).get(tabletId)?.total.download).toBe(155_269 + 1024);
    expect(store.merges()).toEqual([{ from: laptopId, into: tabletId }]);

    store.checkpoint(checkpoint({ merges: [{ from: tabletId, into: 'other' }] }));
    writeWhitestat(path, {
      rows: [{ day: '2026-11-18', ip: '192.168.1.20', mac: laptop, kb: [1, 0] }],
    });
    const { deviceDays, leftOut } = bring(store, path);
    expect(deviceDays).toBe(0);
    expect(leftOut).toContainEqual({
      count: 5,
      what: 'days of devices that were forgotten',
      examples: [],
    });
    expect(store.devices().map(({ id, names }) => [id, names])).toEqual([['other', {}]]);
    expect(importedDevices(ledger)).toEqual(['other']);
  });

  test('brings of a device that came back after it was forgotten only what is later', () => {
    const store = newStore();
    const row = (day: string): WhitestatRow => ({
      day,
      ip: '192.168.1.20',
      mac: laptop,
      kb: [1, 0],
    });
    const path = newFile({ rows: [row('2026-11-01'), row('2026-11-10')] });
    bring(store, path);
    const at = Date.parse('2026-11-10T12:00:00Z');
    store.checkpoint(checkpoint({ at, merges: [{ from: laptopId, into: 'other' }] }));
    const back = device(laptopId, { mac: laptop, firstSeen: at + 1, lastSeen: at + 2 });
    store.checkpoint(checkpoint({ at: at + 2, devices: [back] }));
    const before = store.usage({ ...allDays, step: 'day' });
    const { deviceDays, leftOut } = bring(store, path);
    expect([deviceDays, store.usage({ ...allDays, step: 'day' })]).toEqual([0, before]);
    const what = 'days of devices that were forgotten';
    expect(leftOut).toContainEqual({ count: 2, what, examples: [] });

    writeWhitestat(path, { rows: [row('2026-11-11')] });
    expect(bring(store, path)).toMatchObject({ deviceDays: 1, from: 20261111, download: 1024 });
    expect(store.totals(20261111).get(laptopId)?.total.download).toBe(1024);
    expect(store.devices().find(({ id }) => id === laptopId)?.firstSeen).toBe(at + 1);
  });
});

test('names are mended where they do not fit, and left out where nothing is left', () => {
  const store = newStore();
  const macs = Array.from({ length: 6 }, (_, index) => `02:00:00:00:02:0${index}`);
  const rows = macs.map((mac, index): WhitestatRow => {
    return { day: '2026-11-01', ip: `192.168.1.${index}`, mac, kb: [1, 1] };
  });
  const texts = ['Laptop', 'LAPTOP', 'a\u0000b\u202e', 'x'.repeat(70), '(None)', '\u200b'];
  const deviceNames = Object.fromEntries(macs.map((mac, index) => [mac, texts[index] ?? null]));
  const strange = { ...deviceNames, '02:00:00:00:09:09': 'Gone' };
  const { names, changed, leftOut } = bring(
    store,
    newFile({
      rows,
      deviceNames: strange,
      addressNames: { '192.168.1.4': '(None)', '198.51.100.9': ' My  bank ', nonsense: 'x' },
    }),
  );
  expect(store.devices().map(({ names: { user } }) => user)).toEqual([
    'Laptop',
    'LAPTOP 2',
    'a b',
    'x'.repeat(64),
    undefined,
    undefined,
  ]);
  expect(store.peerNames()).toEqual(new Map([['198.51.100.9', 'My bank']]));
  expect(names).toEqual({ devices: 4, addresses: 1 });
  expect(changed.map(({ count, what }) => [count, what])).toEqual([
    [4, 'names, for they are taken or do not fit'],
  ]);
  expect(leftOut.map(({ count, what }) => [count, what])).toEqual([
    [1, 'names that cannot be seen'],
    [1, 'names of devices without usage'],
    [1, 'names of addresses that are none'],
  ]);
});

/** Ids of the devices for which the ledger knows what was imported. */
function importedDevices(path: string): string[] {
  const file = openSqlite(path, { readonly: true });
  onTestFinished(() => void file.close());
  return file
    .prepare<[], string>(
      'SELECT DISTINCT device_id FROM imported_day JOIN device ON device.id = imported_day.device',
    )
    .pluck()
    .all();
}
