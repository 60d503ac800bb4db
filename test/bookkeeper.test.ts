import { expect, test } from 'vitest';
import { Bookkeeper } from '../src/bookkeeper.ts';
import { ledgerPath, newStore } from './store/ledger.ts';
import { sampleBatch } from './support/batch.ts';
import { ControlledDaemon } from './support/control.ts';
import { ManualClock } from './support/manual-clock.ts';

const at = Date.parse('2026-11-20T09:00:00Z');
const host = '3c5282000001';
const router = '3c5282000009';

function totals({ report }: ControlledDaemon) {
  const { devices, network } = report();
  return {
    devices: Object.fromEntries(devices.map(({ id, total }) => [id, total.download])),
    network: network.total.download,
  };
}

/** A host downloads 90 bytes through a router that uses 10 itself and masquerades: 100 pass under its address. */
function throughRouter(daemon: ControlledDaemon, times: number): ControlledDaemon {
  for (let count = 0; count < times; count++) {
    daemon.add(
      { device: host, at, download: 90, packets: 1, internetPackets: 1 },
      {
        device: router,
        at,
        download: 100,
        packets: 2,
        internetPackets: 2,
        router: true,
        carriedDownload: 90,
        carriedPackets: 1,
      },
    );
  }
  return daemon;
}

test('a host that is merged with its router: what the router carried is not taken from the host', () => {
  const daemon = throughRouter(new ControlledDaemon(), 3);
  daemon.ask('device/merge', { device: host, into: router });
  throughRouter(daemon, 3).bookkeeper.finish();
  expect(totals(daemon)).toEqual({ devices: { [router]: 600 }, network: 600 });
});

test('a router that is merged with a host, split and merged again loses and doubles nothing', () => {
  const daemon = throughRouter(new ControlledDaemon(), 2);
  daemon.ask('device/merge', { device: router, into: host });
  throughRouter(daemon, 2).ask('device/split', { device: router });
  throughRouter(daemon, 2).ask('device/merge', { device: router, into: host });
  throughRouter(daemon, 2).bookkeeper.finish();
  expect(totals(daemon)).toEqual({ devices: { [host]: 800 }, network: 800 });
});

test('a router that is forgotten comes back with what it uses from then on', () => {
  const daemon = throughRouter(new ControlledDaemon(), 2);
  daemon.ask('device/forget', { device: router });
  throughRouter(daemon, 2).bookkeeper.finish();
  const { devices, network } = totals(daemon);
  expect(network).toBe(400);
  expect(devices[host]).toBe(360);
  expect((devices[router] ?? 0) + (devices['other'] ?? 0)).toBe(40);
});

test('a router stays one when an address that seemed to be behind it proves to be its own', () => {
  const { bookkeeper } = new ControlledDaemon();
  const rows = [
    { device: router, at, router: true },
    { device: 'ip:192.168.2.1', at },
  ];
  const sightings = [{ mac: '3c:52:82:00:00:09', ip: '192.168.2.1', via: 'arp' as const, at }];
  bookkeeper.apply(sampleBatch(rows, { sightings }));
  expect([...bookkeeper.registry.all()]).toMatchObject([{ id: router, router: true }]);
});

test('remote addresses that are told after their device was forgotten or split make no other row negative', () => {
  const peers = { '203.0.113.5': [50, 0] as [number, number] };
  const daemon = new ControlledDaemon()
    .add({ device: host, at, download: 50, packets: 1 })
    .add({ device: router, at, download: 7, packets: 1 });
  daemon.ask('device/merge', { device: host, into: router });
  daemon.ask('device/split', { device: host });
  daemon.add({ device: host, at, download: 20, packets: 1, peers });
  expect(daemon.ask('peers', { device: host })).toMatchObject({
    peers: [{ address: '203.0.113.5', download: 20 }],
  });
  expect(daemon.ask('peers')).toMatchObject({
    peers: [
      { address: '203.0.113.5', download: 20 },
      { address: 'other', download: 57 },
    ],
  });
  daemon.ask('device/forget', { device: host });
  daemon.add({ device: router, at, packets: 1, localUpload: 1, peers: {} });
  daemon.bookkeeper.checkpoint();
  expect(daemon.report().devices.map(({ id }) => id)).toEqual(['other', router].toSorted());
});

test('devices beyond the limit are one: "other", and no byte is lost', () => {
  const rows = Array.from({ length: 4_100 }, (_, index) => ({
    device: `02000000${index.toString(16).padStart(4, '0')}`,
    at,
    download: 1,
    packets: 1,
  }));
  const daemon = new ControlledDaemon().add(...rows);
  const { devices, network } = totals(daemon);
  expect(network).toBe(4_100);
  expect(devices['other']).toBe(4_100 - 4_096);
  daemon.bookkeeper.checkpoint();
  expect(daemon.store.totals(20261120).get('other')?.today.download).toBe(4);
});

test('at midnight with a ledger that cannot be written, usage stays with the device that used it', () => {
  const daemon = new ControlledDaemon()
    .add({ device: host, at, download: 1000, packets: 1 })
    .add({ device: router, at, download: 30, packets: 1 });
  daemon.bookkeeper.checkpoint();
  const checkpoint = daemon.store.checkpoint.bind(daemon.store);
  daemon.store.checkpoint = () => {
    throw new Error('The disk is broken.');
  };
  daemon.ask('device/merge', { device: host, into: router });
  daemon.ask('device/split', { device: host });
  daemon.add({ device: host, at, download: 500, packets: 1 });
  const expected = { devices: { [host]: 500, [router]: 1030 }, network: 1530 };
  expect(totals(daemon)).toEqual(expected);
  daemon.bookkeeper.openDay(20261121);
  expect(totals(daemon)).toEqual(expected);
  daemon.store.checkpoint = checkpoint;
  daemon.bookkeeper.checkpoint();
  const stored = daemon.store.totals(20261121);
  expect([stored.get(host)?.total.download, stored.get(router)?.total.download]).toEqual([
    500, 1030,
  ]);
});

test('what was used since the start: no merge and no forgotten device adds to it or takes from it', () => {
  const daemon = new ControlledDaemon();
  const { sinceStart } = daemon.bookkeeper.ledger;
  const downloads = () => ({
    devices: Object.fromEntries([...sinceStart.devices].map(([id, used]) => [id, used.download])),
    network: sinceStart.network.download,
  });
  daemon.add({ device: host, at, download: 90 }, { device: 'ip:10.0.0.7', at, download: 10 });
  daemon.ask('device/merge', { device: 'ip:10.0.0.7', into: host });
  daemon.add({ device: 'ip:10.0.0.7', at, download: 5 });
  expect(downloads()).toEqual({ devices: { [host]: 95 }, network: 105 });
  daemon.ask('device/forget', { device: host });
  expect(downloads()).toEqual({ devices: {}, network: 105 });
  daemon.add({ device: host, at, download: 1 });
  daemon.bookkeeper.ledger.shiftClock(-4);
  expect(downloads()).toEqual({ devices: { [host]: 1 }, network: 106 });
});

test('a merge is told when it is in the totals', () => {
  const told: unknown[] = [];
  const ignore = () => {};
  const bookkeeper = new Bookkeeper({
    store: newStore(ledgerPath()),
    timeZone: 'Europe/Berlin',
    clock: new ManualClock('2026-11-20T09:00:00Z'),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    onMerge: (merge) => told.push([merge, bookkeeper.ledger.totalsOf(merge.into).total.download]),
  });
  const rows = [
    { device: host, at, download: 90 },
    { device: 'ip:10.0.0.7', at, download: 10 },
  ];
  bookkeeper.apply(sampleBatch(rows));
  bookkeeper.registry.merge('ip:10.0.0.7', host);
  bookkeeper.settleMerges();
  bookkeeper.settleMerges();
  expect(told).toEqual([[{ from: 'ip:10.0.0.7', into: host }, 100]]);
});

test('nobody was seen in the future by a file whose clock was ahead', () => {
  const { bookkeeper, clock } = new ControlledDaemon();
  const [now, ahead] = [clock.now(), clock.now() + 1000 * 86_400_000];
  const sighting = { mac: '3c:52:82:00:00:01', ip: '192.168.1.5', via: 'arp', at: ahead } as const;
  const rows = [{ device: host, at: ahead, upload: 90 }];
  bookkeeper.apply(sampleBatch(rows, { live: false, sightings: [sighting] }));
  const device = bookkeeper.registry.get(host);
  expect([device?.firstSeen, device?.lastSeen]).toEqual([now, now]);
  expect(device?.addresses).toEqual(new Map([['192.168.1.5', now]]));
});
