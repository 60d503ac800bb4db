import { linkTypes, createFrame, type Frame } from '../../src/model/traffic.ts';
import { bytesOf, ipBytes, macBytes, u16, u32, type Part } from './sighting-messages.ts';

/** One end of a packet. */
export interface End {
  mac: string;
  ip: string;
  port?: number;
}

export interface PacketOptions {
  /** Bytes of UDP payload. */
  payload?: number;
  /** Link-layer bytes between the MAC addresses and the EtherType: VLAN tags. */
  tags?: readonly number[];
}

/** An Ethernet frame with a UDP packet of 28 + payload bytes (IPv4), or 48 + payload (IPv6). */
export function udpFrame(from: End, to: End, options: PacketOptions = {}): Uint8Array {
  const isIpv6 = from.ip.includes(':');
  return bytesOf(
    macBytes(to.mac),
    macBytes(from.mac),
    options.tags ?? [],
    u16(isIpv6 ? 0x86dd : 0x0800),
    udpPacket(from, to, options.payload ?? 0),
  );
}

/** The IP packet alone. */
export function udpPacket(from: End, to: End, payload: number): Uint8Array {
  const udp = bytesOf(
    u16(from.port ?? 40_000),
    u16(to.port ?? 443),
    u16(8 + payload),
    u16(0),
    new Uint8Array(payload),
  );
  return from.ip.includes(':') ? ipv6(17, from.ip, to.ip, udp) : ipv4(17, from.ip, to.ip, udp);
}

export function ipv4(protocol: number, from: string, to: string, ...payload: Part[]): Uint8Array {
  const body = bytesOf(...payload);
  return bytesOf(
    [0x45, 0],
    u16(20 + body.length),
    [0, 1, 0, 0, 64, protocol, 0, 0],
    ipBytes(from),
    ipBytes(to),
    body,
  );
}

export function ipv6(next: number, from: string, to: string, ...payload: Part[]): Uint8Array {
  const body = bytesOf(...payload);
  return bytesOf([0x60, 0, 0, 0], u16(body.length), [next, 255], ipBytes(from), ipBytes(to), body);
}

/** A TCP header of 20 bytes with payload. */
export function tcp(sourcePort: number, destinationPort: number, payload: number): Uint8Array {
  return bytesOf(
    u16(sourcePort),
    u16(destinationPort),
    u32(1),
    u32(1),
    [0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0],
    new Uint8Array(payload),
  );
}

/** The frame as a source hands it on. */
export function frameOf(bytes: Uint8Array, changes: Partial<Frame> = {}): Frame {
  return {
    ...createFrame(),
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    capturedBytes: bytes.length,
    wireBytes: bytes.length,
    linkType: linkTypes.ethernet,
    seconds: 1_800_000_000,
    ...changes,
  };
}
