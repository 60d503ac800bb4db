import type { Day, LimitMark, MarkedLimit } from '../model/checkpoint.ts';
import type { Limit, LimitDirection, LimitLevel } from '../model/limit.ts';
import type { PeerUsage } from '../model/usage.ts';

const rank: Record<LimitLevel, number> = { ok: 0, warning: 1, exceeded: 2 };

/** The bytes that a limit of this direction counts. */
export function bytesOf({ download, upload }: PeerUsage, direction: LimitDirection): number {
  if (direction === 'download') return download;
  return direction === 'upload' ? upload : download + upload;
}

/** What these bytes are to a limit: what reaches it exceeds it. */
export function levelOf({ bytes, warningPercent }: Limit, usedBytes: number): LimitLevel {
  if (usedBytes >= bytes) return 'exceeded';
  return usedBytes * 100 >= bytes * warningPercent ? 'warning' : 'ok';
}

/** How a limit stands, and what is to be told of it. */
export interface Judgement {
  /** The highest level of the period: usage that moves to another device takes nothing back. */
  level: LimitLevel;
  /** This level was reached since the limit was looked at last. */
  raised?: Exclude<LimitLevel, 'ok'>;
  /** What was raised in a period that is over. */
  closed?: LimitMark;
  /** What to keep of it; undefined while nothing is raised. */
  mark: LimitMark | undefined;
}

/** `from`: first day of the current period; `usedBytes`: what counts of it. */
export function judge(
  limit: MarkedLimit,
  { from, usedBytes }: { from: Day; usedBytes: number },
): Judgement {
  const { mark } = limit;
  const before = mark?.from === from ? mark.level : 'ok';
  const reached = levelOf(limit, usedBytes);
  const isRaised = reached !== 'ok' && rank[reached] > rank[before];
  const level = isRaised ? reached : before;
  return {
    level,
    ...(isRaised ? { raised: reached } : {}),
    ...(mark !== undefined && mark.from < from ? { closed: mark } : {}),
    mark: level === 'ok' ? markOfLater(mark, from) : { from, level },
  };
}

/** A clock that is behind, as one without a battery may be at a start, must not have its limits told once more when it is set. */
function markOfLater(mark: LimitMark | undefined, from: Day): LimitMark | undefined {
  return mark !== undefined && mark.from > from ? mark : undefined;
}

/** Less than that says little of a period. */
const SHORTEST_ELAPSED_MS = 86_400_000;

/** What `usedBytes` will be at the end of a period if it goes on like this; its first day counts as a whole one. */
export function forecastBytes(usedBytes: number, elapsedMs: number, periodMs: number): number {
  const counted = Math.min(Math.max(elapsedMs, SHORTEST_ELAPSED_MS), periodMs);
  return Math.round((usedBytes / counted) * periodMs);
}
