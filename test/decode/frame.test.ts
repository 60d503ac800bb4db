import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/decode/frame.ts';
import { outcomes } from '../../src/decode/outcome.ts';
import { formatAddress, formatMac } from '../../src/model/address.ts';
import { createTraffic, linkTypes, NO_MAC, type Frame } from '../../src/model/traffic.ts';
import { frameOf, ipv4, ipv6, tcp, udpFrame, udpPacket } from '../support/packet.ts';
import { arpMessage, bytesOf, macBytes, u16, zeros } from '../support/sighting-messages.ts';

const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
const server = { mac: '02:00:00:00:ff:01', ip: '203.0.113.7' };
const laptop6 = { mac: laptop.mac, ip: '2001:db8:1::10' };
const server6 = { mac: server.mac, ip: '2001:db8:ffff::7' };

/** What decoding a frame says, in readable form. */
function decode(frame: Frame) {
  const packet = createTraffic();
  const outcome = decodeFrame(frame, packet);
  if (outcome !== outcomes.ip) return { outcome };
  const { source0, source1, source2, source3 } = packet;
  const { destination0, destination1, destination2, destination3 } = packet;
  return {
    outcome,
    from: formatAddress([source0, source1, source2, source3]),
    to: formatAddress([destination0, destination1, destination2, destination3]),
    fromMac: macText(packet.sourceMacHigh, packet.sourceMacLow),
    toMac: macText(packet.destinationMacHigh, packet.destinationMacLow),
    ports: [packet.sourcePort, packet.destinationPort],
    packets: packet.packets,
    bytes: packet.bytes,
  };
}

function macText(high: number, low: number): string | undefined {
  return high === NO_MAC ? undefined : formatMac(high, low);
}

const plain = {
  outcome: outcomes.ip,
  from: '192.168.1.10',
  to: '203.0.113.7',
  fromMac: laptop.mac,
  toMac: server.mac,
  ports: [40_000, 443],
  packets: 1,
  bytes: 128,
};
const noMacs = { ...plain, fromMac: undefined, toMac: undefined };

describe('a packet is the same on every link', () => {
  const packet = udpPacket(laptop, server, 100);
  const vlan = [0x81, 0x00, 0x00, 0x0a];
  const serviceTag = [0x88, 0xa8, 0x00, 0x64];
  const macs = [macBytes(server.mac), macBytes(laptop.mac)];
  const pppoe = bytesOf(...macs, u16(0x8864), [0x11, 0, 0, 1], u16(130), u16(0x0021), packet);

  test.each<[string, Uint8Array, number, object]>([
    ['Ethernet', udpFrame(laptop, server, { payload: 100 }), linkTypes.ethernet, plain],
    ['VLAN', udpFrame(laptop, server, { payload: 100, tags: vlan }), linkTypes.ethernet, plain],
    [
      'QinQ',
      udpFrame(laptop, server, { payload: 100, tags: [...serviceTag, ...vlan] }),
      linkTypes.ethernet,
      plain,
    ],
    ['PPPoE session', pppoe, linkTypes.ethernet, plain],
    ['raw IP', packet, linkTypes.raw, noMacs],
    ['LINKTYPE_IPV4', packet, linkTypes.ipv4, noMacs],
    ['BSD loopback', bytesOf([2, 0, 0, 0], packet), linkTypes.null, noMacs],
    ['OpenBSD loopback', bytesOf([0, 0, 0, 2], packet), linkTypes.loop, noMacs],
    ['PPP', bytesOf([0xff, 0x03], u16(0x0021), packet), linkTypes.ppp, noMacs],
    ['PPP without address and control', bytesOf(u16(0x0021), packet), linkTypes.ppp, noMacs],
    [
      'Linux cooked',
      bytesOf(u16(0), u16(1), u16(6), macBytes(laptop.mac), zeros(2), u16(0x0800), packet),
      linkTypes.linuxCooked,
      { ...plain, toMac: undefined },
    ],
    [
      'Linux cooked version 2',
      bytesOf(u16(0x0800), zeros(6), u16(1), [0, 6], macBytes(laptop.mac), zeros(2), packet),
      linkTypes.linuxCooked2,
      { ...plain, toMac: undefined },
    ],
    [
      'Linux cooked from a link without addresses',
      bytesOf(u16(0), u16(512), u16(0), zeros(8), u16(0x0800), packet),
      linkTypes.linuxCooked,
      noMacs,
    ],
  ])('%s', (_, bytes, linkType, expected) => {
    expect(decode(frameOf(bytes, { linkType }))).toEqual(expected);
  });
});

describe('a byte is a byte of the IP packet', () => {
  test('padding to the minimum frame does not count', () => {
    const frame = bytesOf(udpFrame(laptop, server, { payload: 2 }), zeros(16));
    expect(decode(frameOf(frame))).toMatchObject({ bytes: 30, packets: 1 });
  });

  test('IPv6 counts its 40 byte header', () => {
    const frame = frameOf(udpFrame(laptop6, server6, { payload: 100 }));
    expect(decode(frame)).toMatchObject({
      from: '2001:db8:1::10',
      to: '2001:db8:ffff::7',
      bytes: 148,
    });
  });

  test('a snapped frame counts what was on the wire', () => {
    const whole = udpFrame(laptop, server, { payload: 1400 });
    const frame = frameOf(whole.slice(0, 60), { wireBytes: whole.length });
    expect(decode(frame)).toMatchObject({ bytes: 1428, ports: [40_000, 443] });
  });

  test('without a length on the wire the IP header counts', () => {
    const whole = udpFrame(laptop, server, { payload: 1400 });
    expect(decode(frameOf(whole.slice(0, 60), { wireBytes: 0 }))).toMatchObject({ bytes: 1428 });
  });

  test.each([
    ['exactly one segment', 1448, 1, 1488],
    ['one byte more', 1449, 2, 1449 + 2 * 40],
    ['five segments, the last one short', 7000, 5, 7000 + 5 * 40],
  ])('merged TCP: %s', (_, payload, packets, bytes) => {
    const macs = [macBytes(server.mac), macBytes(laptop.mac), u16(0x0800)];
    const frame = bytesOf(...macs, ipv4(6, laptop.ip, server.ip, tcp(40_000, 443, payload)));
    expect(decode(frameOf(frame, { segmentBytes: 1448 }))).toMatchObject({ packets, bytes });
  });

  test('merged UDP over IPv6 with an extension header repeats all its headers', () => {
    const udp = bytesOf(u16(1), u16(2), u16(8 + 3000), u16(0), zeros(3000));
    const macs = [macBytes(server.mac), macBytes(laptop.mac), u16(0x86dd)];
    const destinationOptions = [17, 0, 1, 4, 0, 0, 0, 0];
    const frame = bytesOf(...macs, ipv6(60, laptop6.ip, server6.ip, destinationOptions, udp));
    expect(decode(frameOf(frame, { segmentBytes: 1000 }))).toMatchObject({
      packets: 3,
      bytes: 3000 + 3 * (40 + 8 + 8),
      ports: [1, 2],
    });
  });

  test('BIG TCP over IPv4 has total length 0', () => {
    const macs = [macBytes(server.mac), macBytes(laptop.mac), u16(0x0800)];
    const frame = bytesOf(...macs, ipv4(6, laptop.ip, server.ip, tcp(40_000, 443, 100)));
    frame.set([0, 0], 14 + 2);
    const payload = 144_800;
    const wireBytes = 14 + 40 + payload;
    expect(decode(frameOf(frame, { wireBytes, segmentBytes: 1448 }))).toMatchObject({
      packets: 100,
      bytes: payload + 100 * 40,
    });
  });

  test('BIG TCP over IPv6 has a jumbo option that never reaches the wire', () => {
    const macs = [macBytes(server.mac), macBytes(laptop.mac), u16(0x86dd)];
    const jumbo = [6, 0, 0xc2, 4, 0, 2, 0, 0];
    const frame = bytesOf(...macs, ipv6(0, laptop6.ip, server6.ip, jumbo, tcp(40_000, 443, 100)));
    frame.set([0, 0], 14 + 4);
    const payload = 142_800;
    const wireBytes = 14 + 40 + 8 + 20 + payload;
    const decoded = decode(frameOf(frame, { wireBytes, segmentBytes: 1428 }));
    expect(decoded).toMatchObject({ packets: 100, bytes: payload + 100 * 60 });
  });
});

describe('what is not a packet', () => {
  test('ARP is handed on', () => {
    const bytes = bytesOf(
      macBytes('ff:ff:ff:ff:ff:ff'),
      macBytes(laptop.mac),
      u16(0x0806),
      arpMessage(1, laptop.mac, laptop.ip),
    );
    const packet = createTraffic();
    expect(decodeFrame(frameOf(bytes), packet)).toBe(outcomes.arp);
    expect([packet.payloadStart, packet.payloadEnd]).toEqual([14, 42]);
  });

  test.each([
    ['spanning tree', u16(0x0027)],
    ['LLDP', u16(0x88cc)],
    ['PPPoE discovery', u16(0x8863)],
  ])('%s', (_, type) => {
    const bytes = bytesOf(macBytes(server.mac), macBytes(laptop.mac), type, zeros(46));
    expect(decode(frameOf(bytes))).toEqual({ outcome: outcomes.notIp });
  });

  test.each([
    ['an IPv6 frame of 45 bytes', udpFrame(laptop6, server6).slice(0, 45)],
    ['an IPv4 header that ends early', udpFrame(laptop, server).slice(0, 14 + 19)],
    ['a header length below 20', altered(udpFrame(laptop, server), 14, 0x44)],
    ['a total length below the header', altered(udpFrame(laptop, server), 17, 10)],
    ['a total length beyond the frame', altered(udpFrame(laptop, server), 16, 0x40)],
    ['a payload length beyond the frame', altered(udpFrame(laptop6, server6), 14 + 4, 0x40)],
    ['version 5', altered(udpFrame(laptop, server), 14, 0x55)],
    [
      'five VLAN tags',
      udpFrame(laptop, server, { tags: Array.from({ length: 5 }, () => [0x81, 0, 0, 1]).flat() }),
    ],
  ])('%s is malformed', (_, bytes) => {
    expect(decode(frameOf(bytes))).toEqual({ outcome: outcomes.malformed });
  });

  test('later fragments have no ports', () => {
    const bytes = altered(udpFrame(laptop, server, { payload: 100 }), 14 + 7, 1);
    expect(decode(frameOf(bytes))).toMatchObject({ ports: [0, 0], bytes: 128 });
  });
});

describe('hostile bytes', () => {
  const linkTypeNumbers = Object.values(linkTypes);

  test('every frame cut at every byte stays within its bytes', () => {
    const frames = [
      udpFrame(laptop, server, { payload: 30 }),
      udpFrame(laptop6, server6, { payload: 30 }),
      udpFrame(laptop, server, { tags: [0x88, 0xa8, 0, 1, 0x81, 0, 0, 2] }),
    ];
    for (const whole of frames) {
      for (let length = 0; length <= whole.length; length++)
        expectSameWhateverFollows(whole.slice(0, length), 1);
    }
  });

  test('random bytes on any link never throw, and nothing outside the frame matters', () => {
    assert(
      property(
        uint8Array({ maxLength: 120 }),
        constantFrom(...linkTypeNumbers),
        expectSameWhateverFollows,
      ),
      { numRuns: 2000 },
    );
  });

  test('random extension headers never throw', () => {
    assert(
      property(uint8Array({ maxLength: 100 }), constantFrom(0, 43, 44, 51, 60), (body, next) => {
        expectSameWhateverFollows(ipv6(next, laptop6.ip, server6.ip, body), linkTypes.raw);
      }),
      { numRuns: 2000 },
    );
  });
});

function altered(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

/** Decodes the bytes inside two different surroundings. */
function expectSameWhateverFollows(bytes: Uint8Array, linkType: number): void {
  const [low, high] = [0x00, 0xff].map((filler) => {
    const memory = new Uint8Array(bytes.length + 200).fill(filler);
    memory.set(bytes, 100);
    const view = new DataView(memory.buffer);
    return decode({ ...frameOf(bytes), view, offset: 100, linkType });
  });
  expect(high).toEqual(low);
}
