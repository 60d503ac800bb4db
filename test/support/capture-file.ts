import { Buffer } from 'node:buffer';

/** A packet to be written to a capture file. */
export interface FilePacket {
  bytes: Uint8Array;
  /** Seconds since 1970-01-01 UTC; 1,800,000,000 where absent. */
  seconds?: number;
  /** Nanoseconds of that second; cut to the resolution of the file. */
  nanoseconds?: number;
  /** Bytes on the wire; all that were captured where absent. */
  wireBytes?: number;
}

export interface PcapLayout {
  littleEndian?: boolean;
  resolution?: 'us' | 'ns';
  linkType?: number;
  /** Records with the longer header of the patched libpcap (magic a1b2cd34). */
  patched?: boolean;
  version?: readonly [number, number];
}

const DEFAULT_SECONDS = 1_800_000_000;

/** A whole pcap file. */
export function pcapFile(packets: readonly FilePacket[], layout: PcapLayout = {}): Buffer {
  return Buffer.concat([
    pcapHeader(layout),
    ...packets.map((packet) => pcapRecord(packet, layout)),
  ]);
}

export function pcapHeader(layout: PcapLayout = {}): Buffer {
  const { littleEndian = true, linkType = 1, version = [2, 4] } = layout;
  const writer = new FieldWriter(littleEndian);
  const magic = layout.resolution === 'ns' ? 0xa1b23c4d : 0xa1b2c3d4;
  writer.u32(layout.patched === true ? 0xa1b2cd34 : magic);
  writer.u16(version[0]).u16(version[1]);
  return writer.u32(0).u32(0).u32(262_144).u32(linkType).done();
}

export function pcapRecord(packet: FilePacket, layout: PcapLayout = {}): Buffer {
  const { bytes, seconds = DEFAULT_SECONDS, nanoseconds = 0, wireBytes = bytes.length } = packet;
  const fraction = layout.resolution === 'ns' ? nanoseconds : Math.floor(nanoseconds / 1000);
  const writer = new FieldWriter(layout.littleEndian ?? true);
  writer.u32(seconds).u32(fraction).u32(bytes.length).u32(wireBytes);
  if (layout.patched === true) writer.u32(2).u16(0x0800).u16(0);
  return writer.bytes(bytes).done();
}

export interface InterfaceLayout {
  linkType?: number;
  snapBytes?: number;
  /** The byte of `if_tsresol`. */
  resolution?: number;
  /** `if_tsoffset`, seconds. */
  offsetSeconds?: number;
}

/** Builds the blocks of one pcapng section, in one byte order. */
export class PcapngSection {
  private readonly littleEndian: boolean;
  private readonly blocks: Buffer[] = [];

  constructor(littleEndian = true, version: readonly [number, number] = [1, 0]) {
    this.littleEndian = littleEndian;
    const body = this.fields().u32(0x1a2b3c4d).u16(version[0]).u16(version[1]);
    this.block(0x0a0d0d0a, body.u32(0xffffffff).u32(0xffffffff).done());
  }

  interface(layout: InterfaceLayout = {}): this {
    const body = this.fields()
      .u16(layout.linkType ?? 1)
      .u16(0)
      .u32(layout.snapBytes ?? 0);
    // A name first, so that readers must walk the options.
    body.u16(2).u16(3).bytes(Buffer.from('br0')).pad();
    if (layout.resolution !== undefined) {
      body.u16(9).u16(1).bytes(Uint8Array.of(layout.resolution)).pad();
    }
    if (layout.offsetSeconds !== undefined) {
      body.u16(14).u16(8).u64(BigInt(layout.offsetSeconds));
    }
    return this.block(1, body.u16(0).u16(0).done());
  }

  /** `ticks` is the time stamp in the resolution of the interface. */
  packet(bytes: Uint8Array, ticks = defaultTicks, interfaceId = 0, wireBytes = bytes.length): this {
    const body = this.fields().u32(interfaceId).ticks(ticks).u32(bytes.length).u32(wireBytes);
    // A comment, so that the packet does not end where its block does.
    body.bytes(bytes).pad().u16(1).u16(2).bytes(Buffer.from('hi')).pad();
    return this.block(6, body.u16(0).u16(0).done());
  }

  obsoletePacket(bytes: Uint8Array, ticks = defaultTicks, interfaceId = 0): this {
    const body = this.fields().u16(interfaceId).u16(7).ticks(ticks);
    return this.block(2, body.u32(bytes.length).u32(bytes.length).bytes(bytes).pad().done());
  }

  simplePacket(bytes: Uint8Array, wireBytes = bytes.length): this {
    return this.block(3, this.fields().u32(wireBytes).bytes(bytes).pad().done());
  }

  /** Any block; the body is a multiple of four bytes. */
  block(type: number, body: Uint8Array): this {
    const length = body.length + 12;
    this.blocks.push(this.fields().u32(type).u32(length).bytes(body).u32(length).done());
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.blocks);
  }

  private fields(): FieldWriter {
    return new FieldWriter(this.littleEndian);
  }
}

const defaultTicks = BigInt(DEFAULT_SECONDS) * 1_000_000n;

/** Writes fields one behind the other. */
class FieldWriter {
  private readonly littleEndian: boolean;
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  u16(value: number): this {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, value, this.littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  u32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, this.littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  u64(value: bigint): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, BigInt.asIntN(64, value), this.littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  /** A pcapng time stamp: the upper half first in either byte order. */
  ticks(value: bigint): this {
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffffffffn));
  }

  bytes(value: Uint8Array): this {
    this.parts.push(value);
    this.length += value.length;
    return this;
  }

  /** Zeros up to the next multiple of four. */
  pad(): this {
    return this.bytes(new Uint8Array((4 - (this.length % 4)) % 4));
  }

  done(): Buffer {
    return Buffer.concat(this.parts);
  }
}
