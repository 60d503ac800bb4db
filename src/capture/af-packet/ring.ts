import type { Frame, FrameSink } from '../../model/traffic.ts';
import { createFrame } from '../../model/traffic.ts';

export const BLOCK_BYTES = 1024 * 1024;
/** A block that is not full is handed over after this time. */
const RETIRE_TIMEOUT_MS = 500;
const FRAME_BYTES = 4096;

/** `struct tpacket_block_desc` with `struct tpacket_hdr_v1`, offsets in bytes. */
const BLOCK_STATUS = 8;
const BLOCK_PACKETS = 12;
const BLOCK_FIRST = 16;
/** `struct tpacket3_hdr`, then `struct sockaddr_ll`. */
const NEXT = 0;
const SECONDS = 4;
const SNAP_LENGTH = 12;
const LENGTH = 16;
const MAC_OFFSET = 24;
const PACKET_TYPE = 48 + 10;
const PACKET_OUTGOING = 4;

const STATUS_KERNEL = 0;
const STATUS_USER = 1;

/** `struct virtio_net_hdr` of <linux/virtio_net.h>: ten bytes right before the frame. */
const VNET_BYTES = 10;
const GSO_TYPE = 1;
const GSO_SIZE = 4;

/** `struct tpacket_req3`: what PACKET_RX_RING wants. */
export function ringRequest(blocks: number): Uint8Array {
  const framesPerBlock = BLOCK_BYTES / FRAME_BYTES;
  return new Uint8Array(
    Uint32Array.of(
      BLOCK_BYTES,
      blocks,
      FRAME_BYTES,
      blocks * framesPerBlock,
      RETIRE_TIMEOUT_MS,
      0,
      0,
    ).buffer,
  );
}

/**
 * A TPACKET_V3 receive ring (Documentation/networking/packet_mmap.rst), read in place. The kernel fills one block after
 * the other; a block's status word says whose it is.
 */
export class Ring {
  private readonly view: DataView;
  private readonly words: Int32Array;
  private readonly blocks: number;
  private readonly frame: Frame;
  private readonly skipsOutgoing: boolean;
  private block = 0;

  /** `skipsOutgoing`: for the loopback interface, which shows every packet twice. */
  constructor(memory: ArrayBuffer, linkType: number, skipsOutgoing: boolean) {
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
    this.blocks = memory.byteLength / BLOCK_BYTES;
    this.skipsOutgoing = skipsOutgoing;
    this.frame = createFrame();
    this.frame.view = this.view;
    this.frame.linkType = linkType;
  }

  /** Hands on the frames of all blocks the kernel has finished, at most one turn of the ring. */
  read(sink: FrameSink): void {
    for (let turn = 0; turn < this.blocks; turn++) {
      const status = (this.block * BLOCK_BYTES + BLOCK_STATUS) >>> 2;
      if ((Atomics.load(this.words, status) & STATUS_USER) === 0) return;
      this.readBlock(this.block * BLOCK_BYTES, sink);
      this.words[status + 1] = 0;
      Atomics.store(this.words, status, STATUS_KERNEL);
      this.block = (this.block + 1) % this.blocks;
    }
  }

  /** The kernel has begun a block and not handed it over yet. */
  hasUnfinishedBlock(): boolean {
    return Atomics.load(this.words, (this.block * BLOCK_BYTES + BLOCK_PACKETS) >>> 2) > 0;
  }

  private readBlock(start: number, sink: FrameSink): void {
    const { view, frame } = this;
    // `| 0` keeps the engine at 32-bit integers; sums with what the kernel says would become floating point.
    let header = (start + view.getUint32(start + BLOCK_FIRST, true)) | 0;
    for (let left = view.getUint32(start + BLOCK_PACKETS, true); left > 0; left--) {
      const offset = (header + view.getUint16(header + MAC_OFFSET, true)) | 0;
      frame.offset = offset;
      frame.seconds = view.getUint32(header + SECONDS, true);
      frame.capturedBytes = view.getUint32(header + SNAP_LENGTH, true);
      frame.wireBytes = view.getUint32(header + LENGTH, true);
      const vnet = offset - VNET_BYTES;
      frame.segmentBytes =
        view.getUint8(vnet + GSO_TYPE) === 0 ? 0 : view.getUint16(vnet + GSO_SIZE, true);
      if (!this.skipsOutgoing || view.getUint8(header + PACKET_TYPE) !== PACKET_OUTGOING) {
        sink(frame);
      }
      header = (header + view.getUint32(header + NEXT, true)) | 0;
    }
  }
}
