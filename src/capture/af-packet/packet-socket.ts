import { AppError, messageOf } from '../../base/errors.ts';
import type { FrameSink } from '../../model/traffic.ts';
import type { NetworkInterface } from '../interfaces.ts';
import { captureProgram, encodeProgram, nothing, type Instruction } from './filter.ts';
import * as libc from './libc.ts';
import { BLOCK_BYTES, Ring, ringRequest } from './ring.ts';

export interface PacketSocketOptions {
  promiscuous: boolean;
  /** tcpdump syntax; empty for all frames. */
  filter: string;
  ringMebibytes: number;
}

/** One AF_PACKET socket with its ring, bound to one interface. */
export class PacketSocket {
  received = 0;
  dropped = 0;
  private readonly fd: number;
  private ring: Ring | undefined;
  private mapping: libc.Mapping | undefined;
  private watch: libc.Watch | undefined;

  /** Throws an AppError or SystemCallError; nothing stays open then. */
  constructor(target: NetworkInterface, options: PacketSocketOptions) {
    this.fd = libc.openPacketSocket();
    try {
      this.chooseFormat();
      this.attach(captureProgram(options.filter, target.linkType));
      this.mapping = this.openRing(options.ringMebibytes);
      this.ring = new Ring(this.mapping.view, target.linkType, target.isLoopback);
      if (options.promiscuous) this.joinPromiscuous(target.index);
      libc.bindToInterface(this.fd, target.index);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Delivers frames as they come; `onFailure` is called once when the interface goes away. */
  start(sink: FrameSink, onFailure: (reason: string) => void): void {
    this.watch = libc.watchReadable(this.fd, (failed) => {
      // Exceptions must not cross this callback: no caller could see them.
      try {
        this.read(sink);
        const reason = failed ? this.pendingError() : undefined;
        if (failed) onFailure(reason ?? 'the socket failed');
      } catch (error) {
        setImmediate(onFailure, messageOf(error));
      }
    });
  }

  read(sink: FrameSink): void {
    this.ring?.read(sink);
  }

  /** Lets no further frame in, and delivers what is in the ring already. */
  async finish(sink: FrameSink): Promise<void> {
    this.attach(nothing);
    this.watch?.close();
    this.watch = undefined;
    const deadline = Date.now() + 1000;
    while (this.ring?.hasUnfinishedBlock() === true && Date.now() < deadline) {
      this.read(sink);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.read(sink);
  }

  /** Adds what the kernel counted since the last call (`struct tpacket_stats_v3`; reading resets it). */
  updateCounters(): void {
    const counts = new Uint32Array(3);
    libc.getOption(this.fd, libc.SOL_PACKET, libc.PACKET_STATISTICS, new Uint8Array(counts.buffer));
    const [packets = 0, drops = 0] = counts;
    this.received += packets - drops;
    this.dropped += drops;
  }

  close(): void {
    this.watch?.close();
    this.watch = undefined;
    this.ring = undefined;
    if (this.mapping !== undefined) libc.unmapRing(this.mapping);
    this.mapping = undefined;
    libc.closeSocket(this.fd);
  }

  /** Emulators of other processors (qemu-user) and some sandboxes know no options of packet sockets. */
  private chooseFormat(): void {
    try {
      libc.setOption(this.fd, libc.SOL_PACKET, libc.PACKET_VERSION, word(libc.TPACKET_V3));
      libc.setOption(this.fd, libc.SOL_PACKET, libc.PACKET_VNET_HDR, word(1));
    } catch (error) {
      throw new AppError(
        'CAPTURE_UNSUPPORTED',
        `This system has no capture rings (${messageOf(error)}): run LanLedger on Linux itself, not in an emulator, or set capture.driver to libpcap.`,
        { cause: error },
      );
    }
  }

  private openRing(blocks: number): libc.Mapping {
    try {
      libc.setOption(this.fd, libc.SOL_PACKET, libc.PACKET_RX_RING, ringRequest(blocks));
      return libc.mapRing(this.fd, blocks * BLOCK_BYTES);
    } catch (error) {
      throw new AppError(
        'CAPTURE_UNSUPPORTED',
        `There is no room for a capture ring of ${blocks} MiB (${messageOf(error)}): lower capture.ringMebibytes.`,
        { cause: error },
      );
    }
  }

  /** `struct sock_fprog`: length, then a pointer at pointer alignment. */
  private attach(program: readonly Instruction[]): void {
    const instructions = encodeProgram(program);
    const is64 = process.arch.includes('64');
    const view = new DataView(new ArrayBuffer(is64 ? 16 : 8));
    view.setUint16(0, program.length, true);
    const address = libc.addressOf(instructions);
    if (is64) view.setBigUint64(8, address, true);
    else view.setUint32(4, Number(address), true);
    libc.setOption(this.fd, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, new Uint8Array(view.buffer));
    // The kernel read through the address: the instructions must live until here.
    instructions.fill(0);
  }

  /** `struct packet_mreq`. */
  private joinPromiscuous(index: number): void {
    const request = new DataView(new ArrayBuffer(16));
    request.setInt32(0, index, true);
    request.setUint16(4, libc.PACKET_MR_PROMISC, true);
    const bytes = new Uint8Array(request.buffer);
    libc.setOption(this.fd, libc.SOL_PACKET, libc.PACKET_ADD_MEMBERSHIP, bytes);
  }

  /** Takes the error that the kernel left on the socket, or undefined. */
  private pendingError(): string | undefined {
    const code = new Uint32Array(1);
    libc.getOption(this.fd, libc.SOL_SOCKET, libc.SO_ERROR, new Uint8Array(code.buffer));
    return code[0] === 0 ? undefined : libc.errorText(code[0] ?? 0);
  }
}

function word(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
