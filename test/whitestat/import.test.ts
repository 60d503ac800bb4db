import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { ImportReport } from '../../src/whitestat/report.ts';
import { noUsage } from '../../src/model/usage.ts';
import type { Store } from '../../src/store/store.ts';
import { openWhitestatFile } from '../../src/store/whitestat/file.ts';
import { vendorOf } from '../../src/vendors.ts';
import type { WhitestatImport } from '../../src/whitestat/context.ts';
import { importWhitestat } from '../../src/whitestat/import.ts';
import {
  checkpoint,
  device,
  ledgerPath,
  newStore,
  peersOfDay,
  temporaryDirectory,
} from '../store/ledger.ts';
import {
  writeWhitestat,
  type WhitestatContent,
  type WhitestatRow,
} from '../support/whitestat-database.ts';

const now = Date.parse('2026-11-20T12:00:00+01:00');
const allDays = { from: 0, to: 99_991_231 };
const router = '02:00:5e:00:00:01';
const [laptop, tablet] = ['02:00:00:00:01:01', '02:00:00:00:01:02'];
const [laptopId, tabletId] = ['020000000101', '020000000102'];

const config: WhitestatImport['config'] = {
  timeZone: 'Europe/Berlin',
  networks: { local: [] },
  store: {
    checkpointSeconds: 30,
    keepHoursDays: 90,
    keepDaysDays: 0,
    keepPeersDays: 0,
    keepEventsDays: 90,
    peersPerDevice: 100,
  },
};

function newFile(content: WhitestatContent): string {
  const path = join(temporaryDirectory(), 'WhiteStat.db');
  writeWhitestat(path, content);
  return path;
}

function bring(store: Store, path: string, options: Partial<WhitestatImport> = {}): ImportReport {
  const file = openWhitestatFile(path);
  try {
    const plain = {
      file,
      store,
      config,
      now,
      withRouters: false,
      withMeteredDays: false,
      vendorOf,
    };
    return importWhitestat({ ...plain, ...options });
  } finally {
    file.close();
  }
}

function withStore(part: Partial<Config['store']>): Partial<WhitestatImport> {
  return { config: { ...config, store: { ...config.store, ...part } } };
}

const remote = (day: string, ip: string, kb: [number, number]): WhitestatRow => {
  return { day, ip, mac: router, kb, local: 0 };
};

const internet = (download: number, upload: number) => ({ ...noUsage(), download, upload });

/** Two devices on two days, with two remote addresses; KB with fractions. */
const home: WhitestatContent = {
  rows: [
    { day: '2026-10-31', ip: '192.168.1.20', mac: laptop, kb: [100.13, 10.01], time: '08:00:00' },
    { day: '2026-10-31', ip: '192.168.1.21', mac: tablet, kb: [50, 5] },
    remote('2026-10-31', '198.51.100.1', [10, 120]),
    remote('2026-10-31', '2001:DB8:0::1', [2.5, 20]),
    {
      day: '2026-11-20',
      ip: '192.168.1.30',
      mac: laptop,
      kb: [1.5, 0.01],
      table: 'DailyUsage',
      time: '10:30:00',
    },
    { ...remote('2026-11-20', '198.51.100.1', [0.01, 1]), table: 'DailyUsage' },
  ],
  deviceNames: { [laptop]: 'Anna’s laptop', [tablet]: null },
  addressNames: {
    '192.168.1.21': 'tablet.fritz.box',
    '198.51.100.1': 'Bank',
    '2001:DB8:0::1': 'host.example.net',
  },
};

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
});

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

describe('rows that cannot be', () => {
  const good = { day: '2026-11-01', ip: '192.168.1.20', mac: laptop, kb: [1, 1] } as WhitestatRow;
  const dated = 'rows with a date that is none';
  const amounts = 'rows with an amount that is missing, negative or impossible';
  const unset = 'rows of days before 2020, from a clock that was not set';

  test.each<[string, Partial<WhitestatRow>, string]>([
    ['a date of another kind', { date: '20.11.2026' }, dated],
    ['a date that does not exist', { day: '2026-02-30' }, dated],
    ['no date', { date: null, table: 'DailyUsage' }, dated],
    ['a date that is a blob', { date: Buffer.from('2026-11-01') }, dated],
    ['a clock that was not set', { day: '1970-01-01' }, unset],
    ['tomorrow', { day: '2026-11-21' }, 'rows of days that are still to come'],
    ['less than nothing', { kb: [-1, 1] }, amounts],
    ['NULL', { kb: [1, null] }, amounts],
    ['text', { kb: ['much', 1] }, amounts],
    ['infinity', { kb: [Infinity, 1] }, amounts],
    ['more than a line can carry', { kb: [1e15, 1] }, amounts],
    ['no MAC address', { mac: 'laptop' }, 'rows of devices without a MAC address'],
    ['all MAC addresses', { mac: 'ff:ff:ff:ff:ff:ff' }, 'rows of devices without a MAC address'],
    ['the zero MAC address', { mac: '00:00:00:00:00:00' }, 'rows of devices without a MAC address'],
    ['no address', { ip: 'example.org', local: 0 }, 'rows of addresses that are none'],
    ['a group', { ip: '224.0.0.251', local: 0 }, 'rows of addresses that are none'],
    ['a local remote address at a router', { ip: '10.1.1.1', mac: router, local: 0 }, 'rows of local addresses at no device'], // prettier-ignore
    ['no kind', { local: null }, 'rows of neither a device nor an address (LOCAL is not 0 or 1)'],
    ['another kind', { local: 2n ** 62n }, 'rows of neither a device nor an address (LOCAL is not 0 or 1)'], // prettier-ignore
  ])('%s: left out and listed', (_, part, what) => {
    const store = newStore();
    const bad = { ...good, ip: '192.168.1.77', mac: tablet, ...part };
    const rows = [good, bad, remote('2026-11-01', '198.51.100.1', [0.5, 0.5])];
    const { leftOut } = bring(store, newFile({ rows }));
    expect(leftOut.map((finding) => [finding.count, finding.what])).toEqual([[1, what]]);
    expect(store.usage({ ...allDays, step: 'day' })).toEqual([
      { device: laptopId, start: 20261101, usage: internet(1024, 1024) },
    ]);
  });

  test.each([
    '02-00-00-00-01-01',
    '0200.0000.0101',
    '2:0:0:0:1:1',
    '02:00:00:00:01:01 ',
    '020000000101',
    '02:00:00:00:01:01'.toUpperCase(),
  ])('the MAC address "%s" is one', (mac) => {
    const store = newStore();
    expect(bring(store, newFile({ rows: [{ ...good, mac }] })).leftOut).toEqual([]);
    expect(store.devices().map(({ id }) => id)).toEqual([laptopId]);
  });

  test('a time of another day, or one still to come, does not tell when a device was seen', () => {
    const store = newStore();
    bring(
      store,
      newFile({
        rows: [
          { ...good, seen: '2026-11-02T23:59:59.000' },
          { ...good, day: '2026-11-20', seen: '2026-11-20T23:59:59.000' },
        ],
      }),
    );
    const [{ firstSeen, lastSeen } = device('none')] = store.devices();
    expect([firstSeen, lastSeen]).toEqual([Date.parse('2026-11-01T00:00:00+01:00'), now]);
  });

  test('a petabyte is no home: nothing is imported', () => {
    const store = newStore();
    const rows = Array.from({ length: 12 }, (_, index): WhitestatRow => {
      return { ...good, day: `2026-10-${10 + index}`, kb: [9.7e10, 0] };
    });
    expect(() => bring(store, newFile({ rows }))).toThrow('more than a petabyte');
    expect(store.devices()).toEqual([]);
  });
});

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

test('a home of 12 devices, 300 addresses and 60 days: every sum agrees, and again on the second time', () => {
  let state = 7;
  const random = (limit: number) => (state = (state * 48_271) % 2_147_483_647) % limit;
  const days = Array.from({ length: 60 }, (_, index) =>
    new Date(now - index * 86_400_000).toISOString().slice(0, 10),
  );
  let [download, upload] = [0, 0];
  const rows = days.flatMap((day) => {
    const devices = Array.from({ length: 12 }, (_, index): WhitestatRow => {
      const kb: [number, number] = [random(1e9) / 100, random(1e8) / 100];
      download += Math.round(kb[0] * 1024);
      upload += Math.round(kb[1] * 1024);
      return { day, ip: `192.168.1.${index}`, mac: `02:00:00:00:03:${10 + index}`, kb };
    });
    const peers = Array.from({ length: 300 }, (_, index) =>
      remote(day, `198.51.${index >> 8}.${index & 255}`, [random(5e6) / 100, random(5e7) / 100]),
    );
    return [...devices, ...peers];
  });
  const path = newFile({ rows });
  const store = newStore();
  const report = bring(store, path);
  expect([report.deviceDays, report.download, report.upload]).toEqual([720, download, upload]);
  const before = pictureOf(store);
  expect(before.days).toEqual([download, upload]);
  expect(before.months).toEqual([download, upload]);
  expect(before.totals).toEqual([download, upload]);
  expect(before.peers).toEqual([download, upload]);
  expect(before.smallest).toBeGreaterThanOrEqual(0);
  bring(store, path);
  expect(pictureOf(store)).toEqual(before);
});

test('whatever stands in the columns, nothing fails and the sums agree', () => {
  const usual = [
    '2026-11-01T00:00:00.000',
    '2026-11-19',
    laptop,
    router,
    '192.168.1.20',
    '198.51.100.1',
    '203.0.113.1',
    '2001:db8::1',
    '2001:db9::1',
    'fe80::1',
    'NaN',
    '',
  ];
  const numbers = [0, 1, -1, 0.5, 1e6, 2n ** 62n, -(2n ** 63n), Infinity, null];
  const anything = fc.oneof(
    fc.constantFrom(...numbers),
    fc.constantFrom(...usual),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  const likely = (...values: unknown[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, anything);
  const row = fc.tuple(
    likely('2026-11-01T00:00:00.000', '2026-11-02T00:00:00.000'),
    likely('192.168.1.20', '198.51.100.1', '203.0.113.1', '2001:db8::1'),
    likely(laptop, tablet, router),
    anything,
    likely(1.01, 2.5, 1000),
    likely(1.01, 2.5, 1000),
    likely(0, 1),
  );
  const check = (rows: unknown[][], names: unknown[][]) => {
    const path = join(temporaryDirectory(), 'WhiteStat.db');
    const database = openSqlite(path);
    database.exec(`
      CREATE TABLE DailyUsage (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL);
      CREATE TABLE UsageHistory (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL);
      CREATE TABLE MName (MAC, NAME);
      CREATE TABLE DName (IP, NAME);`);
    for (const [index, values] of rows.entries()) {
      const table = index % 3 === 0 ? 'DailyUsage' : 'UsageHistory';
      database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?)`).run(values);
    }
    for (const values of names) {
      for (const table of ['MName', 'DName']) {
        database.prepare(`INSERT INTO ${table} VALUES (?, ?)`).run(values);
      }
    }
    database.close();
    const store = newStore();
    bring(store, path);
    const before = pictureOf(store);
    expect(before.months).toEqual(before.days);
    expect(before.totals).toEqual(before.days);
    expect(before.peers).toEqual(before.days);
    expect(before.smallest).toBeGreaterThanOrEqual(0);
    bring(store, path);
    expect(pictureOf(store)).toEqual(before);
    store.close();
  };
  const names = fc.array(fc.tuple(likely(laptop, '198.51.100.1'), anything), { maxLength: 6 });
  fc.assert(fc.property(fc.array(row, { maxLength: 40 }), names, check), { numRuns: 60 });
});

/** Sums of everything, and the smallest amount of a remote address or of the rest of a day. */
function pictureOf(store: Store) {
  const sum = (usages: { download: number; upload: number }[]) => [
    usages.reduce((total, { download }) => total + download, 0),
    usages.reduce((total, { upload }) => total + upload, 0),
  ];
  const peers = store.peers(allDays);
  return {
    days: sum(store.usage({ ...allDays, step: 'day' }).map(({ usage }) => usage)),
    months: sum(store.usage({ ...allDays, step: 'month' }).map(({ usage }) => usage)),
    totals: sum([...store.totals(20261120).values()].map(({ total }) => total)),
    peers: sum(peers.map(({ usage }) => usage)),
    peerRows: peers.length,
    smallest: Math.min(...peers.flatMap(({ usage }) => [usage.download, usage.upload])),
  };
}

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
