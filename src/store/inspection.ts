import { existsSync } from 'node:fs';
import { AppError } from '../base/errors.ts';
import type { Day } from '../model/checkpoint.ts';
import { openReadonlyDatabase } from './database.ts';
import { explained } from './failure.ts';
import { lockStore } from './lock.ts';
import { currentVersion, readVersion } from './migration.ts';
import { FRAME_HEADER_BYTES, readWalFrames } from './wal-frames.ts';

export interface LedgerInspection {
  /** The version of its tables, and the one that this program writes. */
  version: number;
  currentVersion: number;
  /** What SQLite finds wrong with the file; undefined where it is whole. */
  damage: string | undefined;
  /** Without the log. */
  bytes: number;
  /** The first day with usage. */
  firstDay: Day | undefined;
  /** Epoch ms; undefined before the first checkpoint. */
  checkpointAt: number | undefined;
  /** What a checkpoint writes, as far as the log tells. */
  writes: CheckpointWrites | undefined;
}

/** Averages over the checkpoints in the log. */
interface CheckpointWrites {
  checkpoints: number;
  /** Pages of each. */
  pages: number;
  /** Bytes of each: its part of the log, and of what is copied from the log into the file later. */
  bytes: number;
}

/** Fewer tell little: the first one after a start is larger than those that follow. */
const CHECKPOINTS_NEEDED = 10;

/** Reads the whole ledger without changing it, next to a daemon or without one. Throws an `AppError` where it cannot be read. */
export function inspectLedger(path: string): LedgerInspection {
  return explained(path, () => {
    const open = openReadonlyDatabase(path, readVersion);
    try {
      const { database } = open;
      const version = readVersion(database);
      const single = (sql: string) =>
        version === 0 ? undefined : (database.prepare(sql).pluck().get() as number | null);
      const setting = (name: string) => database.pragma(name, { simple: true }) as number;
      const verdict = String(database.pragma('quick_check(1)', { simple: true }));
      return {
        version,
        currentVersion: currentVersion(),
        damage: verdict === 'ok' ? undefined : verdict,
        bytes: setting('page_count') * setting('page_size'),
        firstDay: single('SELECT min(day) FROM usage_day') ?? undefined,
        checkpointAt: single('SELECT at FROM last_checkpoint') ?? undefined,
        writes: checkpointWrites(path),
      };
    } finally {
      open.close();
    }
  });
}

function checkpointWrites(path: string): CheckpointWrites | undefined {
  const log = readWalFrames(`${path}-wal`);
  if (log === undefined || log.commits < CHECKPOINTS_NEEDED) return undefined;
  const { frames, pages, commits, pageBytes } = log;
  const bytes = frames * (FRAME_HEADER_BYTES + pageBytes) + pages * pageBytes;
  return { checkpoints: commits, pages: frames / commits, bytes: bytes / commits };
}

/** A daemon writes this ledger. Throws an `AppError` where that cannot be found out. */
export function isLedgerInUse(path: string): boolean {
  if (!existsSync(`${path}.lock`)) return false;
  try {
    explained(path, () => lockStore(path)());
    return false;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'STORE_BUSY') return true;
    throw thrown;
  }
}
