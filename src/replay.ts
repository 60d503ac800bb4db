import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from './base/clock.ts';
import { AppError } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { openPcapFile } from './capture/pcap-file/pcap-file.ts';
import type { CaptureSource } from './capture/source.ts';
import type { Frame } from './model/traffic.ts';
import type { MonitorCounters } from './model/batch.ts';
import { Monitor } from './monitor.ts';
import type { Store } from './store/store.ts';

/** Frames between two batches, where the tables do not fill up before. */
const FRAMES_PER_BATCH = 4_000_000;
/** Batches between two checkpoints: most remote addresses come again, and are written once. */
const BATCHES_PER_CHECKPOINT = 8;
/** Frames between two looks at the tables. */
const FRAMES_PER_LOOK = 4096;

export interface ReplayOptions {
  /** '-' for standard input. */
  file: string;
  store: Store;
  timeZone: string;
  local: readonly string[];
  log: Log;
  /** Ends the reading. Of a pipe, what was read until then counts; a file has to be replayed again. */
  signal: AbortSignal;
  onProgress: (bytesRead: number, totalBytes: number | undefined) => void;
}

export interface Replayed {
  counters: MonitorCounters;
  /** Why the file was not read to its end; what stands before counts. */
  damage: AppError | undefined;
}

/** Meters a capture file into the store, by the same path as live traffic. Rejects with an `AppError`. */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { file, store, timeZone, local, log, signal, onProgress } = options;
  const clock = systemClock;
  const bookkeeper = new Bookkeeper({ store, timeZone, clock, log });
  const identity = identify(file);
  const monitor = new Monitor({ ...identity, live: false, local, clock });
  const source = openPcapFile({ path: file, onProgress });
  let frames = 0;
  let batches = 0;
  let isKnown = false;
  const takeBatch = (isLast = false) => {
    frames = 0;
    const batch = monitor.takeBatch(source.counters(), isLast);
    isKnown = !bookkeeper.apply(batch);
    if (++batches % BATCHES_PER_CHECKPOINT === 0) bookkeeper.checkpoint();
    return batch.counters;
  };
  await source.start((frame: Frame) => {
    monitor.frame(frame);
    if (++frames % FRAMES_PER_LOOK !== 0) return;
    if (frames >= FRAMES_PER_BATCH || monitor.isNearlyFull) takeBatch();
  });
  signal.addEventListener('abort', () => void source.stop());
  const damage = await damageOf(source);
  if (signal.aborted && identity.boot !== undefined) {
    const message = `Stopped: ${file} was not read to its end: replay it again for the whole of it.`;
    throw new AppError('INTERRUPTED', message);
  }
  const counters = takeBatch(true);
  bookkeeper.finish();
  const { checkpointFailure } = bookkeeper;
  if (checkpointFailure !== undefined) throw new AppError('STORE_UNWRITABLE', checkpointFailure);
  for (const warning of source.warnings) log.warn(warning);
  if (isKnown) log.warn(`${file} is part of this ledger already: nothing was added.`);
  return { counters, damage };
}

/** Waits for the end of the file. Throws what kept all of it from being read. */
async function damageOf(source: CaptureSource): Promise<AppError | undefined> {
  try {
    await source.ended;
    return undefined;
  } catch (error) {
    const isRead = source.counters().some(({ received }) => received > 0);
    if (error instanceof AppError && isRead) return error;
    throw error;
  } finally {
    await source.stop();
  }
}

/** The same file gives the same batches, and a ledger takes each once: replaying a file again adds nothing. */
function identify(file: string): { name: string; boot?: string } {
  const status = statSync(file, { throwIfNoEntry: false });
  if (file === '-' || status?.isFile() !== true) return { name: 'replay' };
  const { dev, ino, size, mtimeMs } = status;
  return { name: `replay ${resolve(file)}`, boot: `${dev}-${ino}-${size}-${mtimeMs}` };
}
