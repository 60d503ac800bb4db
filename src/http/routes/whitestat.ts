import type { Day, UsageRecord } from '../../model/checkpoint.ts';
import type { Execute } from '../../model/command.ts';
import type { History } from '../../model/history.ts';
import type { Report } from '../../model/report.ts';
import { sendFailure } from '../problem.ts';
import type { Handler } from '../router.ts';
import { jsonPieces, sendPieces } from '../rows.ts';
import { lanSegmentsOf } from '../whitestat/lan-segments.ts';
import { parseRange, partsOf, type Range } from '../whitestat/range.ts';
import { renamingOf } from '../whitestat/rename.ts';
import { columns, createRowMaker, type PeerNames, type Row } from '../whitestat/rows.ts';

export interface WhiteStatOptions {
  report: () => Report;
  history: Pick<History, 'usage' | 'peers'>;
  execute: Execute;
  peerName: PeerNames;
  /** Networks that are local, `192.168.0.0/16`. */
  localPrefixes: () => readonly string[];
}

/**
 * The URLs of WhiteStat v9 and v10, for programs that read them. Where it was wrong or cannot be followed:
 * - No rows: an empty `data` array (WhiteStat: an HTML page). `/json/` answers like `/json` (WhiteStat: 404).
 * - Unreadable dates: 400 (WhiteStat: 200 without rows). Unknown parameters are passed over, as there.
 * - LSTDAY_KBIn and LSTDAY_KBOut were the last raw counters of its monitor, never another day's usage; they repeat
 *   the row's own KBIn and KBOut, which is what an untouched day of WhiteStat shows.
 * - LastSeen is known for the last day of a device only. Its older rows, and all rows of remote addresses, say 00:00:00.
 * - MAC of a remote address is the router's if there is exactly one, else empty.
 * - Remote addresses beyond the kept ones are one row per day, whose IP is `other`.
 * - A rename is refused with 400 or 404 where WhiteStat would store anything; no other website may do it.
 */
export function createWhiteStat(options: WhiteStatOptions): {
  today: Handler;
  history: Handler;
  lanSegments: Handler;
  rename: Handler;
} {
  const { report, execute, localPrefixes } = options;
  return {
    async today({ response }) {
      const now = report();
      const range = { from: now.day, to: now.day };
      response.set('Content-Type', 'application/json; charset=utf-8');
      await sendPieces(response, piecesOf(now, range, { ...options, remote: true }));
    },

    async history({ input, response }) {
      const { includePublicIP, ...dates } = input as Record<string, string>;
      const now = report();
      const range = parseRange(dates, now.day);
      const remote = includePublicIP?.toLowerCase() === 'yes';
      response.set('Content-Type', 'application/json; charset=utf-8');
      await sendPieces(response, piecesOf(now, range, { ...options, remote }));
    },

    lanSegments({ response }) {
      response.json(lanSegmentsOf(localPrefixes()));
    },

    rename({ request, response }) {
      const { command, input } = renamingOf(request.body);
      const answer = execute(command, input);
      if (answer.status === 'ok') response.json(nameOf(answer.data) ?? input.name);
      else sendFailure(response, answer.error);
    },
  };
}

/** Of the device as it is after the command, which tidies names up. */
function nameOf(data: unknown): string | undefined {
  return (data as { name?: string }).name;
}

interface Sources extends Pick<WhiteStatOptions, 'history' | 'peerName'> {
  /** Remote addresses, too. */
  remote: boolean;
}

const longestBlockDays = 31;

function piecesOf(now: Report, range: Range, sources: Sources): Generator<string> {
  return jsonPieces({ columns }, 'data', blocksOf(now, range, sources));
}

/** Newest first. Years do not fit into memory at once: a month of devices does, and of remote addresses a day. */
function* blocksOf(now: Report, range: Range, sources: Sources): Generator<Row[]> {
  const { history, peerName, remote } = sources;
  const toRows = createRowMaker(now, peerName);
  for (const part of partsOf(range, longestBlockDays)) {
    const usage = history.usage({ ...part, step: 'day' });
    if (remote) {
      for (const [day, records] of byDay(usage)) {
        yield toRows(records, history.peers({ from: day, to: day }));
      }
    } else {
      yield toRows(usage, []);
    }
  }
}

/** Newest first. */
function byDay(usage: readonly UsageRecord[]): [Day, UsageRecord[]][] {
  const days = new Map<Day, UsageRecord[]>();
  for (const record of usage) {
    const records = days.get(record.start) ?? [];
    records.push(record);
    days.set(record.start, records);
  }
  return [...days].toSorted(([a], [b]) => b - a);
}
