import { describe, expect, test } from 'vitest';
import { roles } from '../../src/meter/device-table.ts';
import { formatAddress, parseMac } from '../../src/model/address.ts';
import { laptop, phone, gateway, router, remote, Bench, through } from './bench.ts';

function rowOf({ meter }: Bench, mac: string): number {
  return meter.devices.ofMac(0x0200, parseMac(mac)?.low ?? 0);
}

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

  test('a host that once uses an address of another network is no router', () => {
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .send(through(laptop, '10.8.0.2'), through(gateway, remote), 40)
      .send(through(laptop, '10.8.0.2'), { mac: '01:00:5e:00:00:fb', ip: '224.0.0.251' }, 80);
    const { devices } = bench.meter;
    expect(devices.isCarrier(rowOf(bench, laptop.mac))).toBe(false);
    bench.send(through(gateway, remote), through(laptop, '10.8.0.2'), 60);
    expect(devices.isCarrier(rowOf(bench, laptop.mac))).toBe(true);
    expect(bench.usage()).toMatchObject({
      'ip:10.8.0.2': { upload: 40, download: 60, localUpload: 80, packets: 3 },
    });
  });

  test('a host whose address proves to be its own was no router, and who hands on more still is', () => {
    const second = { mac: laptop.mac, ip: '192.168.2.10' };
    const bench = new Bench()
      .own(phone, '192.168.1.0/24')
      .send(second, through(gateway, remote), 100)
      .send(through(gateway, remote), second, 900)
      .send(through(gateway, '192.168.2.1'), second, 60)
      .send(second, through(gateway, '192.168.2.1'), 60);
    const { devices } = bench.meter;
    expect(devices.isCarrier(rowOf(bench, laptop.mac))).toBe(true);
    bench.arp(second).arp({ mac: gateway.mac, ip: '192.168.2.1' });
    bench.send(through(gateway, remote), second, 900);
    expect(devices.isCarrier(rowOf(bench, laptop.mac))).toBe(false);
    expect(devices.isCarrier(rowOf(bench, gateway.mac))).toBe(true);
  });

  test('a tunnel whose address this host did not know yet makes no router of it', () => {
    const bench = new Bench()
      .own(gateway, '192.168.1.0/24')
      .ownTunnel('10.99.0.1', '10.99.0.0/24')
      .sendRaw('10.98.0.7', remote, 100)
      .ownTunnel('10.98.0.7', '10.98.0.0/24')
      .sendRaw(remote, '10.98.0.7', 900);
    expect(bench.meter.devices.isCarrier(rowOf(bench, gateway.mac))).toBe(false);
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

  test.each([1_800_000_000, 2 ** 31, 2 ** 32 - 1])(
    'a routed host is counted at one router only in the second %d',
    (seconds) => {
      const hop = { mac: '02:00:00:00:01:50', ip: '192.168.1.50' };
      const routed = '192.168.50.7';
      const bench = new Bench()
        .onLink('192.168.1.0/24')
        .send(through(hop, routed), through(gateway, remote), 100, seconds)
        .send(through(gateway, routed), through(router, remote), 100, seconds);
      expect(bench.usage()).toMatchObject({ 'ip:192.168.50.7': { upload: 100, packets: 1 } });
      expect(bench.meter.transit).toBe(1);
    },
  );

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

describe('a device that asks for an address anew sends from none, and carries nothing', () => {
  const broadcast = { mac: 'ff:ff:ff:ff:ff:ff', ip: '255.255.255.255' };
  const routers = { mac: '33:33:00:00:00:02', ip: 'ff02::2' };
  const laptop6 = { mac: laptop.mac, ip: 'fe80::10' };

  test.each([
    ['on a link whose prefixes are known', ['192.168.1.0/24', '2001:db8:1::/64']],
    ['before they are known', []],
  ])('%s', (_, prefixes) => {
    const bench = new Bench();
    for (const prefix of prefixes) bench.onLink(prefix);
    bench
      .send(laptop, phone, 100)
      .send(laptop6, { mac: phone.mac, ip: 'fe80::11' }, 100)
      .send({ mac: laptop.mac, ip: '0.0.0.0' }, broadcast, 300)
      .send({ mac: laptop.mac, ip: '::' }, routers, 60);
    const { devices } = bench.meter;
    const addresses = devices.takeClaims().map(({ address }) => formatAddress(address));
    expect(addresses).not.toContain('0.0.0.0');
    expect(addresses).not.toContain('::');
    expect(devices.role.includes(roles.carrier)).toBe(false);
    expect(bench.usage()).toEqual({
      '020000000101': { localUpload: 560, packets: 4 },
      '020000000102': { localDownload: 200, packets: 2 },
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

  test('that ends like the IPv4 address of the gateway belongs to its device', () => {
    const embedded = { mac: laptop.mac, ip: '2001:db8::ffff:c0a8:101' };
    const bench = new Bench()
      .onLink('2001:db8::/64')
      .own(gateway, '192.168.1.0/24')
      .send(gateway, through(router, remote), 50)
      .send(embedded, through(gateway, remote6), 100)
      .send(through(gateway, embedded.ip), through(router, remote6), 100)
      .send(through(router, remote6), through(gateway, embedded.ip), 1500)
      .send(through(gateway, remote6), embedded, 1500);
    expect(bench.usage()).toEqual({
      '020000000101': { upload: 100, download: 1500, packets: 2 },
      '02000000ff01': { upload: 50, packets: 1 },
      '02000000ff02': { carriedUpload: 50, carriedPackets: 1 },
    });
  });

  test.each([
    ['a neighbour solicitation of its router', through(gateway, 'fe80::1'), laptop6],
    ['its question to the name server of its router', laptop6, through(gateway, 'fd00::1')],
  ])('before its prefix is known, %s makes no router of the device', (_, from, to) => {
    const bench = new Bench().send(from, to, 72).send(laptop, through(gateway, remote), 50);
    const { devices } = bench.meter;
    expect(devices.isCarrier(rowOf(bench, laptop.mac))).toBe(false);
    expect(devices.isCarrier(rowOf(bench, gateway.mac))).toBe(true);
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
