import { AppError } from '../../base/errors.ts';
import {
  cutHeader,
  damaged,
  MAX_RECORD_BYTES,
  noteCutRecord,
  unsupportedLinkType,
  type Container,
  type Outlet,
} from './container.ts';
import { decodeInterface, type Interface } from './pcapng-interface.ts';
import type { Window } from './window.ts';

/** Standardized block type codes of draft-ietf-opsawg-pcapng. The first reads the same in both byte orders. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

/** Type, total length and total length again, around the body. */
const EMPTY_BLOCK_BYTES = 12;
/** The least that each kind of block takes. */
const SECTION_BYTES = 28;
const INTERFACE_BYTES = 20;
const PACKET_BYTES = 32;
const SIMPLE_PACKET_BYTES = 16;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const MAX_INTERFACES = 65_536;
const MAX_INTERFACE_WARNINGS = 16;

/** Whether a pcapng file starts here; looks at four bytes. */
export function isPcapng(view: DataView, at: number): boolean {
  return view.getUint32(at) === SECTION_HEADER;
}

/** The block format of Wireshark (draft-ietf-opsawg-pcapng): sections of either byte order, each with its own interfaces. */
export class PcapngContainer implements Container {
  private readonly outlet: Outlet;
  private littleEndian = true;
  private sections = 0;
  private interfaces: Interface[] = [];
  private usableInterfaces = 0;
  private readonly unsupported: number[] = [];
  private timeless = false;

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  read(window: Window): void {
    this.outlet.frame.view = window.view;
    for (;;) {
      window.start = this.readPackets(window.view, window.start, window.end);
      const length = this.blockBytes(window);
      if (length > window.end - window.start) return;
      this.readBlock(window, length);
      window.start += length;
    }
  }

  finish(window: Window): void {
    const { outlet } = this;
    if (this.sections === 0) throw cutHeader(outlet.name);
    if (this.usableInterfaces === 0 && this.unsupported.length > 0)
      throw unsupportedLinkType(outlet.name, this.unsupported);
    noteCutRecord(outlet, window, 'block');
  }

  /**
   * The fast way, for what nearly every block is: hands on enhanced packets (section 4.3), up to the first block that is
   * anything else, incomplete or not as it should be.
   */
  private readPackets(view: DataView, start: number, end: number): number {
    const { littleEndian, interfaces } = this;
    // `| 0` keeps the engine at 32-bit integers; sums with what a file says would become floating point.
    const last = (end - PACKET_BYTES) | 0;
    let at = start | 0;
    while (at <= last) {
      if (view.getUint32(at, littleEndian) !== ENHANCED_PACKET) return at;
      const length = view.getInt32(at + 4, littleEndian);
      if (length < PACKET_BYTES || length > end - at || (length & 3) !== 0) return at;
      if (view.getUint32(at + 20, littleEndian) > length - PACKET_BYTES) return at;
      const next = (at + length) | 0;
      if (view.getInt32(next - 4, littleEndian) !== length) return at;
      const from = interfaces[view.getUint32(at + 8, littleEndian)];
      if (from === undefined || !from.supported) return at;
      this.deliver(view, at, from);
      at = next;
    }
    return at;
  }

  /** The enhanced and the obsolete packet block (section 4.3 and appendix A) differ only in how they name the interface. */
  private deliver(view: DataView, at: number, from: Interface): void {
    const { littleEndian, outlet } = this;
    const { frame } = outlet;
    frame.linkType = from.linkType;
    frame.seconds = from.timestamps.seconds(
      view.getUint32(at + 12, littleEndian),
      view.getUint32(at + 16, littleEndian),
    );
    frame.capturedBytes = view.getUint32(at + 20, littleEndian);
    frame.wireBytes = view.getUint32(at + 24, littleEndian);
    frame.offset = at + 28;
    outlet.frames++;
    outlet.sink(frame);
  }

  /** Length of the block at the start of the window, as far as is known by now; checked where the block is complete. */
  private blockBytes(window: Window): number {
    const { view, start, end } = window;
    if (end - start < EMPTY_BLOCK_BYTES) return EMPTY_BLOCK_BYTES;
    if (view.getUint32(start) === SECTION_HEADER) this.readByteOrder(window);
    const length = view.getUint32(start + 4, this.littleEndian);
    if (length < EMPTY_BLOCK_BYTES || length > MAX_RECORD_BYTES || length % 4 !== 0)
      throw this.damaged(window, `a block there claims to be ${length} bytes long`);
    if (length <= end - start && view.getUint32(start + length - 4, this.littleEndian) !== length)
      throw this.damaged(window, 'the two lengths of a block there differ');
    return length;
  }

  private readBlock(window: Window, length: number): void {
    const { view, start } = window;
    switch (view.getUint32(start, this.littleEndian)) {
      case ENHANCED_PACKET:
        this.requireBytes(window, length, PACKET_BYTES);
        return this.readPacket(window, length, view.getUint32(start + 8, this.littleEndian));
      case OBSOLETE_PACKET:
        this.requireBytes(window, length, PACKET_BYTES);
        return this.readPacket(window, length, view.getUint16(start + 8, this.littleEndian));
      case SIMPLE_PACKET:
        this.requireBytes(window, length, SIMPLE_PACKET_BYTES);
        return this.readSimplePacket(window, length);
      case INTERFACE_DESCRIPTION:
        this.requireBytes(window, length, INTERFACE_BYTES);
        return this.readInterface(window, length);
      case SECTION_HEADER:
        this.requireBytes(window, length, SECTION_BYTES);
        return this.readSection(window);
      default:
        return undefined;
    }
  }

  private readByteOrder(window: Window): void {
    const at = window.start + 8;
    if (window.view.getUint32(at, true) === BYTE_ORDER_MAGIC) this.littleEndian = true;
    else if (window.view.getUint32(at) === BYTE_ORDER_MAGIC) this.littleEndian = false;
    else throw this.damaged(window, 'a section header there tells no byte order');
  }

  private readSection(window: Window): void {
    const major = window.view.getUint16(window.start + 12, this.littleEndian);
    const minor = window.view.getUint16(window.start + 14, this.littleEndian);
    // Some writers say 1.2 for 1.0 (section 4.1).
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      throw new AppError(
        'FILE_FORMAT',
        `${this.outlet.name} has version ${major}.${minor} of the pcapng format, which cannot be read; save it again as pcapng 1.0 or pcap.`,
      );
    }
    this.sections++;
    this.interfaces = [];
  }

  private readInterface(window: Window, length: number): void {
    const { view, start } = window;
    if (this.interfaces.length === MAX_INTERFACES)
      throw this.damaged(window, `more than ${MAX_INTERFACES} interfaces are described`);
    const found = decodeInterface(view, start, start + length, this.littleEndian);
    if (found === undefined)
      throw this.damaged(window, 'an option of an interface there is longer than its block');
    if (found.supported) this.usableInterfaces++;
    else this.noteUnsupported(found.linkType);
    this.interfaces.push(found);
  }

  private noteUnsupported(found: number): void {
    const { name, warnings } = this.outlet;
    if (this.unsupported.length >= MAX_INTERFACE_WARNINGS) return;
    this.unsupported.push(found);
    warnings.push(
      `${name}: the packets of interface ${this.interfaces.length} are of an unsupported kind (link type ${found}) and were skipped.`,
    );
  }

  private readPacket(window: Window, length: number, interfaceId: number): void {
    const { view, start } = window;
    if (view.getUint32(start + 20, this.littleEndian) > length - PACKET_BYTES)
      throw this.damaged(window, 'a packet there is longer than its block');
    const from = this.interfaceOf(window, interfaceId);
    if (from.supported) this.deliver(view, start, from);
  }

  /** A simple packet (section 4.4) tells no time: it gets that of the packet before it. */
  private readSimplePacket(window: Window, length: number): void {
    const { outlet } = this;
    const { frame } = outlet;
    const { linkType, snapBytes, supported } = this.interfaceOf(window, 0);
    if (!supported) return;
    const wireBytes = window.view.getUint32(window.start + 8, this.littleEndian);
    frame.linkType = linkType;
    frame.capturedBytes = Math.min(wireBytes, snapBytes, length - SIMPLE_PACKET_BYTES);
    frame.wireBytes = wireBytes;
    frame.offset = window.start + 12;
    if (!this.timeless) this.noteTimeless();
    outlet.frames++;
    outlet.sink(frame);
  }

  private noteTimeless(): void {
    const { name, warnings } = this.outlet;
    this.timeless = true;
    warnings.push(
      `${name} holds packets without a time; each counts at the time of the packet before it.`,
    );
  }

  private interfaceOf(window: Window, id: number): Interface {
    const found = this.interfaces[id];
    if (found === undefined)
      throw this.damaged(
        window,
        `a packet there belongs to interface ${id}, which is not described`,
      );
    return found;
  }

  private requireBytes(window: Window, length: number, least: number): void {
    if (length < least) throw this.damaged(window, `a block there is too short (${length} bytes)`);
  }

  private damaged(window: Window, reason: string): AppError {
    return damaged(this.outlet.name, window.origin + window.start, reason);
  }
}
