import { AppError } from '../../base/errors.ts';
import {
  cutHeader,
  damaged,
  MAX_RECORD_BYTES,
  noteCutRecord,
  toLinkType,
  unsupportedLinkType,
  type Container,
  type Outlet,
} from './container.ts';
import type { Window } from './window.ts';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Records of Alexey Kuznetzov's patched libpcap have interface, protocol and direction behind the usual fields. */
const PATCHED_RECORD_HEADER_BYTES = 24;

/** Bytes of a record's header for each magic number. Microseconds or nanoseconds makes no difference to whole seconds. */
const recordHeaders: ReadonlyMap<number, number> = new Map([
  [0xa1b2c3d4, RECORD_HEADER_BYTES],
  [0xa1b23c4d, RECORD_HEADER_BYTES],
  [0xa1b2cd34, PATCHED_RECORD_HEADER_BYTES],
]);

/** Whether a pcap file starts here; looks at four bytes. */
export function isPcap(view: DataView, at: number): boolean {
  return recordHeaders.has(view.getUint32(at, true)) || recordHeaders.has(view.getUint32(at));
}

/** The classic capture file (draft-ietf-opsawg-pcap; `man pcap-savefile`). */
export class PcapContainer implements Container {
  private readonly outlet: Outlet;
  private littleEndian = true;
  /** 0 until the file header was read. */
  private recordHeaderBytes = 0;

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  read(window: Window): void {
    if (this.recordHeaderBytes === 0) {
      if (window.end - window.start < FILE_HEADER_BYTES) return;
      this.readFileHeader(window);
    }
    this.outlet.frame.view = window.view;
    window.start = this.readPackets(window.view, window.start, window.end);
    this.checkLength(window);
  }

  finish(window: Window): void {
    if (this.recordHeaderBytes === 0) throw cutHeader(this.outlet.name);
    noteCutRecord(this.outlet, window, 'packet');
  }

  private readFileHeader(window: Window): void {
    const { view, start } = window;
    const { name, frame } = this.outlet;
    this.littleEndian = recordHeaders.has(view.getUint32(start, true));
    const major = view.getUint16(start + 4, this.littleEndian);
    const minor = view.getUint16(start + 6, this.littleEndian);
    if (major !== 2) {
      throw new AppError(
        'FILE_FORMAT',
        `${name} has version ${major}.${minor} of the pcap format, which cannot be read; save it again as pcap 2.4.`,
      );
    }
    // The upper bits tell the length of the frame check sequence.
    const found = view.getUint32(start + 20, this.littleEndian) & 0xffff;
    const linkType = toLinkType(found);
    if (linkType === undefined) throw unsupportedLinkType(name, [found]);
    frame.linkType = linkType;
    this.recordHeaderBytes =
      recordHeaders.get(view.getUint32(start, this.littleEndian)) ?? RECORD_HEADER_BYTES;
    window.start += FILE_HEADER_BYTES;
  }

  /**
   * Hands on the complete packets; where the first incomplete one starts. Nothing but the return follows the loop: code there
   * has not run yet when the loop is compiled, and would throw the compiled loop away after every chunk.
   */
  private readPackets(view: DataView, start: number, end: number): number {
    const { littleEndian, recordHeaderBytes, outlet } = this;
    const { frame, sink } = outlet;
    // `| 0` keeps the engine at 32-bit integers; sums with what a file says would become floating point.
    const last = (end - recordHeaderBytes) | 0;
    let at = start | 0;
    while (at <= last) {
      const capturedBytes = view.getInt32(at + 8, littleEndian);
      if (capturedBytes < 0 || capturedBytes > last - at) return at;
      frame.seconds = view.getUint32(at, littleEndian);
      frame.capturedBytes = capturedBytes;
      frame.wireBytes = view.getUint32(at + 12, littleEndian);
      at = (at + recordHeaderBytes) | 0;
      frame.offset = at;
      outlet.frames++;
      sink(frame);
      at = (at + capturedBytes) | 0;
    }
    return at;
  }

  /** Looks at the incomplete packet: no more of the file is read for one that cannot be. */
  private checkLength(window: Window): void {
    const { view, start, end, origin } = window;
    if (end - start < RECORD_HEADER_BYTES) return;
    const capturedBytes = view.getUint32(start + 8, this.littleEndian);
    if (capturedBytes <= MAX_RECORD_BYTES) return;
    const reason = `a packet there claims to be ${capturedBytes} bytes long`;
    throw damaged(this.outlet.name, origin + start, reason);
  }
}
