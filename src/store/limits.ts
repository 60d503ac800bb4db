import type { Database } from 'better-sqlite3';
import type { Checkpoint, Day, MarkedLimit } from '../model/checkpoint.ts';
import type { LimitId, LimitLevel } from '../model/limit.ts';

/** The table `usage_limit`. */
export interface StoredLimits {
  limits(): MarkedLimit[];
  /** Writes a limit with its mark, or removes it. */
  put(change: Checkpoint['limits'][number]): void;
}

interface LimitRow extends LimitId {
  bytes: number;
  warning_percent: number;
  mark_level: LimitLevel | null;
  mark_from: Day | null;
}

export function createStoredLimits(database: Database): StoredLimits {
  const all = database.prepare<[], LimitRow>(
    'SELECT * FROM usage_limit ORDER BY target, period, direction',
  );
  const upsert = database.prepare<[LimitRow]>(
    `INSERT INTO usage_limit (target, period, direction, bytes, warning_percent, mark_level, mark_from)
     VALUES (:target, :period, :direction, :bytes, :warning_percent, :mark_level, :mark_from)
     ON CONFLICT DO UPDATE SET bytes = excluded.bytes, warning_percent = excluded.warning_percent,
       mark_level = excluded.mark_level, mark_from = excluded.mark_from`,
  );
  const remove = database.prepare<[LimitId]>(
    `DELETE FROM usage_limit
     WHERE target = :target AND period = :period AND direction = :direction`,
  );
  return {
    limits: () => all.all().map(toLimit),
    put({ id, limit }) {
      if (limit === null) remove.run(id);
      else upsert.run(toRow(limit));
    },
  };
}

function toRow({ target, period, direction, bytes, warningPercent, mark }: MarkedLimit): LimitRow {
  return {
    target,
    period,
    direction,
    bytes,
    warning_percent: warningPercent,
    mark_level: mark?.level ?? null,
    mark_from: mark?.from ?? null,
  };
}

function toLimit({ warning_percent, mark_level, mark_from, ...limit }: LimitRow): MarkedLimit {
  const isMarked = mark_level !== null && mark_from !== null;
  const mark = isMarked ? { mark: { from: mark_from, level: mark_level } } : {};
  return { ...limit, warningPercent: warning_percent, ...mark };
}
