import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../src/model/address.ts';
import { laptop, phone, gateway, router, remote, Bench, through } from './bench.ts';

describe('directions are seen from the device', () => {
  test('upload, download and local traffic are apart', () => {
    const bench = new Bench()
      .send(laptop, through(gateway, remote), 100)
      .send(through(gateway, remote), laptop, 1500)
      .send(through(gateway, remote), laptop, 1400)
      .send(laptop, phone, 60);
    expect(bench.usage()).toEqual({
      '020000000101': { upload: 100, download: 2900, localUpload: 60, packets: 4 },
      '020000000102': { localDownload: 60, packets: 1 },
      '02000000ff01': { carriedUpload: 100, carriedDownload: 2900, carriedPackets: 3 },
    });
  });

  test.each([
    ['multicast', { mac: '01:00:5e:00:00:fb', ip: '224.0.0.251' }],
    ['broadcast', { mac: 'ff:ff:ff:ff:ff:ff', ip: '192.168.1.255' }],
    ['multicast that an access point turned into unicast', { mac: phone.mac, ip: '239.1.1.1' }],
  ])('%s is local, and of its sender only', (_, group) => {
    expect(new Bench().send(laptop, group, 60).usage()).toEqual({
      '020000000101': { localUpload: 60, packets: 1 },
    });
  });

  test('a multicast stream from the internet belongs to nobody', () => {
    const bench = new Bench().send(
      through(gateway, remote),
      { mac: '01:00:5e:01:01:01', ip: '239.1.1.1' },
      1000,
    );
    expect(bench.usage()).toEqual({});
    expect(bench.meter.transit).toBe(1);
  });

  test('a drain takes everything out', () => {
    const bench = new Bench().send(laptop, through(gateway, remote), 100);
    bench.usage();
    expect(bench.usage()).toEqual({});
  });
});

describe('peers', () => {
  test('bytes of each device with each remote address', () => {
    const { meter } = new Bench()
      .send(laptop, through(gateway, remote), 100)
      .send(laptop, through(gateway, remote), 100)
      .send(through(gateway, '198.51.100.9'), laptop, 700)
      .send(phone, through(gateway, remote), 50);
    const [peers] = meter.drain(true).peers;
    const rows = Array.from(peers?.device ?? [], (device, index) => [
      peers?.devices[device],
      formatAddress(peers?.address ?? [], index * 4),
      peers?.download[index],
      peers?.upload[index],
    ]);
    expect(rows).toEqual([
      ['020000000101', remote, 0, 200],
      ['020000000101', '198.51.100.9', 700, 0],
      ['020000000102', remote, 0, 50],
    ]);
  });

  test('beyond the bound the smallest give way, and the sums of the devices stay exact', () => {
    const bench = new Bench({ devices: 16, peers: 8 });
    for (let host = 1; host <= 12; host++) {
      bench.send(laptop, through(gateway, `203.0.113.${host}`), 100 + host * 10);
    }
    const { usage, peers } = bench.meter.drain(true);
    const uploads = Array.from(peers[0]?.upload ?? []).toSorted((a, b) => a - b);
    expect(uploads).toEqual([150, 160, 170, 180, 190, 200, 210, 220]);
    expect(bench.meter.foldedPeers).toBe(4);
    const upload = usage.find(({ device }) => device === '020000000101')?.upload;
    expect(upload).toBe(12 * 100 + 10 * 78);
  });

  test('peers of a router are not itemised', () => {
    const { meter } = new Bench()
      .own(gateway)
      .send(laptop, through(gateway, remote), 100)
      .send(gateway, through(router, remote), 100);
    expect(meter.drain(true).peers[0]?.devices).toEqual(['020000000101']);
  });

  test('wait for a drain that wants them, or for the end of their slot', () => {
    const bench = new Bench().send(laptop, through(gateway, remote), 100);
    expect(bench.meter.drain(false)).toMatchObject({ usage: [{ upload: 100 }, {}], peers: [] });
    bench.send(laptop, through(gateway, remote), 50).send(laptop, phone, 28, 1_800_000_900);
    const [peers] = bench.meter.drain(false).peers;
    expect([peers?.slot, peers?.upload]).toEqual([2_000_000, Float64Array.of(150)]);
  });
});

describe('slots of time', () => {
  test('packets of two quarters of an hour are in two sections', () => {
    const bench = new Bench()
      .send(laptop, through(gateway, remote), 100, 899)
      .send(laptop, through(gateway, remote), 200, 900);
    const rows = bench.meter.drain(true).usage;
    expect(
      rows.filter(({ upload }) => upload > 0).map(({ slot, upload }) => [slot, upload]),
    ).toEqual([
      [0, 100],
      [1, 200],
    ]);
  });
});

describe('a flood of MAC addresses', () => {
  test('fills "other", and no byte is lost', () => {
    const bench = new Bench({ devices: 64, peers: 64 });
    const flood = 1000;
    for (let host = 0; host < flood; host++) {
      const mac = `06:00:00:00:${(host >> 8).toString(16).padStart(2, '0')}:${(host & 255).toString(16).padStart(2, '0')}`;
      bench.send({ mac, ip: `10.1.${host >> 8}.${host & 255}` }, through(gateway, remote), 100);
    }
    const usage = bench.usage();
    const total = Object.values(usage).reduce((sum, { upload = 0 }) => sum + upload, 0);
    expect(total).toBe(flood * 100);
    expect(Object.keys(usage).length).toBeLessThanOrEqual(64);
    expect(bench.meter.unattributedPackets).toBeGreaterThan(900);
  });

  test('leaves those that use most their own row', () => {
    const bench = new Bench({ devices: 64, peers: 64 });
    bench.send(laptop, through(gateway, remote), 1500);
    for (let host = 0; host < 200; host++) {
      const mac = `06:00:00:00:00:${host.toString(16).padStart(2, '0')}`;
      bench.send({ mac, ip: `10.1.0.${host}` }, through(gateway, remote), 100);
    }
    bench.usage();
    for (let host = 0; host < 200; host++) {
      const mac = `06:00:00:00:01:${host.toString(16).padStart(2, '0')}`;
      bench.send({ mac, ip: `10.1.1.${host}` }, through(gateway, remote), 100);
    }
    bench.send(laptop, through(gateway, remote), 1500);
    expect(bench.usage()).toMatchObject({ '020000000101': { upload: 1500 } });
  });
});
