import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/decode/frame.ts';
import { outcomes } from '../../src/decode/outcome.ts';
import { Meter, type MeterLimits } from '../../src/meter/meter.ts';
import { formatAddress, parseAddress, parseMac } from '../../src/model/address.ts';
import { LocalNetworks } from '../../src/model/networks.ts';
import { createTraffic, linkTypes, NO_MAC } from '../../src/model/traffic.ts';
import { frameOf, udpFrame, udpPacket, type End } from '../support/packet.ts';

const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
const phone = { mac: '02:00:00:00:01:02', ip: '192.168.1.11' };
const gateway = { mac: '02:00:00:00:ff:01', ip: '192.168.1.1' };
const router = { mac: '02:00:00:00:ff:02', ip: '192.168.1.254' };
const remote = '203.0.113.7';

interface Row {
  download?: number;
  upload?: number;
  localDownload?: number;
  localUpload?: number;
  packets?: number;
  carriedDownload?: number;
  carriedUpload?: number;
  carriedPackets?: number;
}

/** A meter that takes packets by words: from, to, and the size of the IP packet. */
class Bench {
  readonly networks = new LocalNetworks();
  readonly meter: Meter;
  private readonly packet = createTraffic();

  constructor(limits?: MeterLimits) {
    this.meter = new Meter(this.networks, limits);
  }

  /** The capturing host has this interface. */
  own({ mac, ip }: End, ...prefixes: string[]): this {
    const { high = 0, low = 0 } = parseMac(mac) ?? {};
    const address = parseAddress(ip);
    this.meter.devices.addOwn({
      name: mac,
      macHigh: high,
      macLow: low,
      addresses: address === undefined ? [] : [address],
    });
    for (const prefix of prefixes) this.onLink(prefix);
    return this;
  }

  /** The capturing host has a tunnel with this address. */
  ownTunnel(ip: string, prefix: string): this {
    const address = parseAddress(ip) ?? ([0, 0, 0, 0] as const);
    this.meter.devices.addOwn({ name: 'tun0', macHigh: NO_MAC, macLow: 0, addresses: [address] });
    return this.onLink(prefix);
  }

  onLink(prefix: string): this {
    const [address = '', length = ''] = prefix.split('/');
    const words = parseAddress(address);
    const bits = address.includes(':') ? Number(length) : 96 + Number(length);
    if (words !== undefined) this.networks.addOnLink(words, bits);
    return this;
  }

  /** The capturing host reaches this prefix through another router. */
  routed(prefix: string): this {
    const [address = '', length = ''] = prefix.split('/');
    const words = parseAddress(address);
    if (words !== undefined) this.networks.addRouted(words, 96 + Number(length));
    return this;
  }

  arp({ mac, ip }: End): this {
    const { high = 0, low = 0 } = parseMac(mac) ?? {};
    const words = parseAddress(ip);
    const { devices } = this.meter;
    if (words !== undefined) devices.bind(devices.ofMac(high, low), ...words);
    return this;
  }

  /** `bytes` of IP; the MACs may belong to others than the addresses. */
  send(from: End, to: End, bytes: number, seconds = 1_800_000_000): this {
    const header = from.ip.includes(':') ? 48 : 28;
    const frame = udpFrame(from, to, { payload: bytes - header });
    expect(decodeFrame(frameOf(frame, { seconds }), this.packet)).toBe(outcomes.ip);
    this.meter.add(this.packet);
    return this;
  }

  sendRaw(from: string, to: string, bytes: number): this {
    const mac = '00:00:00:00:00:00';
    const packet = udpPacket({ mac, ip: from }, { mac, ip: to }, bytes - 28);
    decodeFrame(frameOf(packet, { linkType: linkTypes.raw }), this.packet);
    this.meter.add(this.packet);
    return this;
  }

  /** What is not zero, by device id. */
  usage(): Record<string, Row> {
    const rows = this.meter.drain(true).usage;
    return Object.fromEntries(
      rows.map(({ device, slot: _, router: _router, internetPackets: _packets, ...counts }) => [
        device,
        Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
      ]),
    );
  }
}

/** The other end, reached through a router. */
function through(hop: End, ip: string): End {
  return { mac: hop.mac, ip };
}

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

describe('routers never collect the traffic of others', () => {
  test('one-armed with masquerading: the gateway carries what it repeats', () => {
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .send(laptop, through(gateway, remote), 100)
      .send(gateway, through(router, remote), 100)
      .send(through(router, remote), gateway, 1500)
      .send(through(gateway, remote), laptop, 1500);
    expect(bench.usage()).toEqual({
      '020000000101': { upload: 100, download: 1500, packets: 2 },
      '02000000ff01': {
        upload: 100,
        download: 1500,
        packets: 2,
        carriedUpload: 100,
        carriedDownload: 1500,
        carriedPackets: 2,
      },
      '02000000ff02': { carriedUpload: 100, carriedDownload: 1500, carriedPackets: 2 },
    });
  });

  test('one-armed without masquerading: the second sighting is transit', () => {
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .send(laptop, through(gateway, remote), 100)
      .send(through(gateway, laptop.ip), through(router, remote), 100)
      .send(through(router, remote), through(gateway, laptop.ip), 1500)
      .send(through(gateway, remote), laptop, 1500);
    expect(bench.usage()).toEqual({
      '020000000101': { upload: 100, download: 1500, packets: 2 },
    });
    expect(bench.meter.transit).toBe(2);
  });

  test('the same behind a router that is not this host', () => {
    const bench = new Bench()
      .send(laptop, through(gateway, remote), 100)
      .send(through(gateway, laptop.ip), through(router, remote), 100);
    expect(bench.usage()).toEqual({
      '020000000101': { upload: 100, packets: 1 },
    });
  });

  test('all MAC addresses of this host are one device', () => {
    const wan = { mac: '02:00:00:00:ff:09', ip: '198.51.100.2' };
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .own(wan, '198.51.100.0/24')
      .send(laptop, through(gateway, remote), 100)
      .send(wan, through(router, remote), 100);
    expect(bench.usage()).toMatchObject({ '02000000ff01': { upload: 100, carriedUpload: 100 } });
  });

  test('local traffic between two segments counts once at each end', () => {
    const second = { mac: '02:00:00:00:ff:08', ip: '192.168.2.1' };
    const printer = { mac: '02:00:00:00:02:01', ip: '192.168.2.20' };
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .own(second, '192.168.2.0/24')
      .arp(laptop)
      .arp(printer)
      .send(laptop, through(gateway, printer.ip), 500)
      .send(through(second, laptop.ip), printer, 500);
    expect(bench.usage()).toEqual({
      '020000000101': { localUpload: 500, packets: 1 },
      '020000000201': { localDownload: 500, packets: 1 },
    });
  });

  test('hosts of a routed network are devices by address', () => {
    const hop = { mac: '02:00:00:00:01:50', ip: '192.168.1.50' };
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .send(through(hop, '192.168.50.7'), through(gateway, remote), 100)
      .send(through(gateway, remote), through(hop, '192.168.50.7'), 900)
      .send(hop, through(gateway, remote), 40);
    expect(bench.usage()).toEqual({
      'ip:192.168.50.7': { upload: 100, download: 900, packets: 2 },
      '020000000150': { upload: 40, packets: 1 },
      '02000000ff01': { carriedUpload: 140, carriedDownload: 900, carriedPackets: 3 },
    });
  });

  test('a routed host is counted at its own router, whichever copy is read first', () => {
    const hop = { mac: '02:00:00:00:01:50', ip: '192.168.1.50' };
    const wan = { mac: '02:00:00:00:ff:09', ip: '198.51.100.2' };
    const routed = '192.168.50.7';
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .own(wan, '198.51.100.0/24')
      .routed('192.168.50.0/24')
      .send(through(wan, routed), through(router, remote), 100)
      .send(through(hop, routed), through(gateway, remote), 100)
      .send(laptop, through(gateway, routed), 60)
      .send(through(gateway, laptop.ip), through(hop, routed), 60);
    expect(bench.usage()).toMatchObject({
      'ip:192.168.50.7': { upload: 100, localDownload: 60, packets: 2 },
      '020000000101': { localUpload: 60, packets: 1 },
    });
  });

  test('an address outside the known prefixes belongs to the MAC that claims it by ARP', () => {
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .arp({ mac: laptop.mac, ip: '192.168.100.5' })
      .send({ mac: laptop.mac, ip: '192.168.100.5' }, through(gateway, remote), 100);
    expect(bench.usage()).toMatchObject({ '020000000101': { upload: 100 } });
  });

  test('an address that moves to another device is followed', () => {
    const bench = new Bench()
      .send(laptop, through(gateway, remote), 100)
      .send({ mac: phone.mac, ip: laptop.ip }, through(gateway, remote), 70);
    expect(bench.usage()).toMatchObject({
      '020000000101': { upload: 100 },
      '020000000102': { upload: 70 },
    });
  });
});

describe('global IPv6', () => {
  const laptop6 = { mac: laptop.mac, ip: '2001:db8:1::10' };
  const remote6 = '2001:db8:ffff::7';

  test('belongs to the device by the prefix of the link', () => {
    const bench = new Bench()
      .onLink('2001:db8:1::/64')
      .send(laptop6, through(gateway, remote6), 100)
      .send(through(gateway, remote6), laptop6, 1500)
      .send(laptop, through(gateway, remote), 50);
    expect(bench.usage()).toMatchObject({
      '020000000101': { upload: 150, download: 1500, packets: 3 },
    });
  });

  test('belongs to the device before its prefix is known, as its gateway is', () => {
    const bench = new Bench()
      .own(gateway)
      .send(laptop6, through(gateway, remote6), 100)
      .send(through(gateway, remote6), laptop6, 1500);
    expect(bench.usage()).toMatchObject({ '020000000101': { upload: 100, download: 1500 } });
  });

  test('between two strangers it is transit, and makes no router of anyone', () => {
    const bench = new Bench().send(laptop6, { mac: phone.mac, ip: '2001:db8:1::11' }, 100);
    expect(bench.usage()).toEqual({});
    expect(bench.meter.transit).toBe(1);
  });
});

describe('links without MAC addresses', () => {
  test('devices are known by address', () => {
    const bench = new Bench().sendRaw('10.0.0.2', remote, 100).sendRaw(remote, '10.0.0.2', 900);
    expect(bench.usage()).toEqual({ 'ip:10.0.0.2': { upload: 100, download: 900, packets: 2 } });
  });

  /** A host that captures its network and its tunnel. */
  const host = () =>
    new Bench().ownTunnel('10.99.0.1', '10.99.0.0/24').own(gateway, '192.168.1.0/24');

  test('what this host hands on under its own address is not its own', () => {
    const bench = host()
      .sendRaw('10.99.0.2', remote, 100)
      .send(gateway, through(router, remote), 100)
      .send(through(router, remote), gateway, 900)
      .sendRaw(remote, '10.99.0.2', 900);
    expect(bench.usage()).toMatchObject({
      'ip:10.99.0.2': { upload: 100, download: 900, packets: 2 },
      '02000000ff01': { upload: 100, download: 900, carriedUpload: 100, carriedDownload: 900 },
    });
  });

  test.each([
    ['under the address of the tunnel', '10.99.0.1', { upload: 100, carriedUpload: 100 }],
    ['under the address of the device', laptop.ip, {}],
  ])('what goes out through a tunnel %s counts once', (_, source, own) => {
    const bench = host().send(laptop, through(gateway, remote), 100).sendRaw(source, remote, 100);
    const { '020000000101': device, '02000000ff01': sender = {} } = bench.usage();
    expect(device).toEqual({ upload: 100, packets: 1 });
    expect(sender).toMatchObject(own);
    expect((sender.upload ?? 0) - (sender.carriedUpload ?? 0)).toBe(0);
  });

  test('local traffic between a tunnel and a network counts once at each end', () => {
    const bench = host()
      .arp(laptop)
      .sendRaw('10.99.0.2', laptop.ip, 60)
      .send(through(gateway, '10.99.0.2'), laptop, 60);
    expect(bench.usage()).toEqual({
      'ip:10.99.0.2': { localUpload: 60, packets: 1 },
      '020000000101': { localDownload: 60, packets: 1 },
    });
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
