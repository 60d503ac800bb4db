import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { constants as zlibConstants, createGunzip } from 'node:zlib';
import { AppError, messageOf, systemCodeOf } from '../../base/errors.ts';

const STANDARD_INPUT = 0;
const GZIP_MAGIC = 0x1f8b;
const INFLATED_CHUNK_BYTES = 256 * 1024;

/** The bytes of a file or pipe, from first to last. */
export interface ByteInput {
  /** Bytes taken from the file so far (packed ones of a gzip file). */
  readonly bytesRead: number;
  /** Size of the file; undefined for a pipe. */
  readonly totalBytes: number | undefined;
  /** Puts the next bytes, at most `length`, at `target[offset]`; their number, 0 at the end. Throws `AppError`. */
  read(target: Uint8Array, offset: number, length: number): number | Promise<number>;
  /** Frees everything and ends a `read` that waits; harmless when called again. */
  close(): void;
}

/** Opens a file, a named pipe or, for '-', standard input. Throws `AppError` FILE_UNREADABLE. */
export function openByteInput(path: string, name: string): ByteInput {
  const fd = path === '-' ? STANDARD_INPUT : openFile(path, name);
  const stats = fstatSync(fd);
  if (stats.isFile()) return new FileInput(fd, name, stats.size);
  if (stats.isFIFO() || stats.isSocket())
    return new StreamInput(new Socket({ fd, readable: true, writable: false }), name);
  if (!stats.isDirectory() && !isatty(fd))
    return new StreamInput(createReadStream(path, { fd }), name);
  if (fd !== STANDARD_INPUT) closeSync(fd);
  const kind = stats.isDirectory() ? 'a directory' : 'a terminal';
  throw new AppError(
    'FILE_UNREADABLE',
    `${name} is ${kind}, not a capture file; name a pcap or pcapng file or pipe one in.`,
  );
}

const openReasons: Record<string, string> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'you may not read it; check its owner and mode',
};

function openFile(path: string, name: string): number {
  try {
    // Without O_NONBLOCK a named pipe holds a thread until a writer comes, and even the end of the process waits for that.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const reason = openReasons[systemCodeOf(error) ?? ''] ?? messageOf(error);
    throw new AppError('FILE_UNREADABLE', `${name} cannot be opened: ${reason}.`, { cause: error });
  }
}

export function isGzip(view: DataView, at: number): boolean {
  return view.getUint16(at) === GZIP_MAGIC;
}

/** The unpacked bytes of a gzip file, given what was already read of it. */
export function openGzipInput(source: ByteInput, first: Uint8Array, name: string): ByteInput {
  async function* packed(): AsyncGenerator<Uint8Array> {
    yield first;
    for (;;) {
      const chunk = new Uint8Array(INFLATED_CHUNK_BYTES);
      const bytes = await source.read(chunk, 0, chunk.length);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  }
  // With this flush a file that was cut gives all it has and ends; by default that is an error, and the rest is lost.
  const gunzip = createGunzip({
    finishFlush: zlibConstants.Z_SYNC_FLUSH,
    chunkSize: INFLATED_CHUNK_BYTES,
  });
  const unpacked = pipeline(Readable.from(packed(), { objectMode: false }), gunzip, () => {});
  return new StreamInput(unpacked, name, source);
}

class FileInput implements ByteInput {
  bytesRead = 0;
  readonly totalBytes: number;
  private readonly fd: number;
  private readonly name: string;
  private closed = false;

  constructor(fd: number, name: string, totalBytes: number) {
    this.fd = fd;
    this.name = name;
    this.totalBytes = totalBytes;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    if (this.closed) return 0;
    try {
      const bytes = readSync(this.fd, target, offset, length, null);
      this.bytesRead += bytes;
      return bytes;
    } catch (error) {
      throw readFailure(this.name, error);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.fd !== STANDARD_INPUT) closeSync(this.fd);
  }
}

class StreamInput implements ByteInput {
  private readonly stream: Readable;
  private readonly name: string;
  /** What the stream is made from, where it is not the file itself. */
  private readonly source: ByteInput | undefined;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);
  private streamed = 0;

  constructor(stream: Readable, name: string, source?: ByteInput) {
    this.stream = stream;
    this.name = name;
    this.source = source;
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  get bytesRead(): number {
    return this.source?.bytesRead ?? this.streamed;
  }

  get totalBytes(): number | undefined {
    return this.source?.totalBytes;
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    try {
      if (this.chunk.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) return 0;
        this.chunk = next.value;
      }
    } catch (error) {
      if (this.stream.destroyed && this.stream.errored === null) return 0;
      throw readFailure(this.name, error);
    }
    const taken = this.chunk.subarray(0, length);
    target.set(taken, offset);
    this.chunk = this.chunk.subarray(taken.length);
    this.streamed += taken.length;
    return taken.length;
  }

  close(): void {
    this.stream.destroy();
    this.source?.close();
  }
}

function readFailure(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (systemCodeOf(error)?.startsWith('Z_') === true) {
    const sentence = `${name} is a damaged gzip file (${messageOf(error)}); everything before the damage was read.`;
    return new AppError('FILE_FORMAT', sentence, { cause: error });
  }
  const sentence = `${name} could not be read to its end: ${messageOf(error)}.`;
  return new AppError('FILE_UNREADABLE', sentence, { cause: error });
}
