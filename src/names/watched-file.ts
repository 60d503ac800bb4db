import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { messageOf, systemCodeOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** No home has more names than that; files of advertisers to block do. */
const SIZE_LIMIT = 4 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;

export interface WatchedFileOptions {
  path: string;
  /** The configuration key that names the file. */
  key: string;
  /** It need not exist. */
  optional: boolean;
  clock: Clock;
  log: Log;
}

export interface FileContent {
  text: string;
  /** Epoch ms. */
  modifiedAt: number;
}

/** A small text file of somebody else, read again when it has changed. */
export class WatchedFile {
  readonly path: string;
  private readonly options: WatchedFileOptions;
  private checkedAtMs: number | undefined;
  private stamp: string | undefined;
  private failure: string | undefined;

  constructor(options: WatchedFileOptions) {
    this.path = options.path;
    this.options = options;
  }

  /**
   * The content where it may differ from that of the last call, else undefined. It looks once a minute at most. A file
   * that cannot be read is empty, and the log says so once.
   */
  changed(): FileContent | undefined {
    const now = this.options.clock.monotonic();
    if (this.checkedAtMs !== undefined && now - this.checkedAtMs < CHECK_EVERY_MS) return undefined;
    this.checkedAtMs = now;
    try {
      const content = this.read();
      this.failure = undefined;
      return content;
    } catch (error) {
      this.stamp = undefined;
      this.report(error);
      return { text: '', modifiedAt: 0 };
    }
  }

  private read(): FileContent | undefined {
    const { ino, size, mtimeMs, isFile } = plainStat(this.path);
    if (!isFile) throw new Error('it is not a file');
    if (size > SIZE_LIMIT) throw new Error('it is larger than 4 MiB');
    const stamp = `${ino} ${size} ${mtimeMs}`;
    if (stamp === this.stamp) return undefined;
    const text = readStart(this.path, size);
    this.stamp = stamp;
    return { text, modifiedAt: mtimeMs };
  }

  private report(error: unknown): void {
    const { path, key, optional, log } = this.options;
    const code = systemCodeOf(error);
    if (optional && code === 'ENOENT') {
      this.failure = undefined;
      return;
    }
    const reason = reasons[code ?? ''] ?? messageOf(error);
    if (reason === this.failure) return;
    this.failure = reason;
    log.warn(
      `No names from ${path}, because ${reason}: make it readable for LanLedger or change ${key}.`,
    );
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
};

function plainStat(path: string) {
  const stat = statSync(path);
  return { ino: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs, isFile: stat.isFile() };
}

/** At most `size` bytes. Not blocking: a pipe may have taken the place of the file meanwhile. */
function readStart(path: string, size: number): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(size);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}
