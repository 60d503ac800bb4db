import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../base/errors.ts';
import type { InterfaceCounters } from '../../model/batch.ts';
import { createFrame, type FrameSink } from '../../model/traffic.ts';
import type { CaptureSource } from '../source.ts';
import { isGzip, openByteInput, openGzipInput, type ByteInput } from './byte-input.ts';
import type { Container, Outlet } from './container.ts';
import { isPcap, PcapContainer } from './pcap.ts';
import { isPcapng, PcapngContainer } from './pcapng.ts';
import { Window } from './window.ts';

const CHUNK_BYTES = 512 * 1024;
const CHUNKS_PER_TURN = 8;
const MAGIC_BYTES = 4;

export interface PcapFileOptions {
  /** '-' for standard input. */
  path: string;
  /** Called after every chunk; the total is undefined for a pipe. Counts packed bytes of a gzip file. */
  onProgress?: (bytesRead: number, totalBytes: number | undefined) => void;
  /** How much is read at a time; for tests. */
  chunkBytes?: number;
}

/** `warnings`: sentences about what was left out; complete when `ended` has settled. */
export type PcapFileSource = CaptureSource & { readonly warnings: string[] };

/**
 * Reads a pcap or pcapng file, plain or gzip. `start` rejects with FILE_UNREADABLE; `ended` rejects with FILE_FORMAT where the
 * file is no capture or damaged. A file that ends in the middle of a packet is no error, but has a warning.
 */
export function openPcapFile(options: PcapFileOptions): PcapFileSource {
  return new PcapFile(options);
}

class PcapFile implements PcapFileSource {
  readonly ended: Promise<void>;
  readonly warnings: string[] = [];
  private readonly options: PcapFileOptions;
  private readonly name: string;
  private input: ByteInput | undefined;
  private outlet: Outlet | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private chunks = 0;
  private resolveEnded: () => void = () => {};
  private rejectEnded: (reason: unknown) => void = () => {};

  constructor(options: PcapFileOptions) {
    this.options = options;
    this.name = options.path === '-' ? 'standard input' : options.path;
    this.ended = new Promise((resolve, reject) => {
      this.resolveEnded = resolve;
      this.rejectEnded = reject;
    });
    // Whoever looks at `ended` late must not find the process gone.
    this.ended.catch(() => {});
  }

  async start(sink: FrameSink): Promise<void> {
    const { name, warnings } = this;
    if (this.stopping) return;
    try {
      this.input = openByteInput(this.options.path, name);
    } catch (error) {
      this.resolveEnded();
      throw error;
    }
    this.outlet = { name, frame: createFrame(), sink, warnings, frames: 0 };
    this.running = this.run(this.outlet);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.input?.close();
    await this.running;
    this.resolveEnded();
  }

  counters(): InterfaceCounters[] {
    const received = this.outlet?.frames ?? 0;
    return [{ name: this.name, up: this.running !== undefined, received, dropped: 0 }];
  }

  private async run(outlet: Outlet): Promise<void> {
    try {
      await this.readAll(outlet);
      this.input?.close();
      this.resolveEnded();
    } catch (error) {
      this.input?.close();
      this.rejectEnded(error);
    }
    this.running = undefined;
  }

  private async readAll(outlet: Outlet): Promise<void> {
    const window = new Window(this.options.chunkBytes ?? CHUNK_BYTES);
    await this.readMagic(window);
    if (window.end >= MAGIC_BYTES && isGzip(window.view, 0)) await this.unpack(window);
    if (this.stopping) return;
    const container = this.openContainer(window, outlet);
    container.read(window);
    while (await this.readMore(window)) container.read(window);
    if (!this.stopping) container.finish(window);
  }

  /** Goes on with the unpacked bytes of the gzip file that starts in the window. */
  private async unpack(window: Window): Promise<void> {
    if (this.input === undefined) return;
    this.input = openGzipInput(this.input, window.bytes.slice(0, window.end), this.name);
    window.end = 0;
    await this.readMagic(window);
  }

  private async readMagic(window: Window): Promise<void> {
    while (window.end < MAGIC_BYTES && (await this.readMore(window)));
  }

  private openContainer(window: Window, outlet: Outlet): Container {
    const { name } = this;
    if (window.end >= MAGIC_BYTES) {
      if (isPcap(window.view, 0)) return new PcapContainer(outlet);
      if (isPcapng(window.view, 0)) return new PcapngContainer(outlet);
    }
    const reason = window.end === 0 ? 'is empty' : 'is not a capture file';
    throw new AppError('FILE_FORMAT', `${name} ${reason}; name a file in pcap or pcapng format.`);
  }

  /** Adds the next chunk to the window; false at the end of the file, or when asked to stop. */
  private async readMore(window: Window): Promise<boolean> {
    const { input, options } = this;
    if (this.stopping || input === undefined) return false;
    window.makeRoom();
    const room = Math.min(options.chunkBytes ?? CHUNK_BYTES, window.bytes.length - window.end);
    const bytes = await input.read(window.bytes, window.end, room);
    window.end += bytes;
    options.onProgress?.(input.bytesRead, input.totalBytes);
    // Signals and timers get their turn now and then; a turn costs as much as a hundred packets.
    if (++this.chunks % CHUNKS_PER_TURN === 0) await nextTurn();
    return bytes > 0;
  }
}
