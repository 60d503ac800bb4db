import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
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
    // Before it is opened, which has effects where it is a device.
    requirePlain(statSync(this.path));
    const descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // Another may have taken its place meanwhile.
      const stat = fstatSync(descriptor);
      requirePlain(stat);
      if (isForgeable(this.path, stat)) throw new Error(forgeable);
      const { ino, size, mtimeMs } = stat;
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (stamp === this.stamp) return undefined;
      const bytes = Buffer.alloc(size);
      const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, size, 0));
      this.stamp = stamp;
      return { text, modifiedAt: mtimeMs };
    } finally {
      closeSync(descriptor);
    }
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
    const fix =
      reason === forgeable
        ? 'make it writable for its owner only, and root its owner,'
        : 'make it readable for LanLedger';
    log.warn(`No names from ${path}, because ${reason}: ${fix} or change ${key}.`);
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
};

function requirePlain(stat: Stats): void {
  if (!stat.isFile()) throw new Error('it is not a file');
  if (stat.size > SIZE_LIMIT) throw new Error('it is larger than 4 MiB');
}

const forgeable = 'any user of this machine may have written it';

/** Whoever writes the file names devices. Other daemons write theirs under users of their own, where nobody else may. */
function isForgeable(path: string, { uid, mode }: Stats): boolean {
  if (isOpenToAll(mode)) return true;
  if (uid === 0 || uid === process.getuid?.()) return false;
  const directories = [dirname(path), dirname(realpathSync(path))];
  return directories.some((directory) => isOpenToAll(statSync(directory).mode));
}

function isOpenToAll(mode: number): boolean {
  return (mode & 0o002) !== 0;
}
