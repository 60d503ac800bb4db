import { assert, constantFrom, integer, nat, property, record, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/decode/frame.ts';
import { isNamePort, namePorts } from '../../src/decode/name-port.ts';
import { outcomes } from '../../src/decode/outcome.ts';
import { plainBytes } from '../../src/decode/plain.ts';
import { IPV4_MARK } from '../../src/model/address.ts';
import { createTraffic, linkTypes, plainFields, type Frame } from '../../src/model/traffic.ts';
import { frameOf, ipv4, tcp, udpFrame } from '../support/packet.ts';
import { bytesOf, macBytes, u16 } from '../support/sighting-messages.ts';

const laptop = { mac: '02:00:00:00:01:01', ip: '192.168.1.10' };
const server = { mac: '02:00:00:00:ff:01', ip: '203.0.113.7' };
const laptop6 = { mac: laptop.mac, ip: '2001:db8:1::10' };
const server6 = { mac: server.mac, ip: '2001:db8:ffff::7' };

const udp = udpFrame(laptop, server, { payload: 100 });

function ethernet(packet: Uint8Array): Uint8Array {
  return bytesOf(macBytes(server.mac), macBytes(laptop.mac), u16(0x0800), packet);
}

/** The frame with some of its bytes replaced. */
function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

describe('plain', () => {
  test.each<[string, Frame, number]>([
    ['UDP', frameOf(udp), 128],
    ['TCP', frameOf(ethernet(ipv4(6, laptop.ip, server.ip, tcp(1, 2, 60)))), 100],
    ['of unknown length on the wire', frameOf(udp, { wireBytes: 0 }), 128],
    [
      'padded to the least size',
      frameOf(bytesOf(udpFrame(laptop, server), new Uint8Array(18))),
      28,
    ],
    ['any type of service', frameOf(changed(udp, 15, 0xb8)), 128],
    ['a first fragment', frameOf(changed(udp, 20, 0x20)), 128],
    ['a later fragment', frameOf(changed(udp, 20, 0x20, 0x10)), 128],
    ['from a port of messages that name their sender', frameOf(changed(udp, 34, 0, 67)), 128],
    ['TCP to such a port', frameOf(ethernet(ipv4(6, laptop.ip, server.ip, tcp(1, 67, 0)))), 40],
  ])('%s', (_, frame, bytes) => {
    expect(plainBytes(frame)).toBe(bytes);
  });

  test('wherever the frame begins', () => {
    const shifted = frameOf(bytesOf(new Uint8Array(7), udp), { offset: 7 });
    expect(plainBytes({ ...shifted, capturedBytes: udp.length, wireBytes: udp.length })).toBe(128);
  });

  test('as soon as the headers are captured', () => {
    const sizes = Array.from(udp, (_, cut) =>
      plainBytes(frameOf(udp.slice(0, cut), { wireBytes: udp.length })),
    );
    expect(sizes.slice(0, 42)).toEqual(Array.from({ length: 42 }, () => 0));
    expect(sizes.slice(42)).toEqual(Array.from({ length: 100 }, () => 128));
  });
});

describe('not plain', () => {
  test.each<[string, Frame]>([
    ['a VLAN tag', frameOf(udpFrame(laptop, server, { payload: 100, tags: [0x81, 0, 0, 10] }))],
    ['IPv6', frameOf(udpFrame(laptop6, server6, { payload: 100 }))],
    ['IPv6 under the EtherType of IPv4', frameOf(changed(udp, 14, 0x65))],
    ['options', frameOf(changed(udp, 14, 0x46))],
    ['a header that is too short', frameOf(changed(udp, 14, 0x44))],
    ['ICMP', frameOf(changed(udp, 23, 1))],
    ['merged segments', frameOf(udp, { segmentBytes: 50 })],
    ['a length of 0', frameOf(changed(udp, 16, 0, 0))],
    ['a length without room for a header', frameOf(changed(udp, 16, 0, 27))],
    ['longer than the wire', frameOf(udp, { wireBytes: 141 })],
    ['another link', frameOf(udp, { linkType: linkTypes.linuxCooked })],
    ...Object.values(namePorts).map((port): [string, Frame] => [
      `UDP to port ${port}`,
      frameOf(changed(udp, 36, port >> 8, port)),
    ]),
  ])('%s', (_, frame) => {
    expect(plainBytes(frame)).toBe(0);
  });
});

/** A frame that is nearly plain, or plain: some bytes of its headers changed, then cut. */
const frames = record({
  tags: constantFrom([], [0x81, 0x00, 0x00, 0x0a]),
  protocol: constantFrom(6, 17, 1),
  payload: nat(40),
  at: nat(45),
  values: uint8Array({ minLength: 0, maxLength: 3 }),
  cut: integer({ min: 0, max: 100 }),
  wireBytes: constantFrom(undefined, 0, 60, 70_000),
  segmentBytes: constantFrom(0, 0, 0, 10),
}).map(({ tags, protocol, payload, at, values, cut, wireBytes, segmentBytes }) => {
  const packet = ipv4(protocol, laptop.ip, server.ip, tcp(40_000, 443, payload));
  const whole = bytesOf(macBytes(server.mac), macBytes(laptop.mac), tags, u16(0x0800), packet);
  whole.set(values, at);
  const bytes = whole.slice(0, cut);
  return frameOf(bytes, { wireBytes: wireBytes ?? whole.length, segmentBytes });
});

/** What is read of a plain frame, in the words of `decodeFrame`. */
function readPlain({ view, offset, seconds }: Frame, bytes: number) {
  return {
    seconds,
    destinationMacHigh: view.getUint16(offset + plainFields.destinationMac),
    destinationMacLow: view.getInt32(offset + plainFields.destinationMac + 2),
    sourceMacHigh: view.getUint16(offset + plainFields.sourceMac),
    sourceMacLow: view.getInt32(offset + plainFields.sourceMac + 2),
    source0: 0,
    source1: 0,
    source2: IPV4_MARK,
    source3: view.getInt32(offset + plainFields.source),
    destination0: 0,
    destination1: 0,
    destination2: IPV4_MARK,
    destination3: view.getInt32(offset + plainFields.destination),
    packets: 1,
    bytes,
  };
}

test('a plain frame says what the general decoder finds in it, and names nobody', () => {
  let plain = 0;
  assert(
    property(frames, (frame) => {
      const bytes = plainBytes(frame);
      if (bytes === 0) return;
      plain++;
      const packet = createTraffic();
      expect(decodeFrame(frame, packet)).toBe(outcomes.ip);
      expect(packet).toMatchObject(readPlain(frame, bytes));
      expect([6, 17]).toContain(packet.protocol);
      if (packet.protocol === 17) expect(isNamePort(packet.destinationPort)).toBe(false);
    }),
    { numRuns: 20_000 },
  );
  expect(plain).toBeGreaterThan(1000);
});
